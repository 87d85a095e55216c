"""GET /api/rating-agreement/: ratings, flags, leniency and gold, each with its size (R42, R43)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from labeling.models import Adjudication, Project, Task, User
from labeling.selectors import rating_agreement as selector
from tests.cast import (
    Cast,
    client_of,
    completions_of,
    make_ranking,
    make_ranking_project,
    make_task,
)

pytestmark = pytest.mark.django_db

ADDRESS = "/api/rating-agreement/"
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
ORDER = [1, 2, 3, 4]


def get(user: User | None, **query: object) -> Any:
    return client_of(user).get(ADDRESS, query)


def shown(user: User, **query: object) -> Any:
    return get(user, **query).json()


@pytest.fixture
def project(cast: Cast) -> Project:
    """Twelve prompts: Amina rates two points above Otto; both flag the same eight completions."""
    project = make_ranking_project(overlap=2)
    for number in range(12):
        task = make_task(project)
        flags = {"violent_content": number < 2}
        make_ranking(task, cast.amina, ORDER, ratings=[7, 6, 5, 4], flags=flags)
        make_ranking(task, cast.otto, ORDER, ratings=[5, 4, 3, 2], flags=flags)
    return project


def flag(report: Any, key: str) -> Any:
    (found,) = [one for one in report["flags"] if one["key"] == key]
    return found


def test_a_flag_has_its_prevalence_and_two_figures_of_agreement(
    cast: Cast, project: Project
) -> None:
    """8 of 48 completions were flagged, by both: 16 of 96 answers."""
    found = flag(shown(cast.rosa), "violent_content")

    assert found["label"] == "Contains violent content"
    assert found["prevalence"]["value"] == pytest.approx(16 / 96)
    assert (found["prevalence"]["num_pairs"], found["prevalence"]["num_prompts"]) == (96, 12)
    assert (found["ac1"]["value"], found["alpha"]["value"]) == pytest.approx((1, 1))


def test_a_flag_nobody_was_asked_about_is_not_defined(cast: Cast, project: Project) -> None:
    found = flag(shown(cast.rosa), "hallucination")

    for name in ("prevalence", "ac1", "alpha"):
        assert found[name]["value"] is None
        assert found[name]["reason_undefined"]


def test_leniency_is_told_of_each_labeler_with_its_test(cast: Cast, project: Project) -> None:
    of = {one["labeler"]["display_name"]: one for one in shown(cast.rosa)["leniency"]}

    assert of["Amina"]["value"] == pytest.approx(2)
    assert of["Otto"]["value"] == pytest.approx(-2)
    assert of["Amina"]["num_counted"] == 12
    # Two points on every prompt: no interval, and the reason.
    assert of["Amina"]["low"] is None
    assert "same" in of["Amina"]["reason_no_interval"]


@pytest.mark.parametrize("is_newest_first", [True, False])
def test_of_two_ratings_of_one_completion_the_newest_counts(
    cast: Cast, is_newest_first: bool
) -> None:
    """R42: whichever was stored first. Amina gives 7 the day before yesterday and 1 yesterday, and
    says yes and then no; Otto gives 4 and says no, on each of twelve prompts."""
    project = make_ranking_project(overlap=2)
    words = [(7, True, timedelta(days=2)), (1, False, timedelta(days=1))]
    for _ in range(12):
        task = make_task(project)
        tasks = [task, make_task(project, task.prompt, completions_of(task))]
        make_ranking(task, cast.otto, ORDER, ratings=[4] * 4, flags={"violent_content": False})
        for one, (rating, is_set, ago) in zip(
            tasks, words[::-1] if is_newest_first else words, strict=True
        ):
            make_ranking(
                one,
                cast.amina,
                ORDER,
                ratings=[rating] * 4,
                flags={"violent_content": is_set},
                submitted_at=timezone.now() - ago,
            )

    report = shown(cast.rosa)

    of = {one["labeler"]["display_name"]: one["value"] for one in report["leniency"]}
    assert of == {"Amina": -3, "Otto": 3}
    said = flag(report, "violent_content")["prevalence"]
    assert (said["value"], said["num_pairs"]) == (0, 96)
    facts = client_of(cast.rosa).get("/api/labeler-quality/").json()["labelers"]
    leniency = {
        one["labeler"]["display_name"]: fact["value"]
        for one in facts
        for fact in one["facts"]
        if fact["key"] == "leniency"
    }
    assert leniency == {"Amina": -3, "Otto": 3}


def test_the_ratings_have_an_ordinal_alpha_with_its_size(cast: Cast, project: Project) -> None:
    alpha = shown(cast.rosa)["rating_alpha"]

    # Two points apart everywhere, on a scale of seven: some agreement, far from perfect.
    assert -0.5 < alpha["value"] < 0.5
    assert (alpha["num_pairs"], alpha["num_prompts"]) == (96, 12)


def test_nothing_sealed_gives_reasons_and_no_numbers(cast: Cast) -> None:
    report = shown(cast.rosa)

    assert (report["num_rankings"], report["leniency"], report["researcher_weeks"]) == (0, [], [])
    for found in (report["rating_alpha"], report["gold"], *[f["ac1"] for f in report["flags"]]):
        assert found["value"] is None
        assert found["reason_undefined"]


def settle(project: Project, author: User, *ranks: int) -> None:
    """Every prompt of the project as gold."""
    for task in project.tasks.all():
        settle_one(task, author, *ranks)


def settle_one(task: Task, author: User, *ranks: int) -> None:
    order = {str(one.pk): rank for one, rank in zip(completions_of(task), ranks, strict=True)}
    Adjudication.objects.create(
        project=task.project,
        prompt=task.prompt,
        ranks=order,
        is_gold=True,
        reason="Clear.",
        author=author,
    )


def test_labelers_stand_beside_researchers_week_by_week(cast: Cast) -> None:
    """R43: all as gold has it in the first week, two of the six pairs turned in the second."""
    project = make_ranking_project(overlap=2)
    for week in range(2):
        for _ in range(6):
            ranks = ORDER if week == 0 else [2, 1, 4, 3]
            at = MONDAY + timedelta(weeks=week)
            make_ranking(make_task(project), cast.amina, ranks, submitted_at=at)
    settle(project, cast.rosa, *ORDER)

    report = shown(cast.rosa)

    assert report["gold"]["value"] == pytest.approx((36 + 24) / 72)
    assert (report["gold"]["num_pairs"], report["gold"]["num_prompts"]) == (72, 12)
    assert report["researchers"] == report["gold"]
    weeks = report["researcher_weeks"]
    assert [(one["week"], one["value"]) for one in weeks] == [
        ("2026-03-02", 1.0),
        ("2026-03-09", pytest.approx(2 / 3)),
    ]
    assert weeks[0]["low"] <= weeks[0]["expected"] <= weeks[0]["high"]


def test_gold_can_be_told_of_one_labeler(cast: Cast) -> None:
    """R43: Amina orders as gold has it, Otto the other way round."""
    project = make_ranking_project(overlap=2)
    for _ in range(12):
        task = make_task(project)
        make_ranking(task, cast.amina, ORDER, submitted_at=MONDAY)
        make_ranking(task, cast.otto, [4, 3, 2, 1], submitted_at=MONDAY)
    settle(project, cast.rosa, *ORDER)

    of_all, of_otto = shown(cast.rosa), shown(cast.rosa, labeler=cast.otto.pk)

    each = {
        one["labeler"]["display_name"]: one["value"] for one in of_all["researchers_by_labeler"]
    }
    assert each == {"Amina": 1, "Otto": 0}
    assert (of_all["gold"]["value"], of_otto["gold"]["value"]) == (0.5, 0)
    assert [(one["value"], one["num_pairs"]) for one in of_otto["researcher_weeks"]] == [(0, 72)]
    assert shown(cast.rosa, labeler=cast.hana.pk)["gold"]["reason_undefined"]


def shared_with_rosa(cast: Cast, *ranks: int, num_prompts: int = 12) -> list[Task]:
    """Amina orders each prompt, and Rosa, a researcher, as ``ranks`` say: both label."""
    project = make_ranking_project(overlap=3)
    tasks = [make_task(project) for _ in range(num_prompts)]
    for number, task in enumerate(tasks):
        at = MONDAY + timedelta(weeks=number % 2)
        make_ranking(task, cast.amina, ORDER, submitted_at=at)
        make_ranking(task, cast.rosa, ranks, submitted_at=at)
    return tasks


def test_what_a_researcher_ranks_is_the_researchers_side(cast: Cast) -> None:
    """R43. Rosa turns two of six pairs and ties none: 48 of 72 alike, each labeler and each week.

    Her own rankings are nobody's beside themselves.
    """
    shared_with_rosa(cast, 2, 1, 4, 3)

    report = shown(cast.rosa)

    found = report["researchers"]
    assert (found["value"], found["num_pairs"]) == (pytest.approx(48 / 72), 72)
    assert (found["num_prompts"], report["num_researchers"]) == (12, 1)
    assert [
        (one["labeler"]["display_name"], one["value"], one["num_counted"])
        for one in report["researchers_by_labeler"]
    ] == [("Amina", pytest.approx(2 / 3), 12)]
    assert [(one["week"], one["num_pairs"]) for one in report["researcher_weeks"]] == [
        ("2026-03-02", 36),
        ("2026-03-09", 36),
    ]
    assert report["gold"]["value"] is None


def test_each_researcher_counts_and_a_tie_of_theirs_drops_out(cast: Cast) -> None:
    """Rosa orders as Amina does (6 of 6); Ada turns one pair and ties another (4 of 5)."""
    for task in shared_with_rosa(cast, *ORDER):
        make_ranking(task, cast.ada, [2, 1, 3, 3])

    report = shown(cast.rosa)

    # 2 1 3 3 against 1 2 3 4: (1, 2) turned, (3, 4) tied, the other four alike.
    assert report["researchers"]["value"] == pytest.approx((6 + 4) / (6 + 5))
    assert report["researchers"]["num_pairs"] == 12 * 11
    assert report["num_researchers"] == 2


def test_the_gold_of_a_researcher_stands_before_their_own_ranking(cast: Cast) -> None:
    """Rosa ranked the other way round and settled as Amina has it: 6 of 6, once."""
    for task in shared_with_rosa(cast, 4, 3, 2, 1):
        settle_one(task, cast.rosa, *ORDER)

    report = shown(cast.rosa)

    assert (report["researchers"]["value"], report["researchers"]["num_pairs"]) == (1, 72)
    assert (report["gold"]["value"], report["gold"]["num_pairs"]) == (1, 72)


def test_a_researchers_ranking_in_another_project_is_no_side_of_this_one(cast: Cast) -> None:
    """Other instructions; and what can still be taken back is not there yet."""
    for task in shared_with_rosa(cast, *ORDER, num_prompts=2):
        shown_there = completions_of(task)
        elsewhere = make_task(make_ranking_project(), task.prompt, shown_there)
        make_ranking(elsewhere, cast.otto, ORDER)
        make_ranking(task, cast.otto, ORDER, submitted_at=timezone.now())

    report = shown(cast.rosa)

    assert report["researchers"]["num_pairs"] == 12


def test_the_agreements_choices_choose_here_too(cast: Cast, project: Project) -> None:
    elsewhere = make_ranking_project()
    make_ranking(make_task(elsewhere), cast.hana, ORDER)

    assert shown(cast.rosa, project=elsewhere.pk)["num_rankings"] == 1
    assert shown(cast.rosa, pool="held_out")["num_rankings"] == 1
    assert shown(cast.rosa)["num_rankings"] == 25
    assert shown(cast.rosa, until="2020-01-01")["num_rankings"] == 0


def test_only_so_many_are_read_and_it_is_said(cast: Cast, project: Project, monkeypatch) -> None:
    monkeypatch.setattr(selector, "NUM_RANKINGS", 10)

    report = shown(cast.rosa)

    assert (report["num_rankings"], report["num_sealed"]) == (10, 24)


def test_only_researchers_read_it(cast: Cast) -> None:
    assert get(cast.amina).status_code == 403
    assert get(None).status_code in (401, 403)


def test_a_malformed_choice_and_a_project_that_is_none(cast: Cast) -> None:
    refused = get(cast.rosa, k="many")

    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["k"])
    assert get(cast.rosa, project=987_654).status_code == 404


def test_more_rankings_take_no_more_queries(
    cast: Cast, project: Project, django_assert_num_queries: Any
) -> None:
    settle(project, cast.rosa, *ORDER)
    client = client_of(cast.rosa)

    # Session, account, whether anything changed, project; what was said, gold, what researchers
    # ranked, what meets both, the labelers.
    with django_assert_num_queries(9):
        client.get(ADDRESS, {"project": project.pk})
