"""A true preference that is known: what simulated labelers like, and how noisily they say so.

Because the utility of any text can be computed, a reward model trained on their rankings can be
measured against the truth, and so can a policy trained on the reward model.
"""

import math
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

WORD = re.compile(r"[A-Za-z']+")

WARM_WORDS = frozenset(
    "happy happily smile smiled smiling laugh laughed laughing love loved loves kind kindly friend "
    "friends friendly glad hug hugged proud fun nice warm together share shared thank thanked "
    "thanks help helped helpful helping safe brave play played good great best enjoy enjoyed "
    "beautiful pretty sweet cheered clapped".split()
)
COLD_WORDS = frozenset(
    "sad sadly cry cried crying angry mad mean scared afraid hurt hit bad lost broke broken fight "
    "fought hate hated worse worst alone lonely yelled shouted sick dead die died".split()
)
STOP_WORDS = frozenset(
    "a an and are as at be but by for from had has he her him his i in is it its of on or she so "
    "that the their them then there they this to was we were what with you your my me do does how "
    "please write give tell".split()
)

WARMTH_WEIGHT = 1.2
FINISHED_WEIGHT = 0.6
TOPIC_WEIGHT = 0.8
REPETITION_WEIGHT = 3.0
LENGTH_WEIGHT = 1.5
MILDLY_COLD = 0.4
PLAINLY_COLD = 1.2
SHORTEST_GOOD_WORDS = 15
LONGEST_GOOD_WORDS = 120


def words_of(text: str) -> list[str]:
    return [word.lower() for word in WORD.findall(text)]


def warmth(words: Sequence[str]) -> float:
    """Warm minus cold words per ten words, between -2 and 2."""
    balance = sum(word in WARM_WORDS for word in words) - sum(word in COLD_WORDS for word in words)
    return max(-2.0, min(2.0, 10.0 * balance / max(len(words), 10)))


def toxicity(text: str) -> int:
    """0, 1 or 2: how far cold words outweigh warm ones. Crude, and known."""
    coldness = -warmth(words_of(text))
    return (coldness > MILDLY_COLD) + (coldness > PLAINLY_COLD)


def repetition(words: Sequence[str]) -> float:
    """The share of three-word runs that were there before, from 0 to 1."""
    runs = list(zip(words, words[1:], words[2:], strict=False))
    return 1.0 - len(set(runs)) / len(runs) if runs else 0.0


def topic_overlap(prompt: str, words: Sequence[str]) -> float:
    """The share of the prompt's content words that the text takes up, from 0 to 1."""
    wanted = set(words_of(prompt)) - STOP_WORDS
    return len(wanted & set(words)) / len(wanted) if wanted else 0.0


def length_penalty(num_words: int) -> float:
    """0 inside the good band, rising to 1 for an empty or endless text."""
    if num_words < SHORTEST_GOOD_WORDS:
        return 1.0 - num_words / SHORTEST_GOOD_WORDS
    return min(1.0, max(0.0, num_words / LONGEST_GOOD_WORDS - 1.0))


def utility(prompt: str, text: str) -> float:
    """How much the simulated labelers like this text as an answer to this prompt.

    Warm words, a finished last sentence and staying with the prompt count for it; repetition and a
    text that is too short or too long count against it. Units: the scale of the Bradley-Terry
    model, so a difference of 1 is preferred with probability 0.73 at noise 1.
    """
    words = words_of(text)
    is_finished = text.rstrip().endswith((".", "!", "?", '"', "'"))
    return (
        WARMTH_WEIGHT * warmth(words)
        + FINISHED_WEIGHT * is_finished
        + TOPIC_WEIGHT * topic_overlap(prompt, words)
        - REPETITION_WEIGHT * repetition(words)
        - LENGTH_WEIGHT * length_penalty(len(words))
    )


@dataclass(frozen=True)
class Judgment:
    """Dense ranks (1 is best, ties equal) and Likert ratings, aligned with the texts."""

    ranks: tuple[int, ...]
    ratings: tuple[int, ...]
    perceived: tuple[float, ...]


@dataclass(frozen=True)
class NoisyPreference:
    """Bradley-Terry labelers: the true utility plus Gumbel noise, ties when two feel the same.

    The difference of two Gumbel variables is logistic, so any two completions are ordered rightly
    with probability 1 / (1 + exp(-gap / noise)). Noise 0 is the truth itself.
    """

    noise: float = 0.5
    tie_gap: float = 0.1

    def judge(self, prompt: str, texts: Sequence[str], generator: random.Random) -> Judgment:
        perceived = tuple(utility(prompt, text) + self.noise * _gumbel(generator) for text in texts)
        return Judgment(
            ranks=tiers(perceived, tie_gap=self.tie_gap),
            ratings=tuple(likert(value) for value in perceived),
            perceived=perceived,
        )


def _gumbel(generator: random.Random) -> float:
    return -math.log(-math.log(generator.uniform(1e-12, 1.0 - 1e-12)))


def tiers(perceived: Sequence[float], *, tie_gap: float) -> tuple[int, ...]:
    """Dense ranks, best first; a step smaller than ``tie_gap`` below the one above is a tie."""
    order = sorted(range(len(perceived)), key=lambda index: -perceived[index])
    ranks = [0] * len(perceived)
    rank = 0
    above = math.inf
    for index in order:
        if above - perceived[index] >= tie_gap or rank == 0:
            rank += 1
        ranks[index] = rank
        above = perceived[index]
    return tuple(ranks)


def likert(perceived: float) -> int:
    """A rating from 1 to 7; a perceived utility of 1 is the middle."""
    return max(1, min(7, round(4 + 1.2 * (perceived - 1.0))))
