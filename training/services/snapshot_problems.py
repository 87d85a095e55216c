"""What is worth knowing of labels before a snapshot of them is frozen."""

from collections.abc import Mapping, Sequence
from typing import Any

from labeling.counting_words import count_of
from labeling.models import Demonstration, Project, Ranking
from labeling.selectors.demonstrations import num_waiting_for_review
from labeling.selectors.sealing import sealed_answer

NO_VALIDATION = (
    "No prompt is in the validation split, so nothing can be measured on unseen prompts."
)


def ranking_problems(project_ids: Sequence[int] | None, counts: Mapping[str, Any]) -> list[str]:
    problems = []
    if not counts["rankings"]:
        problems.append("No sealed ranking by a training labeler fits.")
    elif not counts["pairs"]:
        problems.append("Every ranking is one tie, so there is no comparison to learn from.")
    elif not counts["validation"]:
        problems.append(NO_VALIDATION)
    waiting = Ranking.objects.filter(
        superseded_at__isnull=True, task__project__purpose=Project.Purpose.TRAINING
    ).exclude(sealed_answer())
    if project_ids is not None:
        waiting = waiting.filter(task__project__in=project_ids)
    return problems + _waiting_problem(waiting.count(), "ranking")


def demonstration_problems(
    project_ids: Sequence[int] | None, counts: Mapping[str, Any]
) -> list[str]:
    problems = []
    if not counts["demonstrations"]:
        problems.append("No sealed demonstration by a training labeler fits.")
    elif not counts["validation"]:
        problems.append(NO_VALIDATION)
    waiting = Demonstration.objects.filter(
        superseded_at__isnull=True, assignment__task__project__purpose=Project.Purpose.TRAINING
    ).exclude(sealed_answer())
    if project_ids is not None:
        waiting = waiting.filter(assignment__task__project__in=project_ids)
    if unreviewed := num_waiting_for_review(project_ids=project_ids):
        some = "1 demonstration waits" if unreviewed == 1 else f"{unreviewed} demonstrations wait"
        problems.append(f"{some} for a review and will count when it is accepted.")
    return problems + _waiting_problem(waiting.count(), "demonstration")


def unusable_problem(num_by_reason: Mapping[str, int], noun: str) -> list[str]:
    """Labels that would be frozen if their prompt could train."""
    if not num_by_reason:
        return []
    some = count_of(sum(num_by_reason.values()), noun)
    named = ", ".join(f"{number:,} {reason}" for reason, number in num_by_reason.items())
    return [f"{some} left out because of the prompt: {named}."]


def _waiting_problem(num_waiting: int, noun: str) -> list[str]:
    if num_waiting == 0:
        return []
    some = f"1 {noun} can" if num_waiting == 1 else f"{num_waiting} {noun}s can"
    return [f"{some} still be taken back and will count when that time is over."]
