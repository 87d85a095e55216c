"""Reading what labelers are asked about their own rankings."""

from django.db.models import QuerySet

from labeling.errors import NotAccessible
from labeling.models import RankingQuestion, User


def ranking_questions_to(*, labeler: User) -> QuerySet[RankingQuestion]:
    """What this labeler was asked, with the prompt and the project, the latest first. One query."""
    return (
        RankingQuestion.objects.filter(ranking__labeler=labeler)
        .select_related("author", "ranking__task__prompt", "ranking__task__project")
        .order_by("-id")
    )


def access_ranking_question(*, question_id: int, labeler: User) -> RankingQuestion:
    """Raises: NotAccessible for a question to somebody else as for none."""
    question = ranking_questions_to(labeler=labeler).filter(pk=question_id).first()
    if question is None:
        raise NotAccessible
    return question


def num_unanswered(*, labeler: User) -> int:
    return RankingQuestion.objects.filter(
        ranking__labeler=labeler, answered_at__isnull=True
    ).count()
