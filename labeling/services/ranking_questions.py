"""Asking the labelers of a contested prompt why they ordered it as they did, and answering.

Each is asked alone and told of nobody else; only researchers read the answers.
"""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from labeling.errors import NotAccessible, Refused
from labeling.models import RankingQuestion, User
from labeling.selectors.contested import ContestedPrompt
from labeling.services.audit import record
from labeling.services.questions import check_says_something


@transaction.atomic
def ask_labelers(
    *, author: User, contested: ContestedPrompt, text: str, client_key: UUID
) -> tuple[list[RankingQuestion], bool]:
    """One question for each labeler who can be asked, and whether it is new.

    Sent again under its key it is stored once. Raises: Refused("empty_text"),
    Refused("nobody_to_ask"), Refused("key_reused") when the key stands for another question.
    """
    check_says_something(text)
    # A double click waits here for its twin.
    User.objects.select_for_update(no_key=True).get(pk=author.pk)
    stored = list(
        RankingQuestion.objects.filter(client_key=client_key).select_related("ranking__task")
    )
    if stored:
        _check_is_the_same(stored[0], author=author, contested=contested, text=text)
        return stored, False
    ladders = [ladder for ladder in contested.ladders if ladder.can_be_asked]
    if not ladders:
        raise Refused(
            "nobody_to_ask",
            "Whoever ranked this was imported, is simulated, or has no account any more.",
        )
    asked = RankingQuestion.objects.bulk_create(
        RankingQuestion(
            ranking_id=ladder.ranking_id, author=author, text=text, client_key=client_key
        )
        for ladder in ladders
    )
    record(
        actor=author,
        action="prompt.labelers_asked",
        subject=contested.prompt,
        details={"project": contested.project.pk, "num_asked": len(asked)},
    )
    return asked, True


def _check_is_the_same(
    stored: RankingQuestion, *, author: User, contested: ContestedPrompt, text: str
) -> None:
    task = stored.ranking.task
    asked = (stored.author_id, task.project_id, task.prompt_id, stored.text)
    if asked != (author.pk, contested.project.pk, contested.prompt.pk, text):
        raise Refused("key_reused", "This submission key was used for another question.")


@transaction.atomic
def answer_about_ranking(
    *, labeler: User, question_id: int, text: str
) -> tuple[RankingQuestion, bool]:
    """The answered question and whether the answer is new: the same words again change nothing.

    Raises: NotAccessible for a question to somebody else, Refused("empty_text"),
    Refused("already_answered") for other words than those stored.
    """
    check_says_something(text)
    question = (
        RankingQuestion.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=question_id, ranking__labeler=labeler)
        .first()
    )
    if question is None:
        raise NotAccessible
    if question.answered_at is not None:
        if question.answer != text:
            raise Refused("already_answered", "Your answer is with the researchers already.")
        return question, False
    question.answer, question.answered_at = text, Now()
    question.save(update_fields=["answer", "answered_at"])
    return question, True
