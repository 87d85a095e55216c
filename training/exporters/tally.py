"""What a data card says of the records, counted while they pass by."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from labeling.preferences import num_tied_pairs, pair_signs, preference_pairs


@dataclass
class Tally:
    """Sums that a resumed export goes on with; ``k`` by the number of completions."""

    num_records: int = 0
    num_rankings: int = 0
    num_pairs: int = 0
    num_tied_pairs: int = 0
    # Pairs of labelers who both ordered the same two completions strictly, and those who agreed.
    num_comparable: int = 0
    num_agreeing: int = 0
    splits: dict[str, int] = field(default_factory=dict)
    ks: dict[str, int] = field(default_factory=dict)

    def count(self, row: Mapping[str, Any]) -> None:
        self.num_records += 1
        self.splits[row["split"]] = self.splits.get(row["split"], 0) + 1
        if "rankings" not in row:
            return
        k = str(len(row["completions"]))
        self.ks[k] = self.ks.get(k, 0) + 1
        ranks = [one["ranks"] for one in row["rankings"]]
        self.num_rankings += len(ranks)
        self.num_pairs += sum(len(preference_pairs(one)) for one in ranks)
        self.num_tied_pairs += sum(num_tied_pairs(one) for one in ranks)
        agreeing, comparable = agreement_counts(ranks)
        self.num_agreeing += agreeing
        self.num_comparable += comparable

    @property
    def agreement(self) -> float | None:
        """The share of comparable judgments that agree; None where nothing is comparable."""
        return self.num_agreeing / self.num_comparable if self.num_comparable else None


def agreement_counts(rankings: Sequence[Sequence[int | None]]) -> tuple[int, int]:
    """(agreeing, comparable) pairs of labelers over all pairs of completions, ties left out."""
    votes: Counter[tuple[int, int, int]] = Counter()
    for ranks in rankings:
        votes.update(pair for pair in pair_signs(ranks) if pair[2])
    agreeing = comparable = 0
    for first, second in strict_pairs(rankings):
        for_first, for_second = votes[first, second, 1], votes[first, second, -1]
        agreeing += num_couples(for_first) + num_couples(for_second)
        comparable += num_couples(for_first + for_second)
    return agreeing, comparable


def strict_pairs(rankings: Sequence[Sequence[int | None]]) -> Iterator[tuple[int, int]]:
    k = len(rankings[0]) if rankings else 0
    return combinations(range(k), 2)


def num_couples(count: int) -> int:
    return count * (count - 1) // 2
