"""GET /api/assignments/drafts/: begun, not handed in, and never lost (R22, R31)."""

import pytest

from labeling.services.assignments import skip_assignment
from labeling.services.drafts import save_draft
from tests.cast import client_of, make_demonstration_project, make_ranking_project, make_task
from tests.labeling.work import demonstrate, lose, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make_demonstration_project()


def begin(project, labeler, text: str):
    assignment = take(project, labeler)
    body = {"text": text, "seconds_active": 5.0}
    save_draft(labeler=labeler, assignment_id=assignment.pk, version=0, body=body)
    return assignment


def drafts(user) -> list[dict]:
    return client_of(user).get("/api/assignments/drafts/").json()["results"]


def skip(assignment) -> None:
    skip_assignment(
        labeler=assignment.labeler, assignment_id=assignment.pk, reason="too_long", comment=""
    )


def test_skipped_lost_and_open_work_is_listed_the_latest_saved_first(project, amina, otto):
    make_task(project)
    skipped = begin(project, amina, "Skipped text")
    skip(skipped)
    make_task(project)
    lost = begin(project, amina, "Lost text")
    # Otto, who is served first what Amina skipped.
    demonstrate(take(project, otto), otto)
    lose(lost, to=otto)
    make_task(project)
    held = begin(project, amina, "Open text")

    listed = drafts(amina)

    assert [(row["text_excerpt"], row["state"], row["id"]) for row in listed] == [
        ("Open text", "leased", str(held.pk)),
        ("Lost text", "expired", str(lost.pk)),
        ("Skipped text", "skipped", str(skipped.pk)),
    ]
    assert {row["project"] for row in listed} == {project.pk}


def test_each_can_be_taken_up_again_with_its_text(project, amina):
    make_task(project)
    assignment = begin(project, amina, "Half a sent")
    skip(assignment)

    back = client_of(amina).post(f"/api/assignments/{assignment.pk}/undo-skip/").json()

    assert (back["state"], back["draft"]["body"]["text"]) == ("leased", "Half a sent")


def test_what_was_handed_in_is_no_draft(project, amina):
    make_task(project)
    assignment = begin(project, amina, "Done")
    demonstrate(assignment, amina, "Done")

    assert drafts(amina) == []


def test_a_task_without_a_draft_is_not_listed(project, amina):
    make_task(project)
    take(project, amina)

    assert drafts(amina) == []


def test_the_draft_of_a_ranking_is_listed_without_a_text(amina):
    project = make_ranking_project()
    make_task(project)
    assignment = take(project, amina)
    body = {"items": {}, "seconds_active": 1.0, "phase": "rate"}
    save_draft(labeler=amina, assignment_id=assignment.pk, version=0, body=body)

    (row,) = drafts(amina)

    assert (row["kind"], row["text_excerpt"]) == ("ranking", None)
    assert row["prompt_excerpt"] == assignment.task.prompt.text


def test_otto_does_not_see_aminas_drafts(project, amina, otto):
    make_task(project)
    begin(project, amina, "Mine")

    assert drafts(otto) == []


def test_the_list_takes_the_same_queries_for_one_and_for_many(
    project, amina, django_assert_num_queries
):
    for _ in range(4):
        make_task(project)
        skip(begin(project, amina, "Text"))
    browser = client_of(amina)

    with django_assert_num_queries(3):
        assert len(browser.get("/api/assignments/drafts/").json()["results"]) == 4
