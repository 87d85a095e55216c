"""GET /api/returns/: what a reviewer sent back to its writer."""

import pytest

from labeling.models import Demonstration, DemonstrationReview
from tests.cast import (
    client_of,
    make_demonstration,
    make_demonstration_project,
    make_task,
)
from tests.labeling.test_reviews import ACCEPT, CORRECT, GIVE_BACK, review
from tests.labeling.work import demonstrate

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make_demonstration_project()


@pytest.fixture
def returned(project, amina, rosa) -> Demonstration:
    written = make_demonstration(make_task(project), amina, "A river flows north.")
    review(rosa, written, **GIVE_BACK)
    return written


def inbox(user, **query: object) -> dict:
    return client_of(user).get("/api/returns/", query).json()


def read(user, review_id: int):
    return client_of(user).post(f"/api/returns/{review_id}/read/")


def test_a_return_tells_its_writer_what_to_change_and_not_who_said_so(returned, project, amina):
    page = inbox(amina)

    (row,) = page["results"]
    assert page["num_unread"] == 1
    assert (row["outcome"], row["comment"]) == ("returned", "Name the river.")
    assert (row["sent_text"], row["corrected_text"]) == ("A river flows north.", None)
    assert row["assignment"] == str(returned.assignment_id)
    assert (row["is_to_do"], row["read_at"]) == (True, None)
    assert "Rosa" not in str(row)
    # The grade is for the researchers.
    assert "grade" not in row


def test_a_correction_shows_both_texts_and_asks_for_nothing(project, amina, rosa):
    written = make_demonstration(make_task(project), amina, "A river flows north.")
    review(rosa, written, **CORRECT)

    (row,) = inbox(amina)["results"]

    assert (row["sent_text"], row["corrected_text"]) == ("A river flows north.", CORRECT["text"])
    assert (row["outcome"], row["is_to_do"]) == ("corrected", False)


def test_what_was_accepted_does_not_come_back(project, amina, rosa):
    review(rosa, make_demonstration(make_task(project), amina), **ACCEPT)

    assert inbox(amina)["results"] == []


def test_sending_it_again_ends_what_there_is_to_do(returned, amina):
    demonstrate(returned.assignment, amina, "The Rhine flows north.")

    assert inbox(amina)["results"][0]["is_to_do"] is False


def test_only_the_latest_return_of_a_task_is_to_do(returned, amina, rosa):
    stored = demonstrate(returned.assignment, amina, "A big river flows north.")
    again = Demonstration.objects.get(pk=stored.id)
    Demonstration.objects.filter(pk=again.pk).update(submitted_at=returned.submitted_at)
    review(rosa, again, outcome="returned", comment="Which one?")

    assert [(row["comment"], row["is_to_do"]) for row in inbox(amina)["results"]] == [
        ("Which one?", True),
        ("Name the river.", False),
    ]


def test_the_desk_finds_the_return_of_its_own_task(returned, project, amina, rosa):
    other = make_demonstration(make_task(project), amina)
    review(rosa, other, outcome="returned", comment="Another.")

    (row,) = inbox(amina, assignment=str(returned.assignment_id))["results"]

    assert row["comment"] == "Name the river."


def test_reading_is_stored_once(returned, amina):
    (row,) = inbox(amina)["results"]

    assert read(amina, row["id"]).status_code == 204
    first = DemonstrationReview.objects.get().read_at
    assert read(amina, row["id"]).status_code == 204

    assert first is not None
    assert DemonstrationReview.objects.get().read_at == first
    assert inbox(amina)["num_unread"] == 0


def test_otto_neither_sees_nor_reads_aminas_returns(returned, amina, otto):
    (row,) = inbox(amina)["results"]

    assert inbox(otto) == {"results": [], "next": None, "num_unread": 0}
    assert read(otto, row["id"]).status_code == 404
    assert DemonstrationReview.objects.get().read_at is None


def test_an_address_that_is_no_assignment_is_refused(amina):
    answer = client_of(amina).get("/api/returns/", {"assignment": "mine"})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["assignment"])


def test_the_inbox_takes_the_same_queries_for_one_and_for_many(
    project, amina, rosa, django_assert_num_queries
):
    for number in range(6):
        written = make_demonstration(make_task(project), amina)
        review(rosa, written, **(CORRECT if number % 2 else GIVE_BACK))
    browser = client_of(amina)

    # Session, account, how many are unread, the page.
    with django_assert_num_queries(4):
        assert len(browser.get("/api/returns/").json()["results"]) == 6
