"""Whether what a labeler sees gives away which model wrote it: a classifier, cross-validated.

Labelers are blind to the source, but a model that always writes lists is known by its lists. A
multinomial logistic regression reads only what the labeler saw; prompts are split into folds, so
that no completion is judged by a model that has seen its prompt.

Sources are told apart within a prompt alone. Models that answered different prompts differ by their
subjects, which is no manner of writing: features are what is left of them less the prompt's mean,
only sources that wrote for the prompt can be chosen, and every source of a prompt weighs the same.
Whatever chooses without reading the text is then right as often as luck, prompt by prompt.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from zlib import crc32

import numpy as np

from labeling.agreement.intervals import SHARE, Figure, Size, estimate, resample, undefined
from labeling.agreement.judgments import BoolArray, FloatArray, IntArray
from labeling.agreement.presentation import formatting_features, length_features, word_features
from labeling.counting_words import are

NUM_FOLDS: Final = 5
MINIMUM_OF_SOURCE: Final = 20
MINIMUM_PROMPTS: Final = 20
# One unit of weight costs this much per completion; standardised features make it fair to all.
PENALTY: Final = 0.02
MAXIMUM_ITERATIONS: Final = 60
JUDGED: Final = "judged completions"
SIGHTS: Final = {
    "everything": "Everything that the labeler saw",
    "length": "Length alone",
    "formatting": "Formatting and punctuation alone",
    "words": "Words alone",
}
DEFINITION: Final = (
    "Over the prompts that two or more sources answered, the mean of: the share of a source's "
    "completions that are told right, averaged over the sources of the prompt. A logistic "
    f"regression, {NUM_FOLDS} folds by prompt, that reads how a completion differs from the mean "
    "of its prompt and chooses among the sources of the prompt; chance is the mean over prompts of "
    "one in their number. Identity leaks where the whole interval lies above chance."
)


@dataclass(frozen=True)
class Seen:
    """One completion that labelers judged: its prompt, what wrote it, and its text."""

    prompt: int
    source: int
    text: str


@dataclass(frozen=True)
class Leak:
    """``figures`` by the keys of ``SIGHTS``; ``recalls`` is the share told right of each source.

    ``kept`` are the places of the completions that were looked at; ``told`` is, by sight, the
    source that each of them was given, 0 for none. ``num_prompts_left_out`` were answered by fewer
    than two of the sources. Shapes: kept and each of told alike.
    """

    sources: list[int]
    chance: float
    figures: dict[str, Figure]
    recalls: dict[int, Figure]
    kept: IntArray
    told: dict[str, IntArray]
    num_prompts_left_out: int


def leak(completions: Sequence[Seen]) -> Leak:
    """How well the source can be told. Deterministic: folds come from the prompts' numbers.

    Sources with too few completions beside another source are left out, and so are prompts that
    fewer than two of the others answered; what remains too little is undefined with the reason.
    """
    places = _comparable(completions)
    kept = [completions[place] for place in places]
    sources = sorted({one.source for one in kept})
    prompts = {one.prompt for one in kept}
    left_out = len({one.prompt for one in completions} - prompts)
    size = Size(len(kept), len(prompts), len(kept), JUDGED)
    if reason := _why_not(len(sources), len(prompts)):
        nothing = np.empty(0, dtype=np.int64)
        without = dict.fromkeys(SIGHTS, undefined(reason, size=size))
        return Leak(sources, 0.0, without, {}, nothing, {}, left_out)
    rows = Rows.of([one.prompt for one in kept], np.searchsorted(sources, [s.source for s in kept]))
    fold = np.array([crc32(str(one.prompt).encode()) % NUM_FOLDS for one in kept], dtype=np.int64)
    figures, recalls, told = {}, {}, {}
    for name, features in _sights([one.text for one in kept]).items():
        classes = cross_validated(features, rows, fold)
        told[name] = np.where(classes < 0, 0, np.array(sources)[classes])
        figures[name], of_source = _figures(classes == rows.label, rows, size)
        if name == "everything":
            recalls = dict(zip(sources, of_source, strict=True))
    return Leak(sources, rows.chance, figures, recalls, np.array(places), told, left_out)


def _comparable(completions: Sequence[Seen]) -> list[int]:
    """The places of those that can be told from another source's on the same prompt.

    To leave a source out may leave a prompt with a single one, and the other way round.
    """
    places = list(range(len(completions)))
    while True:
        written = Counter(completions[place].source for place in places)
        of_enough = [p for p in places if written[completions[p].source] >= MINIMUM_OF_SOURCE]
        met = {(completions[place].prompt, completions[place].source) for place in of_enough}
        num_sources = Counter(prompt for prompt, _ in met)
        left = [place for place in of_enough if num_sources[completions[place].prompt] > 1]
        if len(left) == len(places):
            return left
        places = left


@dataclass(frozen=True, eq=False)
class Rows:
    """Completions with the prompt, numbered from 0, and the class of each; ``num_of`` is how many a
    prompt has of a class.

    Shapes: prompt and label, rows; num_of, prompts x classes.
    """

    prompt: IntArray
    label: IntArray
    num_of: IntArray

    @classmethod
    def of(cls, prompt: Sequence[int] | IntArray, label: IntArray) -> "Rows":
        prompts, place = np.unique(np.asarray(prompt, dtype=np.int64), return_inverse=True)
        num_of = np.zeros((len(prompts), int(label.max()) + 1), dtype=np.int64)
        np.add.at(num_of, (place, label), 1)
        return cls(place.astype(np.int64), label.astype(np.int64), num_of)

    @property
    def num_classes_of_prompt(self) -> IntArray:
        number: IntArray = (self.num_of > 0).sum(axis=1)
        return number

    @property
    def chance(self) -> float:
        """How often luck is right, the mean over prompts."""
        return float((1 / self.num_classes_of_prompt).mean())

    @property
    def may_be(self) -> BoolArray:
        """The classes that the row's prompt has. Shapes: rows x classes."""
        there: BoolArray = self.num_of[self.prompt] > 0
        return there

    @property
    def weight(self) -> FloatArray:
        """Every prompt weighs the same, and within it every class, however many rows it has."""
        of_class = self.num_of[self.prompt, self.label]
        weight: FloatArray = 1 / (of_class * self.num_classes_of_prompt[self.prompt])
        return weight

    def less_their_prompt(self, features: FloatArray) -> FloatArray:
        """How each row differs from the mean of its prompt's rows. Shapes: both rows x D."""
        sums = np.zeros((len(self.num_of), features.shape[1]))
        np.add.at(sums, self.prompt, features)
        apart: FloatArray = features - (sums / self.num_of.sum(axis=1)[:, None])[self.prompt]
        return apart


def cross_validated(features: FloatArray, rows: Rows, fold: IntArray) -> IntArray:
    """The class told for each row by a model of the other folds. Shapes: rows x D, rows, rows."""
    told = np.full(len(rows.label), -1, dtype=np.int64)
    apart, may_be, weight_of_row = rows.less_their_prompt(features), rows.may_be, rows.weight
    for held_out in np.unique(fold):
        train = fold != held_out
        if not train.any():
            continue
        deviation = apart[train].std(axis=0)
        scaled = apart / np.where(deviation > 0, deviation, 1.0)
        weight = fit(
            scaled[train], rows.label[train], may_be[train], weight_of_row=weight_of_row[train]
        )
        scores = np.where(may_be[~train], _with_one(scaled[~train]) @ weight, -np.inf)
        told[~train] = scores.argmax(axis=1)
    return told


def fit(
    features: FloatArray, label: IntArray, may_be: BoolArray, *, weight_of_row: FloatArray
) -> FloatArray:
    """Weights of a multinomial logistic regression; the last row is the constant, unpenalised.

    A row chooses among the classes that it may be. Shapes: features, rows x D; label and
    weight_of_row, rows; may_be, rows x classes; the answer, (D + 1) x classes.
    """
    # Here and not above: the web process reads this module at its start and needs it rarely.
    from scipy.optimize import minimize

    rows = _with_one(features)
    share = weight_of_row / weight_of_row.sum()
    num_classes = may_be.shape[1]
    target = np.eye(num_classes)[label]
    shape = (rows.shape[1], num_classes)
    penalised = np.ones(shape)
    penalised[-1] = 0.0

    def surprise(flat: FloatArray) -> tuple[float, FloatArray]:
        weight = flat.reshape(shape)
        scores = np.where(may_be, rows @ weight, -np.inf)
        scores -= scores.max(axis=1, keepdims=True)
        log_chance = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        loss = -(share * log_chance[np.arange(len(label)), label]).sum()
        gradient = rows.T @ ((np.exp(log_chance) - target) * share[:, None])
        kept = penalised * weight
        return float(loss + PENALTY / 2 * (kept**2).sum()), (gradient + PENALTY * kept).ravel()

    found: Any = minimize(
        surprise,
        np.zeros(shape).ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": MAXIMUM_ITERATIONS},
    )
    solution: FloatArray = found.x.reshape(shape)
    return solution


def _with_one(features: FloatArray) -> FloatArray:
    return np.concatenate([features, np.ones((len(features), 1))], axis=1)


def _sights(texts: Sequence[str]) -> dict[str, FloatArray]:
    parts = {
        "length": np.array([length_features(text) for text in texts]),
        "formatting": np.array([formatting_features(text) for text in texts]),
        "words": np.stack([word_features(text) for text in texts]),
    }
    return {"everything": np.concatenate(list(parts.values()), axis=1), **parts}


def _figures(is_right: BoolArray, rows: Rows, size: Size) -> tuple[Figure, list[Figure]]:
    """The mean over prompts, and the share told right of each class, resampled by prompt."""
    number = rows.num_of.astype(np.float64)
    right = np.zeros_like(number)
    np.add.at(right, (rows.prompt, rows.label), is_right.astype(np.float64))
    share = np.divide(right, number, out=np.zeros_like(right), where=number > 0)
    of_prompt = share.sum(axis=1) / rows.num_classes_of_prompt
    parts = np.concatenate([of_prompt[:, None], right], axis=1)
    wholes = np.concatenate([np.ones_like(of_prompt[:, None]), number], axis=1)
    resampled = resample(np.concatenate([parts, wholes], axis=1))
    num_parts = parts.shape[1]

    def figure(column: int, size: Size, chance: float) -> Figure:
        return estimate(
            (parts[:, column].sum(), wholes[:, column].sum()),
            resamples=lambda: (resampled[:, column], resampled[:, num_parts + column]),
            size=size,
            when_undefined="",
            chance=chance,
            ends=SHARE,
        )

    recalls = []
    for one, of_class in enumerate(number.T):
        told = int(of_class.sum())
        chance = float((of_class / rows.num_classes_of_prompt).sum() / told)
        recalls.append(
            figure(1 + one, Size(told, int(np.count_nonzero(of_class)), told, JUDGED), chance)
        )
    return figure(0, size, rows.chance), recalls


def _why_not(num_sources: int, num_prompts: int) -> str | None:
    if num_sources < 2:
        return (
            f"Two sources with at least {MINIMUM_OF_SOURCE} judged completions each, on prompts "
            f"that both of them answered, are needed; there {are(num_sources)} {num_sources}."
        )
    if num_prompts < MINIMUM_PROMPTS:
        there = f"there {are(num_prompts)} {num_prompts}"
        return f"At least {MINIMUM_PROMPTS} prompts of several sources are needed; {there}."
    return None
