"""What a data card says of the records, counted while they pass by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Final, NamedTuple
from zlib import crc32

from labeling.preferences import pair_counts, preference_pairs
from training.exporters.frozen_tasks import Ranks
from training.exporters.records import is_simulated

# Prompts are put into so many groups, which bounds what an interval has to remember.
NUM_GROUPS: Final = 1_000


@dataclass
class Tally:
    """Sums that a resumed export goes on with; ``k`` by the number of completions."""

    num_records: int = 0
    num_rankings: int = 0
    num_pairs: int = 0
    num_tied_pairs: int = 0
    num_simulated_rankings: int = 0
    # Pairs of two people who both ordered the same two completions strictly, and those who agreed.
    num_comparable: int = 0
    num_agreeing: int = 0
    # The same by the group of the prompt.
    comparable: dict[str, int] = field(default_factory=dict)
    agreeing: dict[str, int] = field(default_factory=dict)
    splits: dict[str, int] = field(default_factory=dict)
    ks: dict[str, int] = field(default_factory=dict)

    def count(self, split: str) -> None:
        """A record, whatever it is."""
        self.num_records += 1
        self.splits[split] = self.splits.get(split, 0) + 1

    def count_task(
        self,
        num_completions: int,
        said: Sequence[tuple[str, Ranks]],
        *,
        prompt: bytes,
    ) -> None:
        """Besides, of a task: who ranked its completions, and how; simulated labelers agree with
        nobody.
        """
        k = str(num_completions)
        self.ks[k] = self.ks.get(k, 0) + 1
        self.num_rankings += len(said)
        for _, ranks in said:
            num_strict, num_tied = pair_counts(ranks)
            self.num_pairs += num_strict
            self.num_tied_pairs += num_tied
        people = [one for one in said if not is_simulated(one[0])]
        self.num_simulated_rankings += len(said) - len(people)
        agreeing, comparable = agreement_counts(people)
        if comparable:
            self.num_agreeing += agreeing
            self.num_comparable += comparable
            group = str(crc32(prompt) % NUM_GROUPS)
            for counts, number in ((self.agreeing, agreeing), (self.comparable, comparable)):
                counts[group] = counts.get(group, 0) + number

    def add(self, other: "Tally") -> None:
        """What was counted of other records."""
        for name, number in vars(other).items():
            if isinstance(number, int):
                setattr(self, name, getattr(self, name) + number)
        for mine, theirs in (
            (self.splits, other.splits),
            (self.ks, other.ks),
            (self.comparable, other.comparable),
            (self.agreeing, other.agreeing),
        ):
            for key, number in theirs.items():
                mine[key] = mine.get(key, 0) + number


def agreement_counts(said: Iterable[tuple[str, Ranks]]) -> tuple[int, int]:
    """(agreeing, comparable) pairs of labelers over all pairs of completions, ties left out.

    What one labeler said in several rankings is theirs together; of a pair they judged twice the
    last one counts.
    """
    of_labeler: dict[str, StrictPairs] = {}
    for labeler, ranks in said:
        found = strict_pairs(ranks)
        if labeler in of_labeler:
            found = _after(of_labeler[labeler], found, judged_pairs(ranks))
        of_labeler[labeler] = found
    agreeing = against = 0
    for one, other in combinations(of_labeler.values(), 2):
        agreeing += (one.preferred & other.preferred).bit_count()
        against += (one.preferred & other.turned).bit_count()
    return agreeing, agreeing + against


class StrictPairs(NamedTuple):
    """A bit for each pair of completions that is no tie, and the same of the order turned round."""

    preferred: int
    turned: int


def _after(earlier: StrictPairs, later: StrictPairs, judged: int) -> StrictPairs:
    return StrictPairs(
        later.preferred | earlier.preferred & ~judged, later.turned | earlier.turned & ~judged
    )


def judged_pairs(ranks: Ranks) -> int:
    """The bits of all pairs that were ranked, ties too, either way round."""
    width = len(ranks)
    ranked = [place for place, rank in enumerate(ranks) if rank is not None]
    return sum(1 << a * width + b for a in ranked for b in ranked if a != b)


# There are 4,683 ways to rank six completions and millions of rankings: most were seen before.
@lru_cache(maxsize=1 << 15)
def strict_pairs(ranks: Ranks) -> StrictPairs:
    width = len(ranks)
    pairs = preference_pairs(ranks)
    return StrictPairs(
        preferred=sum(1 << better * width + worse for better, worse in pairs),
        turned=sum(1 << worse * width + better for better, worse in pairs),
    )
