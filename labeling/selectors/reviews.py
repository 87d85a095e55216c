"""Reading reviews of demonstrations: what waits for one, what was decided, what came back."""

from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
)

from labeling.models import Assignment, Demonstration, DemonstrationReview, Project, User
from labeling.selectors.sealing import sealed_answer

Outcome = DemonstrationReview.Outcome
# A returned task that its writer has not sent again.
BACK_WITH_THE_WRITER = [
    Assignment.State.LEASED,
    Assignment.State.EXPIRED,
    Assignment.State.SKIPPED,
]


def reviewable_demonstrations(*, reviewer: User) -> QuerySet[Demonstration]:
    """Sealed answers by people that nobody has reviewed, the reviewer's own left out.

    Those of a screening are graded where candidates are, and a correction is a review already.
    """
    return (
        Demonstration.objects.filter(
            sealed_answer(),
            assignment__isnull=False,
            review__isnull=True,
            edited_by__isnull=True,
            labeler__is_simulated=False,
        )
        .exclude(assignment__task__project__purpose=Project.Purpose.SCREENING)
        .exclude(labeler=reviewer)
    )


def review_queue(*, reviewer: User, project: int | None = None) -> QuerySet[Demonstration]:
    """What waits for a review, unordered, each with ``assignment.returned_before``. Two queries.

    Those are the versions of it that were returned, the latest first, each with its review.
    """
    waiting = reviewable_demonstrations(reviewer=reviewer)
    if project is not None:
        waiting = waiting.filter(assignment__task__project=project)
    before = (
        Demonstration.objects.filter(review__outcome=Outcome.RETURNED)
        .select_related("review")
        .order_by("-submitted_at")
    )
    return waiting.select_related("prompt", "assignment__task__project").prefetch_related(
        Prefetch("assignment__demonstrations", queryset=before, to_attr="returned_before")
    )


def projects_to_review(*, reviewer: User) -> QuerySet[Project]:
    """Demonstration projects with ``num_waiting`` for this reviewer, by name. One query."""
    waiting = reviewable_demonstrations(reviewer=reviewer)
    return (
        Project.objects.filter(kind=Project.Kind.DEMONSTRATION)
        .exclude(purpose=Project.Purpose.SCREENING)
        .annotate(
            num_waiting=Count(
                "tasks__assignments__demonstrations",
                filter=Q(tasks__assignments__demonstrations__in=waiting.values("pk")),
            )
        )
        .order_by("name")
    )


def decided_reviews(*, project: int | None = None) -> QuerySet[DemonstrationReview]:
    """Every review with who wrote and who reviewed, unordered, for researchers. One query."""
    reviews = DemonstrationReview.objects.select_related(
        "reviewer",
        "demonstration__labeler",
        "demonstration__prompt",
        "demonstration__revision",
        "demonstration__assignment__task__project",
    )
    if project is not None:
        reviews = reviews.filter(demonstration__assignment__task__project=project)
    return reviews


def returns_to(*, writer: User, assignment: UUID | None = None) -> QuerySet[DemonstrationReview]:
    """What came back to a writer, returned or corrected, unordered. One query.

    ``is_to_do`` says whether it waits for them: returned, and not sent again since.
    """
    later = DemonstrationReview.objects.filter(
        demonstration__assignment=OuterRef("demonstration__assignment"), pk__gt=OuterRef("pk")
    )
    back = Q(
        ~Exists(later),
        outcome=Outcome.RETURNED,
        demonstration__assignment__state__in=BACK_WITH_THE_WRITER,
    )
    returns = (
        DemonstrationReview.objects.filter(
            demonstration__labeler=writer, outcome__in=[Outcome.RETURNED, Outcome.CORRECTED]
        )
        .annotate(
            is_to_do=Case(
                When(back, then=Value(True)), default=Value(False), output_field=BooleanField()
            )
        )
        .select_related(
            "demonstration__prompt",
            "demonstration__revision",
            "demonstration__assignment__task__project",
        )
    )
    return returns if assignment is None else returns.filter(demonstration__assignment=assignment)


def num_unread_returns(*, writer: User) -> int:
    return returns_to(writer=writer).filter(read_at__isnull=True).count()
