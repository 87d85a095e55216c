"""The instructions of a project in their versions, and who has read which (R15)."""

import pytest

from labeling.models import Acknowledgement, AuditEntry, Pool, Project, User
from labeling.services.projects import (
    NewInstructions,
    acknowledge_instructions,
    publish_instructions,
)
from tests.cast import client_of, make_ranking_project, make_task
from tests.labeling.work import read_instructions, take

pytestmark = pytest.mark.django_db


def publish(project: Project, author: User, body: str) -> None:
    publish_instructions(
        project=project, new=NewInstructions("How to judge", body), created_by=author
    )


def versions(user: User, project: Project, room: str = "labeling/projects") -> list[int]:
    rows = client_of(user).get(f"/api/{room}/{project.pk}/instructions/").json()["results"]
    return [row["version"] for row in rows]


def read(user: User, project: Project, version: int, room: str = "labeling/projects"):
    return client_of(user).get(f"/api/{room}/{project.pk}/instructions/{version}/")


def test_a_researcher_reads_every_version(ada, rosa, amina):
    """R15."""
    project = make_ranking_project()
    read_instructions(project, amina)
    publish(project, ada, "Read all twice.")

    rows = client_of(rosa).get(f"/api/projects/{project.pk}/instructions/").json()["results"]

    assert [(row["version"], row["num_readers"]) for row in rows] == [(2, 0), (1, 1)]
    assert rows[0]["created_by"] == "Ada"
    assert [row["id"] for row in rows] == list(
        project.instruction_versions.order_by("-version").values_list("pk", flat=True)
    )
    assert read(rosa, project, 1, "projects").json()["body"] == "Read all."
    assert read(rosa, project, 2, "projects").json()["body"] == "Read all twice."
    assert read(rosa, project, 3, "projects").status_code == 404


def test_a_labeler_reads_the_newest_version_and_those_they_know(ada, amina, otto):
    """R15: what one read and what one worked under stays readable; the rest was never for them."""
    project = make_ranking_project()
    make_task(project)
    take(project, amina)
    publish(project, ada, "Never read by anybody.")
    publish(project, ada, "The newest.")

    assert versions(amina, project) == [3, 1]
    assert versions(otto, project) == [3]
    assert read(amina, project, 1).json()["body"] == "Read all."
    assert read(amina, project, 2).status_code == 404
    assert read(otto, project, 1).status_code == 404


def test_a_labeler_sees_when_they_have_read_which(ada, amina):
    project = make_ranking_project()
    read_instructions(project, amina)
    publish(project, ada, "New.")

    rows = client_of(amina).get(f"/api/labeling/projects/{project.pk}/instructions/").json()

    newest, first = rows["results"]
    assert newest["acknowledged_at"] is None
    assert first["acknowledged_at"] is not None


def test_the_other_pool_reads_nothing(hana, amina):
    """R14."""
    project = make_ranking_project(pool=Pool.TRAINING)
    address = f"/api/labeling/projects/{project.pk}/instructions/"

    assert client_of(hana).get(address).status_code == 404
    assert read(hana, project, 1).status_code == 404


def test_a_researcher_sees_who_has_read_which_version(ada, rosa, amina, otto):
    """R15."""
    project, other = make_ranking_project(), make_ranking_project()
    read_instructions(project, amina, otto)
    read_instructions(other, ada)
    publish(project, ada, "New.")
    acknowledge_instructions(project=project, labeler=otto, version=2)

    rows = client_of(rosa).get(f"/api/projects/{project.pk}/instruction-readers/").json()

    shown = [(row["display_name"], row["version"]) for row in rows["results"]]
    assert shown == [("Amina", 1), ("Otto", 2)]
    assert all(row["read_at"] for row in rows["results"])


def test_a_version_written_from_an_outdated_one_is_refused(ada):
    """Two admins who write at once must not undo each other's work unseen."""
    project = make_ranking_project()
    address = f"/api/projects/{project.pk}/instructions/"
    new = {"title": "How to judge", "body": "Changed.", "based_on": 1}

    first = client_of(ada).post(address, new, format="json")
    second = client_of(ada).post(address, new, format="json")

    assert (first.status_code, first.json()["version"]) == (201, 2)
    assert (second.status_code, second.json()["code"]) == (409, "instructions_changed")


def test_a_publication_is_audited(ada):
    project = make_ranking_project()
    publish(project, ada, "New.")

    entry = AuditEntry.objects.get(action="publish_instructions")

    assert (entry.actor, entry.subject_id, entry.details) == (ada, str(project.pk), {"version": 2})


@pytest.mark.parametrize("num_readers", [1, 4])
def test_the_lists_take_the_same_queries_however_long(
    ada, rosa, django_assert_num_queries, num_readers
):
    project = make_ranking_project()
    for n in range(num_readers):
        publish(project, ada, f"Version of reader {n}.")
        reader = User.objects.create_user(email=f"r{n}@example.org", display_name=f"R{n}")
        read_instructions(project, reader)
    client = client_of(rosa)

    # The session, the account, the project, the rows.
    with django_assert_num_queries(4):
        client.get(f"/api/projects/{project.pk}/instructions/")
    with django_assert_num_queries(4):
        client.get(f"/api/projects/{project.pk}/instruction-readers/")
    assert Acknowledgement.objects.count() == num_readers
