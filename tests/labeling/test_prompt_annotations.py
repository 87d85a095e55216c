"""PUT /api/assignments/<id>/prompt-annotation/: what a labeler says about a prompt (R23)."""

import pytest

from labeling.catalogue import (
    ADVERSARIAL_TAGS,
    ANNOTATION_SCHEMA_REVISION,
    CATEGORIES,
    PROMPT_FLAGS,
)
from labeling.models import Assignment, PromptAnnotation
from tests.cast import client_of, make_demonstration_project, make_ranking_project, make_task
from tests.labeling.work import demonstrate, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def assignment(amina) -> Assignment:
    project = make_demonstration_project()
    make_task(project)
    return take(project, amina)


def put(user, assignment: Assignment, body: object):
    address = f"/api/assignments/{assignment.pk}/prompt-annotation/"
    return client_of(user).put(address, body, format="json")


def test_a_flag_has_three_states_and_only_answers_are_stored(assignment, amina):
    """R23, R9."""
    said = {"category": "chat", "flags": {"ambiguous": True, "closed_domain": False}}

    answer = put(amina, assignment, {**said, "flags": {**said["flags"], "intent_unclear": None}})

    assert (answer.status_code, answer.json()) == (200, said)
    prompt = assignment.task.prompt
    prompt.refresh_from_db()
    assert (prompt.category, prompt.flags) == (said["category"], said["flags"])
    row = PromptAnnotation.objects.get()
    assert (row.annotator, row.category, row.flags) == (amina, "chat", said["flags"])
    assert row.schema_revision == ANNOTATION_SCHEMA_REVISION


def test_what_was_said_can_be_taken_back_and_every_step_is_kept(assignment, amina):
    put(amina, assignment, {"category": "chat", "flags": {"ambiguous": True}})

    put(amina, assignment, {"category": None, "flags": {"ambiguous": None}})

    assignment.task.prompt.refresh_from_db()
    assert (assignment.task.prompt.category, assignment.task.prompt.flags) == (None, {})
    kept = PromptAnnotation.objects.order_by("id").values_list("category", "flags")
    assert list(kept) == [("chat", {"ambiguous": True}), (None, {})]


def test_saying_the_same_twice_is_kept_once(assignment, amina):
    said = {"category": "rewrite", "flags": {}}
    put(amina, assignment, said)

    assert put(amina, assignment, said).status_code == 200

    assert PromptAnnotation.objects.count() == 1


def test_every_category_and_every_flag_can_be_said(assignment, amina):
    for category in CATEGORIES:
        body = {"category": category, "flags": dict.fromkeys(PROMPT_FLAGS, True)}
        assert put(amina, assignment, body).status_code == 200


def test_what_a_prompt_tries_a_model_with_is_said_as_its_flags_are(assignment, amina):
    """R88."""
    said = dict.fromkeys(ADVERSARIAL_TAGS, True) | {"many_constraints": False, "ambiguous": True}

    answer = put(amina, assignment, {"category": None, "flags": said})

    assert (answer.status_code, answer.json()["flags"]) == (200, said)
    assert PromptAnnotation.objects.get().flags == said


def test_otto_cannot_annotate_through_aminas_assignment(assignment, otto):
    assert put(otto, assignment, {"category": "chat", "flags": {}}).status_code == 404
    assert not PromptAnnotation.objects.exists()


def test_a_ranking_task_is_not_annotated_here(amina):
    project = make_ranking_project()
    make_task(project)

    answer = put(amina, take(project, amina), {"category": "chat", "flags": {}})

    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_kind")


def test_an_answered_task_is_not_annotated_any_more(assignment, amina):
    demonstrate(assignment, amina)

    answer = put(amina, assignment, {"category": "chat", "flags": {}})

    assert (answer.status_code, answer.json()["code"]) == (409, "not_open")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"category": "poetry"}, "category"),
        ({"category": ""}, "category"),
        ({"flags": {"rude": True}}, "flags.rude"),
        ({"flags": {"ambiguous": "yes"}}, "flags.ambiguous"),
        ({"flags": {"false_premise": "no"}}, "flags.false_premise"),
        ({"flags": {"ambiguous": 1}}, "flags.ambiguous"),
        ({"flags": None}, "flags"),
    ],
)
def test_a_malformed_annotation_is_refused_by_name(assignment, amina, change, field):
    answer = put(amina, assignment, {"category": None, "flags": {}, **change})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_both_parts_must_be_said(assignment, amina):
    assert set(put(amina, assignment, {}).json()["fields"]) == {"category", "flags"}
