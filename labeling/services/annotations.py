"""Saying what a prompt asks for: its category and its flags (R9, R23)."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from labeling.catalogue import ANNOTATION_SCHEMA_REVISION
from labeling.errors import NotAccessible, Refused
from labeling.models import Project, Prompt, PromptAnnotation, User
from labeling.services.slots import State, lock_own_assignment

PromptFlags = Mapping[str, bool | None]


@transaction.atomic
def annotate_prompt(
    *, prompt_id: int, annotator: User, category: str | None, flags: PromptFlags
) -> Prompt:
    """Store the whole of what is said about a prompt now; its newest annotation is what holds.

    A flag that is None or left out is unanswered, which is neither yes nor no. Saying what holds
    already stores nothing.

    Raises: NotAccessible.
    """
    # Two people annotating at once: both rows are kept, the later one holds.
    prompt = Prompt.objects.select_for_update(no_key=True).filter(pk=prompt_id).first()
    if prompt is None:
        raise NotAccessible
    answered = {key: answer for key, answer in flags.items() if answer is not None}
    if (prompt.category, prompt.flags) == (category, answered):
        return prompt
    PromptAnnotation.objects.create(
        prompt=prompt,
        annotator=annotator,
        category=category,
        flags=answered,
        schema_revision=ANNOTATION_SCHEMA_REVISION,
    )
    prompt.category, prompt.flags = category, answered
    prompt.save(update_fields=["category", "flags"])
    return prompt


@transaction.atomic
def annotate_prompt_of_assignment(
    *, labeler: User, assignment_id: UUID, category: str | None, flags: PromptFlags
) -> Prompt:
    """Annotate the prompt that the labeler is answering, on the same page (R23).

    Raises: NotAccessible, Refused("wrong_kind"), Refused("not_open").
    """
    assignment = lock_own_assignment(assignment_id=assignment_id, labeler=labeler)
    if assignment.task.project.kind != Project.Kind.DEMONSTRATION:
        raise Refused(
            "wrong_kind", "Only the prompt of a demonstration is described here.", status=422
        )
    if assignment.state not in {State.LEASED, State.EXPIRED}:
        raise Refused("not_open", "This task is not open any more; nothing was changed.")
    return annotate_prompt(
        prompt_id=assignment.task.prompt_id, annotator=labeler, category=category, flags=flags
    )
