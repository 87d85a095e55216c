"""Nothing that a labeler did is lost: autosave, two tabs, lost leases (R31)."""

import pytest

from labeling.errors import Refused
from labeling.models import Assignment, Draft
from labeling.services.assignments import skip_assignment
from labeling.services.drafts import DraftConflict, save_draft
from tests.cast import (
    client_of,
    make_demonstration_project,
    make_ranking_project,
    make_task,
    make_toxicity_project,
)
from tests.labeling.work import let_lease_run_out, lose, rank, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def assignment(amina) -> Assignment:
    project = make_ranking_project(overlap=1)
    make_task(project)
    return take(project, amina)


def handles(assignment: Assignment) -> list[str]:
    return [str(shown.handle) for shown in assignment.presented.all()]


def item(**changes) -> dict:
    return {"rank": None, "rating": None, "flags": {}, "note": "", **changes}


def body_with(items: dict, **changes) -> dict:
    return {"items": items, "seconds_active": 3.5, "phase": "rate", **changes}


def put(user, assignment: Assignment, version: object, body: object):
    path = f"/api/assignments/{assignment.pk}/draft/"
    return client_of(user).put(path, {"version": version, "body": body}, format="json")


def test_a_draft_is_stored_and_shown_again(assignment, amina):
    first = handles(assignment)[0]
    body = body_with({first: item(rating=6, flags={"sexual_content": False}, note="  Clear.\n")})

    saved = put(amina, assignment, 0, body)
    shown = client_of(amina).get(f"/api/assignments/{assignment.pk}/").json()

    assert saved.status_code == 200
    assert saved.json()["version"] == 1
    assert shown["draft"] == {"version": 1, "body": body}


def test_saving_renews_the_lease(assignment, amina):
    let_lease_run_out(assignment)
    before = Assignment.objects.get(pk=assignment.pk).leased_until

    saved = save_draft(labeler=amina, assignment_id=assignment.pk, version=0, body=body_with({}))

    assert saved.leased_until > before


def test_a_tab_that_is_behind_gets_what_is_stored(assignment, amina):
    newer = body_with({handles(assignment)[0]: item(rating=7)})
    put(amina, assignment, 0, newer)

    behind = put(amina, assignment, 0, body_with({handles(assignment)[0]: item(rating=1)}))

    assert behind.status_code == 412
    assert behind.json()["code"] == "draft_conflict"
    assert behind.json()["draft"] == {"version": 1, "body": newer}
    assert Draft.objects.get().body == newer


def test_a_version_that_was_never_given_out_is_a_conflict(assignment, amina):
    with pytest.raises(DraftConflict) as conflict:
        save_draft(labeler=amina, assignment_id=assignment.pk, version=5, body=body_with({}))

    assert (conflict.value.version, conflict.value.body) == (0, {})


def test_a_save_whose_answer_was_lost_can_be_repeated(assignment, amina):
    body = body_with({handles(assignment)[0]: item(rating=2)})
    first = put(amina, assignment, 0, body)

    second = put(amina, assignment, 0, body)

    assert second.status_code == 200
    assert second.json()["version"] == first.json()["version"] == 1


def test_a_draft_outlives_a_lost_lease(assignment, amina, otto):
    body = body_with({handles(assignment)[0]: item(rating=2)})
    put(amina, assignment, 0, body)
    lose(assignment, to=otto)

    later = put(amina, assignment, 1, body_with({}, seconds_active=9.0))
    shown = client_of(amina).get(f"/api/assignments/{assignment.pk}/").json()

    assert later.status_code == 200
    assert later.json()["leased_until"] is None
    assert shown["state"] == "expired"
    assert shown["draft"]["version"] == 2


def test_saving_takes_a_lost_lease_up_again_while_the_slot_is_free(assignment, amina, otto):
    let_lease_run_out(assignment)
    # Otto has done this task, so that his visit only frees the slot.
    assignment.task.assignments.create(
        project=assignment.project,
        serve_key=assignment.serve_key,
        slot=2,
        labeler=otto,
        state="submitted",
    )
    make_task(assignment.task.project)
    take(assignment.task.project, otto)
    assert Assignment.objects.get(pk=assignment.pk).state == "expired"

    saved = put(amina, assignment, 0, body_with({}))

    assert saved.json()["leased_until"] is not None
    assert Assignment.objects.get(pk=assignment.pk).state == "leased"


def test_a_draft_of_an_answered_or_skipped_task_is_refused(assignment, amina):
    rank(assignment, amina)
    answered = put(amina, assignment, 0, body_with({}))
    make_task(assignment.task.project)
    other = take(assignment.task.project, amina)
    skip_assignment(labeler=amina, assignment_id=other.pk, reason="broken", comment="")
    skipped = put(amina, other, 0, body_with({}))

    assert [answered.status_code, skipped.status_code] == [409, 409]
    assert answered.json()["code"] == skipped.json()["code"] == "not_open"
    assert not Draft.objects.exists()


def test_a_handle_that_was_not_shown_is_refused(assignment, amina):
    strange = "00000000-0000-4000-8000-000000000000"

    answer = put(amina, assignment, 0, body_with({strange: item()}))

    assert answer.status_code == 422
    assert answer.json()["code"] == "unknown_item"
    assert list(answer.json()["fields"]) == [f"items.{strange}"]


def test_a_flag_that_is_not_asked_is_refused(assignment, amina):
    """R26: hallucination is asked about closed-domain prompts only."""
    handle = handles(assignment)[0]

    with pytest.raises(Refused) as refusal:
        save_draft(
            labeler=amina,
            assignment_id=assignment.pk,
            version=0,
            body=body_with({handle: item(flags={"hallucination": True})}),
        )

    assert "hallucination" in refusal.value.fields[f"items.{handle}"][0]


def test_a_draft_keeps_what_is_said_besides(assignment, amina):
    """R26, R31: the questions chosen, the verdict, the time on each, contradictions meant so."""
    first, second, *_ = handles(assignment)
    said = {"flags": {"hallucination": True}, "seconds_shown": 3.25}
    body = body_with(
        {first: said, second: {}},
        questions=["hallucination"],
        none_acceptable=True,
        kept=[[first, second]],
    )

    saved = put(amina, assignment, 0, body)

    assert saved.status_code == 200
    assert Draft.objects.get().body == body


def test_a_contradiction_between_strange_handles_is_refused(assignment, amina):
    strange = "00000000-0000-4000-8000-000000000000"

    answer = put(amina, assignment, 0, body_with({}, kept=[[handles(assignment)[0], strange]]))

    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == ["kept"]


def test_a_toxicity_draft_keeps_its_numbers(amina):
    """R39, R31."""
    make_task(project := make_toxicity_project())
    assignment = take(project, amina)
    first = handles(assignment)[0]
    rated = {"toxicity": 2, "relative_toxicity": -1, "continuity": None}
    body = body_with({first: rated}, input_toxicity=0)

    saved = put(amina, assignment, 0, body)
    flagged = put(amina, assignment, 1, body_with({first: {"flags": {"sexual_content": True}}}))

    assert saved.status_code == 200
    assert Draft.objects.get().body == body
    assert flagged.status_code == 422


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"toxicity": 3}, "toxicity"),
        ({"relative_toxicity": -2}, "relative_toxicity"),
        ({"continuity": 0}, "continuity"),
        ({"seconds_shown": "3"}, "seconds_shown"),
        ({"rank": 10}, "rank"),
        ({"rank": "1"}, "rank"),
        ({"rating": 0}, "rating"),
        ({"rating": True}, "rating"),
        ({"flags": {"sexual_content": "no"}}, "flags.sexual_content"),
        ({"note": 7}, "note"),
        ({"note": "x" * 2_001}, "note"),
    ],
)
def test_a_malformed_item_is_refused_by_its_place(assignment, amina, change, place):
    handle = handles(assignment)[0]

    answer = put(amina, assignment, 0, body_with({handle: item(**change)}))

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [f"body.items.{handle}.{place}"]


@pytest.mark.parametrize(
    ("version", "body"),
    [
        (-1, body_with({})),
        (2**31, body_with({})),
        ("0", body_with({})),
        (0, body_with({}, phase="done")),
        (0, body_with({}, seconds_active=-1)),
        (0, body_with({}, seconds_active="3")),
        (0, body_with({}, none_acceptable="yes")),
        (0, body_with({}, input_toxicity=3)),
        (0, body_with({}, questions=["is_nice"])),
        (0, body_with({}, kept=[["one handle"]])),
        (0, {"items": []}),
        (0, []),
        (0, None),
    ],
)
def test_a_malformed_draft_is_refused(assignment, amina, version, body):
    assert put(amina, assignment, version, body).status_code == 400
    assert not Draft.objects.exists()


def test_a_demonstration_draft_keeps_every_character(amina):
    project = make_demonstration_project()
    make_task(project)
    assignment = take(project, amina)
    body = {"text": "  \n\u202e🧑‍🚀 e\u0301 \t\n", "seconds_active": 1.0}

    put(amina, assignment, 0, body)

    shown = client_of(amina).get(f"/api/assignments/{assignment.pk}/").json()
    assert shown["draft"]["body"] == body


def test_otto_cannot_write_aminas_draft(assignment, otto):
    assert put(otto, assignment, 0, body_with({})).status_code == 404
    assert not Draft.objects.exists()


def test_a_save_takes_a_constant_number_of_queries(assignment, amina, django_assert_num_queries):
    items = {handle: item(rating=3) for handle in handles(assignment)}
    save_draft(labeler=amina, assignment_id=assignment.pk, version=0, body=body_with(items))

    # Savepoint, labeler, assignment, handles, draft, write, lease, read back, savepoint.
    with django_assert_num_queries(9):
        save_draft(labeler=amina, assignment_id=assignment.pk, version=1, body=body_with(items))
