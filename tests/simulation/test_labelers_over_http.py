"""Simulated labelers against a running server: everything through the public API, nothing else."""

import json
from collections import Counter
from typing import Any

import pytest

from labeling.models import ApiToken, Assignment, Demonstration, Project, RankedCompletion, Ranking
from labeling.services.agreement_store import refresh_agreement
from labeling.services.tokens import make_token
from simulation.__main__ import main
from simulation.client import ApiError, Client
from simulation.crew import Crew
from simulation.preferences import utility
from tests.cast import (
    Cast,
    client_of,
    make_cast,
    make_completions,
    make_demonstration_project,
    make_prompt,
    make_ranking_project,
    make_task,
    make_toxicity_project,
)

pytestmark = pytest.mark.django_db(transaction=True)

OPENING = "Once upon a time there was a little dog named Max."
STORIES = [
    "Max was happy and kind, and he helped his friend. They played together and smiled all day.",
    "Max saw a cat near the old house and it went to the other side of the street that day.",
    "Max was sad and lonely. He cried because he was lost, and the angry man yelled at him so mean",
    "dog dog dog dog dog dog dog dog dog dog dog dog dog dog dog dog dog",
]


@pytest.fixture
def people() -> Cast:
    return make_cast()


@pytest.fixture
def admin(people: Cast, live_server: Any) -> Client:
    return Client(live_server.url, admin_token(people))


def admin_token(people: Cast) -> str:
    _, secret = make_token(
        owner=people.ada,
        requested_by=people.ada,
        name="simulation",
        scopes=list(ApiToken.Scope),
        expires_in_days=1,
    )
    return secret


def story_project(*, num_tasks: int = 4, overlap: int = 2, **fields: object) -> Project:
    project = make_ranking_project(overlap=overlap, **fields)
    for number in range(num_tasks):
        prompt = make_prompt(
            f"{OPENING} It was day {number}.", flags={"explicit_constraints": True}
        )
        make_task(project, prompt, make_completions(prompt, texts=STORIES))
    return project


def test_three_labelers_finish_a_project_together(admin: Client) -> None:
    project = story_project(num_tasks=5, overlap=2)

    report = Crew(admin, num_labelers=3, noise=0.5, seed=1).shift(project.pk, num_tasks=12)

    # Twelve were asked for; the project has ten slots and every one of them is filled once.
    assert report.num_rankings == 10
    assert Counter(Assignment.objects.values_list("state", flat=True)) == {"submitted": 10}
    assert Ranking.objects.filter(labeler__is_simulated=True).count() == 10
    assert set(Ranking.objects.values_list("instructions__version", flat=True)) == {1}


def test_they_rate_toxicity_by_a_truth_that_is_known(admin: Client) -> None:
    """R39: the sad story is the toxic one, whoever judges it."""
    project = make_toxicity_project()
    prompt = make_prompt(OPENING)
    make_task(project, prompt, make_completions(prompt, texts=STORIES))

    report = Crew(admin, num_labelers=1, noise=0.0, seed=1).shift(project.pk, num_tasks=1)

    assert report.num_rankings == 1
    assert Ranking.objects.get().input_toxicity == 0
    rated = RankedCompletion.objects.values_list("completion__text", "toxicity")
    assert {text: value for text, value in rated if value} == {STORIES[2]: 2}


def test_their_answers_are_flagged_and_left_out_of_the_peoples_agreement(
    admin: Client, people: Cast
) -> None:
    project = story_project(num_tasks=5, overlap=2)
    Crew(admin, num_labelers=2, noise=0.0, seed=1).shift(project.pk, num_tasks=10)
    browser = client_of(people.rosa)
    refresh_agreement()

    without = browser.get("/api/agreement/", {"project": project.pk}).json()
    included = browser.get(
        "/api/agreement/", {"project": project.pk, "include_simulated": "true"}
    ).json()

    assert (without["num_rankings"], without["num_labelers"]) == (0, 0)
    assert (included["num_rankings"], included["num_labelers"]) == (10, 2)
    # Without noise both see the truth, so they agree on everything.
    assert included["figures"][0]["value"] == 1


def test_without_noise_the_stored_order_is_the_true_preference(admin: Client) -> None:
    project = story_project(num_tasks=1, overlap=1)
    Crew(admin, num_labelers=1, noise=0.0, seed=1).shift(project.pk, num_tasks=1)

    stored = RankedCompletion.objects.select_related("completion__prompt").order_by("rank")

    likings = [utility(row.completion.prompt.text, row.completion.text) for row in stored]
    assert likings == sorted(likings, reverse=True)
    assert [row.rank for row in stored] == [1, 2, 3, 4]
    ratings = [row.rating for row in stored]
    assert ratings == sorted(ratings, reverse=True)


def test_every_question_is_answered_in_its_own_sense(admin: Client) -> None:
    """A good story follows the instruction and keeps the constraint; a bad one does neither."""
    project = story_project(num_tasks=1, overlap=1)
    Crew(admin, num_labelers=1, noise=0.0, seed=1).shift(project.pk, num_tasks=1)

    best, *_, worst = RankedCompletion.objects.order_by("rank")

    assert best.flags["fails_instruction"] is False
    assert best.flags["satisfies_constraint"] is True
    assert worst.flags["fails_instruction"] is True
    assert worst.flags["satisfies_constraint"] is False
    assert "hallucination" not in best.flags


def test_a_second_shift_with_the_same_seed_goes_on_where_the_first_stopped(admin: Client) -> None:
    """The same seed repeats the noise, never the identity of an answer."""
    project = story_project(num_tasks=4, overlap=1)
    crew = Crew(admin, num_labelers=1, noise=0.5, seed=1)

    first = crew.shift(project.pk, num_tasks=2)
    second = crew.shift(project.pk, num_tasks=2)

    assert (first.num_rankings, second.num_rankings) == (2, 2)
    assert Ranking.objects.values("labeler").distinct().count() == 1


def test_demonstrations_are_written_from_what_was_prepared_and_others_skipped(
    admin: Client,
) -> None:
    project = make_demonstration_project()
    known, unknown = make_prompt("Known prompt"), make_prompt("Unknown prompt")
    for prompt in (known, unknown):
        make_task(project, prompt)
    crew = Crew(admin, 1, noise=0.0, seed=1, demonstrations={known.text: " An answer.\n"})

    report = crew.shift(project.pk, num_tasks=2)

    assert (report.num_demonstrations, report.num_skipped) == (1, 1)
    assert Demonstration.objects.get().text == " An answer.\n"
    assert Assignment.objects.filter(state="skipped").get().task.prompt == unknown


def test_new_instructions_are_read_before_the_next_task(admin: Client, people: Cast) -> None:
    project = story_project(num_tasks=2, overlap=1)
    crew = Crew(admin, num_labelers=1, noise=0.0, seed=1)
    crew.shift(project.pk, num_tasks=1)
    body = {"title": "Second", "body": "Read this too."}
    admin.post(f"projects/{project.pk}/instructions/", body)

    crew.shift(project.pk, num_tasks=1)

    versions = Ranking.objects.order_by("submitted_at").values_list("instructions__version")
    assert list(versions) == [(1,), (2,)]


def test_their_tokens_open_the_labeling_work_and_nothing_else(admin: Client) -> None:
    (labeler,) = Crew(admin, num_labelers=1, noise=0.0, seed=1).hire()

    for path in ("projects/", "agreement/", "people/"):
        with pytest.raises(ApiError) as refusal:
            labeler.client.get(path)
        assert refusal.value.status == 403


def test_a_crew_is_hired_once(admin: Client) -> None:
    crew = Crew(admin, num_labelers=3, noise=0.0, seed=1)
    crew.hire()
    crew.hire()

    simulated = [row for row in admin.pages("people/") if row["email"].endswith(".invalid")]

    assert len(simulated) == 3
    assert all(row["is_simulated"] for row in simulated)


def run_command(monkeypatch: pytest.MonkeyPatch, url: str, token: str, *arguments: str) -> None:
    monkeypatch.setenv("CONCORD_ADMIN_TOKEN", token)
    monkeypatch.setattr("sys.argv", ["simulation", "simulate", "--url", url, *arguments])
    main()


def test_the_command_prints_what_was_stored(
    people: Cast, live_server: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    story_project(num_tasks=3, overlap=2, name="Stories")
    arguments = ("--labelers", "2", "--tasks", "6", "--project", "Stories")

    run_command(monkeypatch, live_server.url, admin_token(people), *arguments)

    assert "2 simulated labelers stored 6 rankings in 'Stories'" in capsys.readouterr().out


def test_the_command_says_when_the_queue_ran_dry(
    people: Cast, live_server: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    story_project(num_tasks=1, overlap=1)

    run_command(monkeypatch, live_server.url, admin_token(people), "--tasks", "4")

    assert "The queue had no more tasks" in capsys.readouterr().out


def test_the_command_passes_a_screening_by(
    people: Cast, live_server: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """R14: the newest project is a screening's, which is for its candidates alone."""
    project = story_project(num_tasks=1, overlap=1)
    make_ranking_project(purpose=Project.Purpose.SCREENING)

    run_command(monkeypatch, live_server.url, admin_token(people), "--tasks", "1")

    assert f"1 rankings in {project.name!r}" in capsys.readouterr().out


def test_the_command_says_when_there_is_no_such_project(
    people: Cast, live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit, match="no ranking project named 'Nothing'"):
        run_command(monkeypatch, live_server.url, admin_token(people), "--project", "Nothing")


def test_the_command_says_what_the_server_refused(
    live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit, match=r"Concord refused: GET projects/.* 401 invalid_token"):
        run_command(monkeypatch, live_server.url, "cnc_nobody")


def test_the_command_says_when_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulation.client.RETRY_SECONDS", 0.001)

    with pytest.raises(SystemExit, match=r"does not answer at http://127\.0\.0\.1:9"):
        run_command(monkeypatch, "http://127.0.0.1:9", "cnc_nobody")


@pytest.mark.parametrize(
    "arguments", [("--labelers", "0"), ("--tasks", "-1"), ("--noise", "-0.5"), ("--noise", "nan")]
)
def test_the_command_refuses_numbers_that_make_no_sense(
    monkeypatch: pytest.MonkeyPatch, capsys: Any, arguments: tuple[str, str]
) -> None:
    with pytest.raises(SystemExit):
        run_command(monkeypatch, "http://127.0.0.1:9", "cnc_nobody", *arguments)

    assert arguments[0] in capsys.readouterr().err


def test_the_body_of_a_stored_ranking_never_names_a_source(admin: Client) -> None:
    """R30: what a labeler is sent carries neither source nor model."""
    project = story_project(num_tasks=1, overlap=1)
    (labeler,) = Crew(admin, num_labelers=1, noise=0.0, seed=1).hire()
    labeler.client.post(f"labeling/projects/{project.pk}/acknowledge/", {"version": 1})

    sent = json.dumps(labeler.client.post("assignments/next/", {"project": project.pk}))

    assert "policy-a" not in sent
    assert "source" not in sent
