"""Reading demonstrations: what training may learn from, and what a researcher looks at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When

from labeling.languages import detect_language
from labeling.models import Demonstration, DemonstrationReview, Pool, Project, Prompt, User
from labeling.selectors.exclusions import is_excluded
from labeling.selectors.prompts import is_usable
from labeling.selectors.screening import known_by_name
from labeling.selectors.sealing import is_sealed, sealed_answer

# Of a text so long the language is known, as far as it can be.
ENOUGH_TO_TELL: Final = 60
SURE: Final = 0.95

DemonstrationSource = Literal["labeler", "customer", "import"]
SOURCES: Final[tuple[DemonstrationSource, ...]] = ("labeler", "customer", "import")
# Where the prompt of a demonstration came from.
SOURCE: Final = Case(
    When(~Q(labeler__imported_from="") | ~Q(prompt__imported_from=""), then=Value("import")),
    When(prompt__source_kind=Prompt.SourceKind.CUSTOMER, then=Value("customer")),
    default=Value("labeler"),
    output_field=CharField(),
)


@dataclass(frozen=True)
class DemonstrationRecord:
    """One demonstration as training reads it; ``source`` says where the prompt came from."""

    id: UUID
    prompt_id: int
    prompt: str
    text: str
    labeler_id: int
    source: DemonstrationSource
    category: str | None
    split: str


@dataclass(frozen=True)
class DemonstrationCounts:
    """``empty`` ones are no demonstrations; ``held_out`` are those of held-out prompts."""

    demonstrations: int
    held_out: int
    prompts: int
    labelers: int
    empty: int
    sources: dict[str, int]


def sealed_demonstrations(
    *,
    project_ids: Sequence[int] | None = None,
    category: str | None = None,
    include_simulated: bool = False,
) -> QuerySet[Demonstration]:
    """Demonstrations that can no longer be taken back, of any pool, unordered.

    What was written for a prompt that a researcher excluded from the project is never among them.
    """
    demonstrations = Demonstration.objects.filter(
        sealed_answer(), ~is_excluded("assignment__task__")
    )
    if project_ids is not None:
        demonstrations = demonstrations.filter(assignment__task__project__in=project_ids)
    if category is not None:
        demonstrations = demonstrations.filter(prompt__category=category)
    if not include_simulated:
        demonstrations = demonstrations.filter(labeler__is_simulated=False)
    return demonstrations


def fit_to_train() -> Q:
    """Demonstrations that no review stands in the way of.

    Where a project asks for reviews, only what a reviewer has accepted, or corrected in words of
    their own, is worth imitating; what was returned has been superseded.
    """
    return (
        Q(assignment__isnull=True)
        | Q(assignment__task__project__requires_review=False)
        | Q(review__outcome=DemonstrationReview.Outcome.ACCEPTED)
        | Q(edited_by__isnull=False)
    )


def num_waiting_for_review(*, project_ids: Sequence[int] | None = None) -> int:
    """Sealed demonstrations that would train if a reviewer accepted them."""
    return (
        sealed_demonstrations(project_ids=project_ids)
        .filter(assignment__task__project__purpose=Project.Purpose.TRAINING)
        .exclude(pk__in=Demonstration.objects.filter(fit_to_train()).values("pk"))
        .count()
    )


def trainable_demonstrations(
    *,
    project_ids: Sequence[int] | None = None,
    category: str | None = None,
    include_simulated: bool = False,
) -> QuerySet[Demonstration]:
    """Sealed demonstrations by training labelers, each with its ``source``, unordered (R14)."""
    return demonstrations_made_to_train(
        project_ids=project_ids, category=category, include_simulated=include_simulated
    ).filter(is_usable("prompt__"))


def demonstrations_made_to_train(
    *,
    project_ids: Sequence[int] | None = None,
    category: str | None = None,
    include_simulated: bool = False,
) -> QuerySet[Demonstration]:
    """Those of ``trainable_demonstrations``, whether or not their prompt is usable.

    Those without an assignment were imported, or written together with their prompt (R2), and
    belong to no project.
    """
    sealed = sealed_demonstrations(
        project_ids=project_ids, category=category, include_simulated=include_simulated
    )
    return sealed.filter(
        fit_to_train(),
        Q(assignment__isnull=True)
        | Q(
            assignment__task__project__pool=Pool.TRAINING,
            # What was written to be screened by never trains (R41).
            assignment__task__project__purpose=Project.Purpose.TRAINING,
        ),
        labeler__pool=Pool.TRAINING,
    ).annotate(source=SOURCE)


def demonstrations_for_training(
    *,
    project_ids: Sequence[int] | None = None,
    category: str | None = None,
    include_simulated: bool = False,
) -> list[DemonstrationRecord]:
    """``trainable_demonstrations`` ordered by prompt, then by submission. One query."""
    found = trainable_demonstrations(
        project_ids=project_ids, category=category, include_simulated=include_simulated
    )
    columns = ("id", "prompt_id", "prompt__text", "text", "labeler_id", "source")
    rows = found.order_by("prompt_id", "submitted_at", "id").values_list(
        *columns, "prompt__category", "prompt__split"
    )
    return [DemonstrationRecord(*row) for row in rows]


def count_demonstrations(
    demonstrations: QuerySet[Demonstration], *, held_out: QuerySet[Prompt]
) -> DemonstrationCounts:
    """What these trainable demonstrations come to. One query, which reads no text."""
    is_written = ~Q(text="")
    found = demonstrations.aggregate(
        num_written=Count("pk", filter=is_written),
        num_held_out=Count("pk", filter=is_written & Q(prompt__in=held_out.values("pk"))),
        num_prompts=Count("prompt", filter=is_written, distinct=True),
        num_labelers=Count("labeler", filter=is_written, distinct=True),
        num_empty=Count("pk", filter=~is_written),
        **{name: Count("pk", filter=is_written & Q(source=name)) for name in SOURCES},
    )
    return DemonstrationCounts(
        demonstrations=found["num_written"],
        held_out=found["num_held_out"],
        prompts=found["num_prompts"],
        labelers=found["num_labelers"],
        empty=found["num_empty"],
        sources={name: found[name] for name in SOURCES},
    )


def live_demonstrations(
    *, project: int | None = None, labeler: int | None = None
) -> QuerySet[Demonstration]:
    """Every demonstration that was not taken back, for a researcher, each with ``is_sealed``.

    Those of undecided candidates are left out: they would come with a name (R12). Unordered; the
    labeler, prompt and task come with it in the one query.
    """
    demonstrations = Demonstration.objects.filter(known_by_name(), superseded_at__isnull=True)
    if project is not None:
        demonstrations = demonstrations.filter(assignment__task__project=project)
    if labeler is not None:
        demonstrations = demonstrations.filter(labeler=labeler)
    return demonstrations.select_related(
        "labeler", "prompt", "assignment__task", "review", "edited_by"
    ).annotate(is_sealed=is_sealed())


def same_answer_of(
    *, labeler: User, text: str, besides: UUID | None = None
) -> Demonstration | None:
    """The labeler's newest live answer in exactly these words, to another task than ``besides``.

    One query; its prompt and task come with it. An empty answer is like no other.
    """
    if not text.strip():
        return None
    same = Demonstration.objects.filter(
        labeler=labeler, text=text, superseded_at__isnull=True, assignment__isnull=False
    )
    if besides is not None:
        same = same.exclude(assignment=besides)
    return same.select_related("prompt", "assignment__task").order_by("-submitted_at").first()


def languages_apart(*, labeler: User, text: str, assignment: UUID) -> tuple[str, str] | None:
    """The codes of the languages of an answer and of its prompt, where they surely differ.

    None for a short text, whose language nobody can tell. At most one query.
    """
    if len(text) < ENOUGH_TO_TELL:
        return None
    asked = (
        Prompt.objects.filter(
            tasks__assignments=assignment,
            tasks__assignments__labeler=labeler,
            language_confidence__gte=SURE,
        )
        .values_list("language", flat=True)
        .first()
    )
    if asked is None:
        return None
    written, confidence = detect_language(text)
    return (written, asked) if confidence >= SURE and written != asked else None
