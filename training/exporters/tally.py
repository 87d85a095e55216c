"""What a data card says of the records, counted while they pass by."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from labeling.preferences import pair_counts, preference_pairs
from training.exporters.frozen_tasks import Ranks


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

    def count(self, split: str) -> None:
        """A record, whatever it is."""
        self.num_records += 1
        self.splits[split] = self.splits.get(split, 0) + 1

    def count_task(self, num_completions: int, ranks: Sequence[Ranks]) -> None:
        """Besides, of a task: everybody's ranks of its completions."""
        k = str(num_completions)
        self.ks[k] = self.ks.get(k, 0) + 1
        self.num_rankings += len(ranks)
        for one in ranks:
            num_strict, num_tied = pair_counts(one)
            self.num_pairs += num_strict
            self.num_tied_pairs += num_tied
        agreeing, comparable = agreement_counts(ranks)
        self.num_agreeing += agreeing
        self.num_comparable += comparable

    def add(self, other: "Tally") -> None:
        """What was counted of other records."""
        for name, number in vars(other).items():
            if isinstance(number, int):
                setattr(self, name, getattr(self, name) + number)
        for mine, theirs in ((self.splits, other.splits), (self.ks, other.ks)):
            for key, number in theirs.items():
                mine[key] = mine.get(key, 0) + number

    @property
    def agreement(self) -> float | None:
        """The share of comparable judgments that agree; None where nothing is comparable."""
        return self.num_agreeing / self.num_comparable if self.num_comparable else None


def agreement_counts(rankings: Sequence[Ranks]) -> tuple[int, int]:
    """(agreeing, comparable) pairs of labelers over all pairs of completions, ties left out."""
    agreeing = against = 0
    for one, other in combinations([strict_pairs(ranks) for ranks in rankings], 2):
        agreeing += (one.preferred & other.preferred).bit_count()
        against += (one.preferred & other.turned).bit_count()
    return agreeing, agreeing + against


class StrictPairs(NamedTuple):
    """A bit for each pair of completions that is no tie, and the same of the order turned round."""

    preferred: int
    turned: int


# There are 4,683 ways to rank six completions and millions of rankings: most were seen before.
@lru_cache(maxsize=1 << 15)
def strict_pairs(ranks: Ranks) -> StrictPairs:
    width = len(ranks)
    pairs = preference_pairs(ranks)
    return StrictPairs(
        preferred=sum(1 << better * width + worse for better, worse in pairs),
        turned=sum(1 << worse * width + better for better, worse in pairs),
    )
