"""Asking the researchers, and answering for every labeler of the project (R17)."""

from uuid import UUID

from django.db import IntegrityError, transaction

from labeling.errors import NotAccessible, Refused
from labeling.models import Answer, Project, Question, Task, User


def ask_question(
    *, asker: User, project: Project, task: Task | None, text: str, client_key: UUID
) -> tuple[Question, bool]:
    """The question and whether it is new: sent again under its key it is stored once.

    Raises: Refused("empty_text"), Refused("key_reused") when the key stands for another question.
    """
    check_says_something(text)
    try:
        with transaction.atomic():
            question, is_new = Question.objects.get_or_create(
                client_key=client_key,
                defaults={"asker": asker, "project": project, "task": task, "text": text},
            )
    except IntegrityError as error:
        # A twin of this request stored it between the look and the insert.
        raise Refused("key_reused", "This question is on its way already.") from error
    asked = (question.asker_id, question.project_id, question.text)
    if asked != (asker.pk, project.pk, text):
        raise Refused("key_reused", "This submission key was used for another question.")
    return question, is_new


@transaction.atomic
def answer_question(*, author: User, question_id: int, text: str) -> tuple[Answer, bool]:
    """The answer and whether it is new: the same words by the same person are stored once.

    Raises: NotAccessible, Refused("empty_text").
    """
    check_says_something(text)
    # A double click waits here for its twin.
    question = Question.objects.select_for_update(no_key=True).filter(pk=question_id).first()
    if question is None:
        raise NotAccessible
    return Answer.objects.get_or_create(question=question, author=author, text=text)


def check_says_something(text: str) -> None:
    if not text.strip():
        raise Refused(
            "empty_text", "Write a few words first.", status=400, fields={"text": ["Empty."]}
        )
