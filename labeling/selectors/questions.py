"""Reading the questions of projects and their answers (R17)."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from labeling.errors import NotAccessible
from labeling.models import Answer, Assignment, Project, Question, User
from labeling.selectors.projects import projects_open_to


def projects_with_questions_for(*, account: User) -> QuerySet[Project]:
    """Whose questions this account may read and ask: a labeler where they work, others all."""
    return Project.objects.all() if account.is_researcher else projects_open_to(labeler=account)


def access_questioned_project(*, project_id: int, account: User) -> Project:
    """Raises: NotAccessible for a project of the other pool as for one that does not exist."""
    project = projects_with_questions_for(account=account).filter(pk=project_id).first()
    if project is None:
        raise NotAccessible
    return project


def access_assignment_to_ask_about(*, assignment_id: UUID, account: User) -> Assignment:
    """The account's own assignment with its task and project. Raises: NotAccessible."""
    assignment = (
        Assignment.objects.select_related("task__project")
        .filter(pk=assignment_id, labeler=account)
        .first()
    )
    if assignment is None:
        raise NotAccessible
    return assignment


def questions_for(
    *,
    account: User,
    project: int | None = None,
    search: str = "",
    is_answered: bool | None = None,
) -> QuerySet[Question]:
    """The questions this account may read, each with its answers and ``is_answered``. Two queries.

    ``search`` looks into the questions and into their answers.
    """
    answers = Answer.objects.filter(question=OuterRef("pk"))
    questions = (
        Question.objects.filter(project__in=projects_with_questions_for(account=account))
        .annotate(is_answered=Exists(answers))
        .select_related("project", "task__prompt", "asker")
        .prefetch_related(
            Prefetch("answers", queryset=Answer.objects.select_related("author").order_by("id"))
        )
        .order_by("-id")
    )
    if project is not None:
        questions = questions.filter(project=project)
    if is_answered is not None:
        questions = questions.filter(is_answered=is_answered)
    if search:
        found = answers.filter(text__icontains=search)
        questions = questions.filter(Q(text__icontains=search) | Exists(found))
    return questions


def access_question(*, question_id: int, account: User) -> Question:
    """A question as ``questions_for`` gives it. Raises: NotAccessible."""
    question = questions_for(account=account).filter(pk=question_id).first()
    if question is None:
        raise NotAccessible
    return question
