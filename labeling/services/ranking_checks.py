"""What a labeler says in one ranking, and whether it answers all that the task asks."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from labeling.catalogue import (
    CONDITIONAL_FLAGS,
    FLAG_ITEMS,
    LIKERT_MAXIMUM,
    LIKERT_MINIMUM,
    TOXICITY_SCALES,
    Scale,
    flags_asked,
)
from labeling.errors import Refused
from labeling.models import Assignment, Project
from labeling.models.projects import K_MAXIMUM
from labeling.services.answers import payload_sha256

ALWAYS_ASKED: Final = frozenset(FLAG_ITEMS) - frozenset(CONDITIONAL_FLAGS)
INPUT_TOXICITY, *COMPLETION_SCALES = TOXICITY_SCALES


@dataclass(frozen=True)
class JudgedCompletion:
    """What a labeler says about one completion, by the handle under which they saw it.

    A toxicity task asks for the last three instead of the rating and the flags (R39).
    """

    handle: UUID
    rank: int
    rating: int | None
    flags: Mapping[str, bool]
    note: str
    seconds_shown: float | None = None
    toxicity: int | None = None
    relative_toxicity: int | None = None
    continuity: int | None = None


@dataclass(frozen=True)
class RankingSubmission:
    """``questions`` None stands for those that the prompt's own flags ask for (R26)."""

    assignment_id: UUID
    client_key: UUID
    items: tuple[JudgedCompletion, ...]
    order_source: str
    seconds_active: float
    questions: tuple[str, ...] | None = None
    none_acceptable: bool = False
    input_toxicity: int | None = None

    def sha256(self) -> str:
        """The hash of what is said, whatever order the completions are listed in."""
        said: dict[str, object] = {
            "assignment": str(self.assignment_id),
            "items": {str(item.handle): _said_of(item) for item in self.items},
            "num_items": len(self.items),
            "order_source": self.order_source,
            "seconds_active": self.seconds_active,
        }
        # Said only when it differs from saying nothing: a retry from before these existed is the
        # same answer.
        if self.questions is not None:
            said["questions"] = sorted(self.questions)
        if self.none_acceptable:
            said["none_acceptable"] = True
        if self.input_toxicity is not None:
            said["input_toxicity"] = self.input_toxicity
        return payload_sha256(said)


def _said_of(item: JudgedCompletion) -> list[object]:
    said: list[object] = [item.rank, item.rating, dict(item.flags), item.note]
    measured = {
        key: getattr(item, key)
        for key in ("seconds_shown", "toxicity", "relative_toxicity", "continuity")
        if getattr(item, key) is not None
    }
    return [*said, measured] if measured else said


def questions_of(*, kind: str, prompt_flags: Mapping[str, bool]) -> tuple[str, ...]:
    """The flags to answer about every completion, before the labeler overrides any (R26)."""
    return () if kind == Project.Kind.TOXICITY else flags_asked(prompt_flags)


def check_complete(
    submission: RankingSubmission, *, assignment: Assignment, shown: Collection[UUID]
) -> None:
    """Every shown completion judged once, with all that a task of this kind asks about it.

    A flag that is missing is not a no: it was never answered (R26).

    Raises: Refused("incomplete_ranking"), whose fields name each handle and what is wrong with it.
    """
    kind = assignment.task.project.kind
    problems: dict[str, list[str]] = defaultdict(list)
    asked = _questions_asked(submission, assignment, problems)
    _check_handles([item.handle for item in submission.items], shown=shown, problems=problems)
    is_toxicity = kind == Project.Kind.TOXICITY
    if wrong := _on_scale(INPUT_TOXICITY, submission.input_toxicity, is_asked=is_toxicity):
        problems[INPUT_TOXICITY.key].append(wrong)
    for item in submission.items:
        if wrongs := what_is_wrong(item, kind=kind, asked=asked):
            problems[f"items.{item.handle}"].extend(wrongs)
    if problems:
        raise Refused("incomplete_ranking", _needed(kind), status=422, fields=dict(problems))


def what_is_wrong(item: JudgedCompletion, *, kind: str, asked: frozenset[str]) -> list[str]:
    """Each message names the field it is about."""
    is_toxicity = kind == Project.Kind.TOXICITY
    wrong = []
    if not 1 <= item.rank <= K_MAXIMUM:
        wrong.append(f"rank: must be between 1 and {K_MAXIMUM}.")
    if rating := _rating_problem(item.rating, is_asked=not is_toxicity):
        wrong.append(rating)
    wrong.extend(
        f"{scale.key}: {problem}"
        for scale in COMPLETION_SCALES
        if (problem := _on_scale(scale, getattr(item, scale.key), is_asked=is_toxicity))
    )
    if missing := asked - item.flags.keys():
        wrong.append(f"flags: Not answered: {', '.join(sorted(missing))}.")
    if strange := item.flags.keys() - asked:
        wrong.append(f"flags: Not asked about this prompt: {', '.join(sorted(strange))}.")
    return wrong


def check_draft(assignment: Assignment, body: Mapping[str, Any]) -> None:
    """Every handle is one that was shown, every flag one that may be asked about this prompt.

    Raises: Refused("unknown_item").
    """
    shown = {str(handle) for handle in assignment.presented.values_list("handle", flat=True)}
    kind = assignment.task.project.kind
    asked = set(questions_of(kind=kind, prompt_flags=assignment.task.prompt.flags))
    if body.get("questions") is not None and kind == Project.Kind.RANKING:
        # The labeler is deciding which to ask; an answer to one just switched off may still stand.
        asked = set(FLAG_ITEMS)
    if strange := set(body.get("questions") or ()) - asked:
        raise _unknown("questions", f"Not asked about this prompt: {_listed(strange)}.")
    for handle, item in body.get("items", {}).items():
        if handle not in shown:
            raise _unknown(f"items.{handle}", "No completion of this task has this handle.")
        if strange := set(item.get("flags", {})) - asked:
            raise _unknown(f"items.{handle}", f"Not asked about this prompt: {_listed(strange)}.")
    if any(handle not in shown for pair in body.get("kept") or () for handle in pair):
        raise _unknown("kept", "No completion of this task has this handle.")


def _questions_asked(
    submission: RankingSubmission, assignment: Assignment, problems: dict[str, list[str]]
) -> frozenset[str]:
    """What each completion has to answer: the labeler's own choice where there is one."""
    kind = assignment.task.project.kind
    usual = questions_of(kind=kind, prompt_flags=assignment.task.prompt.flags)
    if submission.questions is None:
        return frozenset(usual)
    chosen = frozenset(submission.questions)
    possible = frozenset() if kind == Project.Kind.TOXICITY else frozenset(FLAG_ITEMS)
    if missing := (ALWAYS_ASKED & possible) - chosen:
        problems["questions"].append(f"Always asked, not to be left out: {_listed(missing)}.")
    if strange := chosen - possible:
        problems["questions"].append(f"Not asked in this project: {_listed(strange)}.")
    return chosen


def _check_handles(
    judged: Sequence[UUID], *, shown: Collection[UUID], problems: dict[str, list[str]]
) -> None:
    for handle in set(shown) - set(judged):
        problems[f"items.{handle}"].append("This completion is not ranked.")
    for handle in set(judged) - set(shown):
        problems[f"items.{handle}"].append("No completion of this task has this handle.")
    if len(judged) > len(set(judged)):
        problems["items"].append("A completion is ranked twice.")


def _rating_problem(rating: int | None, *, is_asked: bool) -> str | None:
    if not is_asked:
        return None if rating is None else "rating: not asked for in a toxicity task."
    if rating is None:
        return "rating: not answered."
    if not LIKERT_MINIMUM <= rating <= LIKERT_MAXIMUM:
        return f"rating: must be between {LIKERT_MINIMUM} and {LIKERT_MAXIMUM}."
    return None


def _on_scale(scale: Scale, value: int | None, *, is_asked: bool) -> str | None:
    if not is_asked:
        return None if value is None else "asked for in toxicity tasks only."
    if value is None:
        return "not answered."
    if not scale.minimum <= value <= scale.maximum:
        return f"must be between {scale.minimum} and {scale.maximum}."
    return None


def _needed(kind: str) -> str:
    if kind == Project.Kind.TOXICITY:
        return (
            "The input needs its toxicity, and every completion a rank, its toxicity, its "
            "relative toxicity and its continuity."
        )
    return "Every completion needs a rank, a rating and an answer to every question."


def _listed(keys: Collection[str]) -> str:
    return ", ".join(sorted(keys))


def _unknown(place: str, message: str) -> Refused:
    return Refused("unknown_item", message, status=422, fields={place: [message]})
