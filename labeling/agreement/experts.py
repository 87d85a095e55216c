"""How a candidate's judgments compare with those of experts, with credit for being nearly right.

Equality is no measure for rankings: seven of eight pairs right is not the same as none. A score is
a share between 0 and 1, and where there is nothing to compare with there is none (R11).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from labeling.counting_words import count_of
from labeling.preferences import pair_signs

TIE_CREDIT: Final = 0.5

# What the two scores are, for the page that shows them.
FLAGS_RULE: Final = (
    "Share of the texts on which the candidate agrees with the majority of the experts. A text on "
    "which the experts are evenly divided is left out."
)
RANKING_RULE: Final = (
    "Over the pairs of completions that an expert orders strictly, the same order earns 1, the "
    "opposite 0 and a tie of the candidate's one half. A task's credit is the mean over its pairs, "
    "averaged over its experts; the score is the mean over the tasks."
)
DEMONSTRATION_RULE: Final = (
    "The mean of the graders' grades of each demonstration, 1 to 7, averaged over the candidate's "
    "demonstrations. There is none before every demonstration has a grade."
)


@dataclass(frozen=True)
class Score:
    """A score over ``num_counted`` items, or the reason why there is none.

    ``num_left_out``: items that were judged by the candidate and could not be counted.
    Raises: ValueError unless exactly one of value and reason_undefined is there.
    """

    value: float | None
    reason_undefined: str | None
    num_counted: int
    num_left_out: int

    def __post_init__(self) -> None:
        if (self.value is None) == (self.reason_undefined is None):
            raise ValueError("a score has a value or the reason why it has none")


def majority(answers: Iterable[bool]) -> bool | None:
    """What most said; None where nobody did or they are evenly divided."""
    balance = sum(1 if answer else -1 for answer in answers)
    return None if balance == 0 else balance > 0


def flags_score(candidate: Mapping[int, bool], experts: Mapping[int, Sequence[bool]]) -> Score:
    """Agreement with the experts' majority, by item; ``experts`` holds every answer to an item."""
    wanted = {item: majority(experts.get(item, ())) for item in candidate}
    compared = [
        said == wanted[item] for item, said in candidate.items() if wanted[item] is not None
    ]
    reason = (
        "The candidate has flagged no text."
        if not candidate
        else "No expert has flagged these texts."
        if not any(experts.get(item) for item in candidate)
        else "The experts are evenly divided on every text."
    )
    return _mean([float(agrees) for agrees in compared], of=len(candidate), reason=reason)


def partial_credit(ranks: Sequence[int], expert_ranks: Sequence[int]) -> float | None:
    """One ranking against one expert's: 1 the same, 0 the reverse; None if the expert ties all.

    Only pairs that the expert orders strictly count: a tie says that either order will do. Shapes:
    both hold one rank per completion, in the same order of completions.
    """
    if len(ranks) != len(expert_ranks):
        raise ValueError("two rankings are compared over the same completions")
    expert_sign = {(a, b): sign for a, b, sign in pair_signs(expert_ranks) if sign}
    earned = [
        TIE_CREDIT if sign == 0 else float(sign == expert_sign[a, b])
        for a, b, sign in pair_signs(ranks)
        if (a, b) in expert_sign
    ]
    return sum(earned) / len(earned) if earned else None


def task_credit(ranks: Sequence[int], experts: Sequence[Sequence[int]]) -> float | None:
    """The mean of the partial credits against each expert; None where no expert orders a pair."""
    earned = [partial_credit(ranks, expert) for expert in experts]
    known = [credit for credit in earned if credit is not None]
    return sum(known) / len(known) if known else None


def ranking_score(
    candidate: Mapping[int, Sequence[int]], experts: Mapping[int, Sequence[Sequence[int]]]
) -> Score:
    """The mean credit over the candidate's tasks; every task weighs the same, whatever its K."""
    earned = [task_credit(ranks, experts.get(task, ())) for task, ranks in candidate.items()]
    reason = (
        "The candidate has ranked no task."
        if not candidate
        else "No expert has ranked these tasks."
        if not any(experts.get(task) for task in candidate)
        else "The experts tie every pair of these tasks."
    )
    known = [credit for credit in earned if credit is not None]
    return _mean(known, of=len(candidate), reason=reason)


def grade_score(grades: Sequence[Sequence[int]]) -> Score:
    """The mean over the demonstrations of each one's mean grade; none while one has no grade.

    ``grades`` holds the graders' grades of every demonstration.
    """
    missing = sum(not given for given in grades)
    if not grades:
        return Score(None, "The candidate has written no demonstration.", 0, 0)
    if missing:
        has = "has" if missing == 1 else "have"
        waiting = f"{missing} of {count_of(len(grades), 'demonstration')} {has} no grade yet."
        return Score(None, waiting, len(grades) - missing, missing)
    return _mean([sum(given) / len(given) for given in grades], of=len(grades), reason="")


def _mean(values: Sequence[float], *, of: int, reason: str) -> Score:
    left_out = of - len(values)
    if not values:
        return Score(None, reason, 0, left_out)
    return Score(sum(values) / len(values), None, len(values), left_out)
