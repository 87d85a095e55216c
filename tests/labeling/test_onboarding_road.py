"""The road of a new labeler over HTTP: invitation, consent, screening, decision, pool (R11-R15)."""

from typing import Any

from rest_framework.test import APIClient

from labeling.models import Pool, Project, Ranking, User
from tests.cast import Cast, client_of, make_ranking_project, make_task
from tests.labeling.screening import flag_all, open_for_tests, rank_all
from tests.labeling.work import ranking_body


def post(browser: APIClient, path: str, body: dict[str, Any] | None = None) -> Any:
    return browser.post(f"/api/{path}", body or {}, format="json")


def next_task(browser: APIClient, project: Project) -> Any:
    return post(browser, "assignments/next/", {"project": project.pk})


def read_instructions(browser: APIClient, project: Project) -> None:
    path = f"labeling/projects/{project.pk}/"
    version = browser.get(f"/api/{path}").json()["instructions"]["version"]
    assert post(browser, f"{path}acknowledge/", {"version": version}).status_code == 204


def join(admin: User, **invitation: Any) -> APIClient:
    body = {"email": "nina@example.org", "role": "labeler", **invitation}
    made = post(client_of(admin), "invitations/", body).json()
    browser = APIClient()
    token = made["path"].partition("#token=")[2]
    joined = post(browser, "invitations/accept/", {"token": token, "display_name": "Nina"})
    assert joined.status_code == 201
    return browser


def flag_texts(browser: APIClient) -> None:
    for text, is_sensitive in zip(
        browser.get("/api/screening/texts/").json(), (True, False, True), strict=True
    ):
        path = f"/api/screening/texts/{text['id']}/"
        said = browser.put(path, {"is_sensitive": is_sensitive}, format="json")
        assert said.status_code == 204


def rank_tasks(browser: APIClient, project: Project) -> None:
    read_instructions(browser, project)
    while shown := next_task(browser, project).json()["assignment"]:
        assert post(browser, "rankings/", ranking_body(shown)).status_code == 201


def write_demonstrations(browser: APIClient, project: Project) -> None:
    read_instructions(browser, project)
    while shown := next_task(browser, project).json()["assignment"]:
        body = {
            "assignment": shown["id"],
            "client_key": shown["id"],
            "text": "I would rather not say.",
            "seconds_active": 1.0,
        }
        assert post(browser, "demonstrations/", body).status_code == 201


def test_from_the_invitation_to_the_first_task_of_the_pool(cast: Cast) -> None:
    screening = open_for_tests(cast.rosa)
    flag_all(cast.rosa, screening, True, False, True)
    rank_all(cast.rosa, screening, 1, 2, 3, 4)
    ordinary = make_ranking_project(overlap=2)
    make_task(ordinary)
    post(client_of(cast.ada), "consent/versions/", {"title": "Consent", "body": "What happens."})

    nina = join(cast.ada, pool="training", screening=screening.pk, vendor="Acme")

    # The consent comes before the first task, then the instructions (R15).
    assert next_task(nina, screening.ranking_project).json()["code"] == "consent_needed"
    assert post(nina, "consent/", {"version": 1}).status_code == 204
    refused = next_task(nina, screening.ranking_project).json()["code"]
    assert refused == "instructions_not_acknowledged"
    # An ordinary project is closed until people have decided.
    assert next_task(nina, ordinary).json()["code"] == "candidacy_undecided"

    flag_texts(nina)
    rank_tasks(nina, screening.ranking_project)
    write_demonstrations(nina, screening.demonstration_project)
    nina.put(
        "/api/screening/declaration/", {"topics": ["Law"], "cultural_groups": []}, format="json"
    )
    assert post(nina, "screening/submit/").json()["candidacy"]["state"] == "submitted"
    assert next_task(nina, ordinary).json()["code"] == "candidacy_undecided"

    rosa = client_of(cast.rosa)
    for row in rosa.get(f"/api/screenings/{screening.pk}/demonstrations/").json()["results"]:
        rosa.put(f"/api/demonstrations/{row['id']}/grade/", {"grade": 6}, format="json")
    [row] = rosa.get(f"/api/screenings/{screening.pk}/candidates/").json()["results"]
    assert (row["decision"], row["scores"]["demonstration"]["is_passed"]) == (None, True)
    decision = {"decision": "accept", "pool": "training", "reason": "Careful."}
    decided = post(rosa, f"candidates/{row['id']}/decision/", decision).json()
    assert (decided["decision"]["labeler_name"], decided["decision"]["vendor"]) == ("Nina", "Acme")

    read_instructions(nina, ordinary)
    assert next_task(nina, ordinary).json()["assignment"] is not None
    assert nina.get("/api/screening/").json()["candidacy"]["state"] == "accepted"
    # What was judged in a screening never counts as training work.
    trained = Ranking.objects.filter(task__project__purpose=Project.Purpose.TRAINING)
    assert not trained.exists()


def test_a_candidate_who_is_not_accepted_gets_no_task(cast: Cast) -> None:
    screening = open_for_tests(cast.rosa)
    ordinary = make_ranking_project()
    make_task(ordinary)
    nina = join(cast.ada, pool="training", screening=screening.pk)
    flag_texts(nina)
    rank_tasks(nina, screening.ranking_project)
    write_demonstrations(nina, screening.demonstration_project)
    post(nina, "screening/submit/")
    rosa = client_of(cast.rosa)
    [row] = rosa.get(f"/api/screenings/{screening.pk}/candidates/").json()["results"]

    post(rosa, f"candidates/{row['id']}/decision/", {"decision": "reject", "reason": "Not yet."})

    assert next_task(nina, ordinary).json()["code"] == "candidacy_rejected"
    assert nina.get("/api/labeling/projects/").json()["results"] == []
    assert nina.get("/api/screening/").json()["candidacy"]["state"] == "rejected"


def test_a_held_out_labeler_can_never_be_given_a_task_of_a_training_project(cast: Cast) -> None:
    """R14, through every way to a task: by project, by any project, beside another, by its list."""
    training = make_ranking_project(pool=Pool.TRAINING, overlap=3)
    held_out = make_ranking_project(pool=Pool.HELD_OUT, overlap=3)
    screening = open_for_tests(cast.rosa)
    for _ in range(2):
        make_task(training)
        make_task(held_out)
    nina = join(cast.ada, pool="held_out")
    read_instructions(nina, held_out)

    assert nina.get("/api/screening/").json()["candidacy"] is None
    named = next_task(nina, training).json()
    assert (named["assignment"], named["reason"]) == (None, "not_in_pool")
    assert next_task(nina, screening.ranking_project).status_code == 404
    path = f"/api/labeling/projects/{training.pk}/"
    assert nina.get(path).status_code == 404
    assert nina.post(f"{path}acknowledge/", {"version": 1}, format="json").status_code == 404
    any_task = post(nina, "assignments/next/", {"project": None}).json()["assignment"]
    assert any_task["project"]["id"] == held_out.pk
    beside = {"project": None, "beside": any_task["id"]}
    second = post(nina, "assignments/next/", beside).json()["assignment"]
    assert second["project"]["id"] == held_out.pk
    assert not training.tasks.filter(assignments__labeler__email="nina@example.org").exists()


def test_a_candidate_can_never_be_given_a_task_of_a_training_project(cast: Cast) -> None:
    """R13, R14: any project means those of the screening."""
    training = make_ranking_project(pool=Pool.TRAINING, priority=1_000)
    make_task(training)
    screening = open_for_tests(cast.rosa)
    nina = join(cast.ada, pool="training", screening=screening.pk)
    for project in (screening.ranking_project, screening.demonstration_project):
        read_instructions(nina, project)

    given = post(nina, "assignments/next/", {"project": None}).json()["assignment"]

    assert given["project"]["id"] in {
        screening.ranking_project_id,
        screening.demonstration_project_id,
    }
    assert next_task(nina, training).json()["code"] == "candidacy_undecided"
