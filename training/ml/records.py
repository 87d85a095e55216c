"""The frozen records a job reads: one JSON object a line, checked before anything is trained."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import comb
from pathlib import Path
from typing import Any, TypeVar

from labeling.preferences import preference_pairs
from training.ml.errors import BadInput

SPLITS = ("train", "validation")
Record = TypeVar("Record")


@dataclass(frozen=True)
class Demonstration:
    prompt_id: str
    prompt: str
    completion: str
    split: str


@dataclass(frozen=True)
class RankedPrompt:
    """A prompt with K completions and the order that each of its labelers gave them.

    `rankings` holds dense ranks per completion: 1 is best, equal is a tie, None was not judged;
    `labelers` names who gave each of them, `completion_ids` the completions.
    """

    prompt_id: str
    prompt: str
    completion_ids: tuple[str, ...]
    completions: tuple[str, ...]
    labelers: tuple[str, ...]
    rankings: tuple[tuple[int | None, ...], ...]
    split: str
    category: str | None = None

    def comparisons(self) -> list[tuple[int, int]]:
        """(preferred, other) completion indices over all labelers; a tie makes none."""
        return [pair for ranks in self.rankings for pair in preference_pairs(ranks)]

    def judged_by(self, labelers: Collection[str]) -> "RankedPrompt":
        """The same completions with the rankings of these labelers alone."""
        kept = [place for place, labeler in enumerate(self.labelers) if labeler in labelers]
        return replace(
            self,
            labelers=tuple(self.labelers[place] for place in kept),
            rankings=tuple(self.rankings[place] for place in kept),
        )

    def without(self, labelers: Collection[str]) -> "RankedPrompt":
        """The same completions with everybody else's rankings."""
        return self.judged_by(set(self.labelers).difference(labelers))

    def judges(self) -> list[str]:
        """The labeler behind each of the comparisons, in their order."""
        pairs_of = [len(preference_pairs(ranks)) for ranks in self.rankings]
        judged = zip(self.labelers, pairs_of, strict=True)
        return [labeler for labeler, num_pairs in judged for _ in range(num_pairs)]

    def num_judged_pairs(self) -> int:
        """Pairs over all labelers, tied ones included: C(K,2) for each complete ranking."""
        judged = (sum(rank is not None for rank in ranks) for ranks in self.rankings)
        return sum(comb(count, 2) for count in judged)

    def divisor(self, normalise_by: str) -> int:
        """What the loss divides the sum over this prompt's pairs by."""
        if normalise_by == "choose_2":
            return self.num_judged_pairs()
        return len(self.comparisons())


@dataclass(frozen=True)
class Prompt:
    prompt_id: str
    text: str
    split: str


@dataclass(frozen=True)
class AnsweredPrompt:
    """A prompt with any number of completions, which nobody need have judged."""

    prompt_id: str
    prompt: str
    completion_ids: tuple[str, ...]
    completions: tuple[str, ...]


def weight_of_labelers(rankings: Iterable[RankedPrompt], normalise_by: str) -> dict[str, float]:
    """Weights by which every labeler adds as much to the loss as any other, and all as before.

    A pair adds one over its prompt's divisor, so a ranking of nine is no more than one of four.
    """
    added: dict[str, float] = defaultdict(float)
    for ranked in rankings:
        for judge, num_pairs in Counter(ranked.judges()).items():
            added[judge] += num_pairs / ranked.divisor(normalise_by)
    share = sum(added.values()) / len(added) if added else 0.0
    return {labeler: share / own for labeler, own in added.items()}


def read_demonstrations(path: Path) -> list[Demonstration]:
    def parse(row: Mapping[str, Any]) -> Demonstration:
        return Demonstration(
            prompt_id=_identifier(row, "prompt_id"),
            prompt=_text(row, "prompt"),
            completion=_text(row, "completion"),
            split=_split(row),
        )

    return _checked_splits(path, read_records(path, parse))


def read_rankings(path: Path) -> list[RankedPrompt]:
    return _checked_splits(path, read_records(path, _ranked_prompt))


def read_prompts(path: Path) -> list[Prompt]:
    def parse(row: Mapping[str, Any]) -> Prompt:
        return Prompt(_identifier(row, "prompt_id"), _text(row, "prompt"), _split(row))

    return _checked_splits(path, read_records(path, parse))


def read_completions(path: Path) -> list[AnsweredPrompt]:
    """Raises: BadInput, also when a completion is there twice."""

    def parse(row: Mapping[str, Any]) -> AnsweredPrompt:
        if not row["completions"]:
            raise BadInput("no completions")
        return AnsweredPrompt(
            prompt_id=_identifier(row, "prompt_id"),
            prompt=_text(row, "prompt"),
            completion_ids=tuple(_identifier(one, "id") for one in row["completions"]),
            completions=tuple(_text(one, "text") for one in row["completions"]),
        )

    answered = read_records(path, parse)
    count = Counter(identifier for one in answered for identifier in one.completion_ids)
    for identifier, number in count.most_common(1):
        if number > 1:
            raise BadInput(f"{path.name}: completion {identifier} is there {number} times")
    return answered


def read_pretraining(path: Path) -> list[str]:
    return read_records(path, lambda row: _text(row, "text"))


def read_records(path: Path, parse: Callable[[Mapping[str, Any]], Record]) -> list[Record]:
    """Raises: BadInput naming the file and line of the first row that cannot be used."""
    records = []
    for number, line in enumerate(_lines(path), start=1):
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise BadInput("not a JSON object")
            records.append(parse(row))
        except TypeError as fault:
            # A list or an object was looked for in something else.
            raise BadInput(f"{path.name} line {number}: a part has another type") from fault
        except (ValueError, KeyError) as fault:
            named = f"no {fault}" if isinstance(fault, KeyError) else str(fault)
            raise BadInput(f"{path.name} line {number}: {named}") from fault
    if not records:
        raise BadInput(f"{path.name} holds no records")
    return records


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8") as opened:
            # Only the newline ends a record: str.splitlines would also cut at U+2028.
            yield from (line for line in opened if line.strip())
    except (OSError, UnicodeDecodeError) as fault:
        raise BadInput(f"{path.name} cannot be read: {fault}") from fault


def _ranked_prompt(row: Mapping[str, Any]) -> RankedPrompt:
    completions = tuple(_text(completion, "text") for completion in row["completions"])
    if not 2 <= len(completions) <= 9:
        raise BadInput(f"{len(completions)} completions, expected 2 to 9")
    rankings = tuple(_ranks(ranking, len(completions)) for ranking in row["rankings"])
    return RankedPrompt(
        prompt_id=_identifier(row, "prompt_id"),
        prompt=_text(row, "prompt"),
        completion_ids=tuple(_identifier(completion, "id") for completion in row["completions"]),
        completions=completions,
        labelers=tuple(_identifier(ranking, "labeler") for ranking in row["rankings"]),
        rankings=rankings,
        split=_split(row),
        category=None if row.get("category") is None else _text(row, "category"),
    )


def _ranks(ranking: Mapping[str, Any], count: int) -> tuple[int | None, ...]:
    ranks = tuple(ranking["ranks"])
    if len(ranks) != count:
        raise BadInput(f"{len(ranks)} ranks for {count} completions")
    for rank in ranks:
        if rank is not None and (type(rank) is not int or rank < 1):
            raise BadInput(f"{rank!r} is not a rank")
    return ranks


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row[name]
    if not isinstance(value, str):
        raise BadInput(f"{name} is not text")
    return value


def _identifier(row: Mapping[str, Any], name: str) -> str:
    value = row[name]
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadInput(f"{name} is not an identifier")
    return str(value)


def _split(row: Mapping[str, Any]) -> str:
    split = row["split"]
    if split not in SPLITS:
        raise BadInput(f"split {split!r} is neither train nor validation")
    return str(split)


Split = TypeVar("Split", Demonstration, RankedPrompt, Prompt)


def _checked_splits(path: Path, records: list[Split]) -> list[Split]:
    """Raises: BadInput when a prompt is on both sides: what is held out must be unseen."""
    split_of: dict[str, str] = {}
    for record in records:
        if split_of.setdefault(record.prompt_id, record.split) != record.split:
            raise BadInput(f"{path.name}: prompt {record.prompt_id} is in both splits")
    return records
