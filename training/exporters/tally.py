"""What a data card says of the records, counted while they pass by."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labeling.preferences import pair_counts, preference_pairs


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
        for one in ranks:
            num_strict, num_tied = pair_counts(one)
            self.num_pairs += num_strict
            self.num_tied_pairs += num_tied
        agreeing, comparable = agreement_counts(ranks)
        self.num_agreeing += agreeing
        self.num_comparable += comparable

    @property
    def agreement(self) -> float | None:
        """The share of comparable judgments that agree; None where nothing is comparable."""
        return self.num_agreeing / self.num_comparable if self.num_comparable else None


def agreement_counts(rankings: Sequence[Sequence[int | None]]) -> tuple[int, int]:
    """(agreeing, comparable) pairs of labelers over all pairs of completions, ties left out."""
    # Most tasks have one labeler.
    if len(rankings) < 2:
        return 0, 0
    votes: Counter[tuple[int, int]] = Counter()
    for ranks in rankings:
        votes.update(preference_pairs(ranks))
    agreeing = sum(num_couples(count) for count in votes.values())
    # Those who disagree about two completions have voted for either of them.
    against = sum(count * votes.get((worse, better), 0) for (better, worse), count in votes.items())
    return agreeing, agreeing + against // 2


def num_couples(count: int) -> int:
    return count * (count - 1) // 2
