"""Whether what a labeler sees gives away which model wrote it: a classifier, cross-validated.

Labelers are blind to the source, but a model that always writes lists is known by its lists. A
multinomial logistic regression reads only what the labeler saw; prompts are split into folds, so
that no completion is judged by a model that has seen its prompt.
"""

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
    "Balanced accuracy: the mean, over the sources, of the share of a source's completions that "
    f"are told right. A logistic regression, {NUM_FOLDS} folds by prompt; chance is one in the "
    "number of sources. Identity leaks where the whole interval lies above chance."
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
    source that each of them was given, 0 for none. Shapes: kept and each of told alike.
    """

    sources: list[int]
    chance: float
    figures: dict[str, Figure]
    recalls: dict[int, Figure]
    kept: IntArray
    told: dict[str, IntArray]


def leak(completions: Sequence[Seen]) -> Leak:
    """How well the source can be told. Deterministic: folds come from the prompts' numbers.

    Sources with too few completions are left out; what remains too little is undefined with the
    reason.
    """
    counts: dict[int, int] = {}
    for one in completions:
        counts[one.source] = counts.get(one.source, 0) + 1
    sources = sorted(source for source, number in counts.items() if number >= MINIMUM_OF_SOURCE)
    places = [place for place, one in enumerate(completions) if one.source in set(sources)]
    kept = [completions[place] for place in places]
    prompt = np.array([one.prompt for one in kept], dtype=np.int64)
    num_prompts = len(np.unique(prompt))
    size = Size(len(kept), num_prompts, len(kept), JUDGED)
    if reason := _why_not(len(sources), num_prompts):
        nothing = np.empty(0, dtype=np.int64)
        return Leak(
            sources, 0.0, dict.fromkeys(SIGHTS, undefined(reason, size=size)), {}, nothing, {}
        )
    label = np.searchsorted(sources, [one.source for one in kept]).astype(np.int64)
    fold = np.array([crc32(str(number).encode()) % NUM_FOLDS for number in prompt], dtype=np.int64)
    seen = _sights([one.text for one in kept])
    figures, recalls, told = {}, {}, {}
    for name, features in seen.items():
        classes = cross_validated(features, label, fold, num_classes=len(sources))
        told[name] = np.where(classes < 0, 0, np.array(sources)[classes])
        figures[name], of_source = _figures(classes == label, label, prompt, len(sources))
        if name == "everything":
            recalls = dict(zip(sources, of_source, strict=True))
    return Leak(sources, 1 / len(sources), figures, recalls, np.array(places), told)


def cross_validated(
    features: FloatArray, label: IntArray, fold: IntArray, *, num_classes: int
) -> IntArray:
    """The class told for each row by a model of the other folds. Shapes: rows x D, rows, rows."""
    told = np.full(len(label), -1, dtype=np.int64)
    for held_out in np.unique(fold):
        train = fold != held_out
        if not train.any():
            continue
        mean, deviation = features[train].mean(axis=0), features[train].std(axis=0)
        scaled = (features - mean) / np.where(deviation > 0, deviation, 1.0)
        weight = fit(scaled[train], label[train], num_classes=num_classes)
        scores = _with_one(scaled[~train]) @ weight
        told[~train] = scores.argmax(axis=1)
    return told


def fit(features: FloatArray, label: IntArray, *, num_classes: int) -> FloatArray:
    """Weights of a multinomial logistic regression; the last row is the constant, unpenalised.

    Every class weighs the same however many rows it has, so that a frequent source is not told by
    default. Shapes: features, rows x D; the answer, (D + 1) x classes.
    """
    # Here and not above: the web process reads this module at its start and needs it rarely.
    from scipy.optimize import minimize

    rows = _with_one(features)
    weight_of_row = 1 / np.bincount(label, minlength=num_classes)[label] / num_classes
    target = np.eye(num_classes)[label]
    shape = (rows.shape[1], num_classes)
    penalised = np.ones(shape)
    penalised[-1] = 0.0

    def surprise(flat: FloatArray) -> tuple[float, FloatArray]:
        weight = flat.reshape(shape)
        scores = rows @ weight
        scores -= scores.max(axis=1, keepdims=True)
        log_chance = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        loss = -(weight_of_row * (target * log_chance).sum(axis=1)).sum()
        gradient = rows.T @ ((np.exp(log_chance) - target) * weight_of_row[:, None])
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


def _figures(
    is_right: BoolArray, label: IntArray, prompt: IntArray, num_classes: int
) -> tuple[Figure, list[Figure]]:
    """The mean of the recalls, and the recall of each class, resampled together by prompt."""
    prompts, place = np.unique(prompt, return_inverse=True)
    sums = np.zeros((len(prompts), 2 * num_classes))
    np.add.at(sums, (place, 2 * label), is_right.astype(float))
    np.add.at(sums, (place, 2 * label + 1), 1.0)
    resampled = resample(sums)
    chance = 1 / num_classes
    recalls = []
    for one in range(num_classes):
        right, number = sums[:, 2 * one], sums[:, 2 * one + 1]
        told = int(number.sum())
        size = Size(told, int(np.count_nonzero(number)), told, JUDGED)
        recalls.append(
            estimate(
                (right.sum(), number.sum()),
                resamples=lambda one=one: (resampled[:, 2 * one], resampled[:, 2 * one + 1]),  # type: ignore[misc]
                size=size,
                when_undefined="",
                chance=chance,
                ends=SHARE,
            )
        )
    balanced = estimate(
        (_balanced(sums.sum(axis=0, keepdims=True))[0], np.ones(())),
        resamples=lambda: (_balanced(resampled), np.ones(len(resampled))),
        size=Size(len(label), len(prompts), len(label), JUDGED),
        when_undefined="",
        chance=chance,
        ends=SHARE,
    )
    return balanced, recalls


def _balanced(sums: FloatArray) -> FloatArray:
    """Mean recall of each row of sums. A class that a resample lacks is left out of its mean."""
    right, number = sums[:, 0::2], sums[:, 1::2]
    recall = np.divide(right, number, out=np.full_like(right, np.nan), where=number > 0)
    mean: FloatArray = np.nanmean(recall, axis=1)
    return mean


def _why_not(num_sources: int, num_prompts: int) -> str | None:
    if num_sources < 2:
        return (
            f"Two sources with at least {MINIMUM_OF_SOURCE} judged completions each are needed; "
            f"there {are(num_sources)} {num_sources}."
        )
    if num_prompts < MINIMUM_PROMPTS:
        there = f"there {are(num_prompts)} {num_prompts}"
        return f"At least {MINIMUM_PROMPTS} prompts are needed; {there}."
    return None
