"""What each fact about labelers counts: the rows, each with its part, are the fact (R19, R42)."""

from statistics import median
from typing import Any

import pytest

from labeling.models import Adjudication, PresentedCompletion, Project, Ranking, Task, User
from labeling.selectors import labeler_rows
from labeling.selectors.labeler_rows import FACTS_OF_RANKINGS
from labeling.selectors.labeler_tasks import FACTS_OF_TASKS
from labeling.selectors.moments import forget
from labeling.services.agreement_store import refresh_agreement
from labeling.services.assignments import skip_assignment
from tests.cast import (
    Cast,
    client_of,
    completions_of,
    make_completions,
    make_demonstration,
    make_demonstration_project,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_task,
)
from tests.labeling.work import take

pytestmark = pytest.mark.django_db

RANKINGS = "/api/agreement/counted/"
TASKS = "/api/labeler-quality/tasks/"
# What the labelers of the project say, again and again: ties, opposite ratings, another order.
SAID = (
    ([1, 2, 3, 4], [7, 6, 5, 4]),
    ([2, 1, 3, 3], [5, 6, 7, 1]),
    ([4, 3, 1, 2], [1, 1, 4, 6]),
)
NO, YES = {"sexual_content": False}, {"sexual_content": True}
IN_ALL = set(FACTS_OF_RANKINGS) - {"leniency", "agreement_with_others"}


def rows(user: User, address: str, **query: object) -> list[dict[str, Any]]:
    """All pages of them."""
    browser = client_of(user)
    page = browser.get(address, {"limit": 7, **query}).json()
    found = page["results"]
    while page["next"]:
        page = browser.get(address, {"limit": 7, "cursor": page["next"], **query}).json()
        found += page["results"]
    assert len({row["id"] for row in found}) == len(found)
    return found


def fact_of(user: User, key: str, labeler: User | None, **query: object) -> dict[str, Any]:
    shown = client_of(user).get("/api/labeler-quality/", query).json()
    work = shown["everybody"]
    if labeler is not None:
        [work] = [one for one in shown["labelers"] if one["labeler"]["id"] == labeler.pk]
    [fact] = [one for one in work["facts"] if one["key"] == key]
    return fact


def figure_of(found: list[dict[str, Any]], key: str) -> float:
    """What the rows come to: their sums over one another, or the median of what they hold."""
    if key == "median_active_minutes":
        return median(row["part"] for row in found)
    if key == "median_seconds_shown":
        return median(value for row in found for value in row["values"])
    if key in FACTS_OF_TASKS:
        return sum(row["part"] for row in found) / len(found)
    return sum(row["part"] for row in found) / sum(row["whole"] for row in found)


def counted_of(found: list[dict[str, Any]], key: str) -> float:
    """The n of the fact: what is compared or timed, or else the rows."""
    if key in ("agreement_with_others", "calibration_agreement", "median_seconds_shown"):
        return sum(row["whole"] for row in found)
    return len(found)


def present(ranking: Ranking, *, first: int) -> None:
    shown = completions_of(ranking.task)
    PresentedCompletion.objects.bulk_create(
        PresentedCompletion(
            assignment=ranking.assignment,
            completion=completion,
            position=(n - first) % len(shown),
        )
        for n, completion in enumerate(shown)
    )


def repeat(ranking: Ranking, ranks: list[int]) -> None:
    """The same labeler is asked for the same once more."""
    original = ranking.task
    task = make_task(original.project, original.prompt, completions_of(original))
    Task.objects.filter(pk=task.pk).update(repeat_of=original)
    make_ranking(task, ranking.labeler, ranks)


@pytest.fixture
def project(cast: Cast) -> Project:
    """Two rank the same twelve prompts, with everything that a fact counts, and Hana one more."""
    project = make_ranking_project(overlap=2)
    for n in range(12):
        prompt = make_prompt()
        texts = ["x" * (1 + (5 * n + 3 * place) % 7) for place in range(4)]
        task = make_task(project, prompt, make_completions(prompt, texts=texts))
        Task.objects.filter(pk=task.pk).update(is_calibration=n % 4 > 0)
        for who, labeler in enumerate((cast.amina, cast.otto)):
            ranks, ratings = SAID[(n + who * (n % 2)) % len(SAID)]
            ranking = make_ranking(
                task,
                labeler,
                ranks,
                ratings=[max(1, rating - who) for rating in ratings],
                flags=NO,
                flags_at=dict.fromkeys(range((n + who) % 3 + who), YES),
                seconds_shown=[2.5 * n, 4, 0.5 * n, None],
                seconds_active=None if n == 5 else 31 * (n + 1),
                none_acceptable=(n + who) % 3 == 0,
            )
            present(ranking, first=(n + who) % 4)
            if labeler == cast.amina and n < 11:
                repeat(ranking, SAID[n % 2][0])
    make_ranking(make_task(project), cast.hana, [1, 2, 3, 4])
    refresh_agreement()
    return project


@pytest.mark.parametrize("fact", sorted(FACTS_OF_RANKINGS))
@pytest.mark.parametrize("who", ["amina", "otto"])
def test_the_rankings_that_a_fact_counts_come_to_it(
    cast: Cast, project: Project, who: str, fact: str
) -> None:
    labeler = getattr(cast, who)
    known = fact_of(cast.rosa, fact, labeler)
    found = rows(cast.rosa, RANKINGS, figure=fact, labeler=labeler.pk)

    assert counted_of(found, fact) == known["num_counted"]
    assert {row["labeler"]["id"] for row in found} <= {labeler.pk}
    if fact == "self_consistency" and who == "otto":
        assert found == []
        return
    assert known["value"] is not None
    assert figure_of(found, fact) == pytest.approx(known["value"])
    # One that is nothing or everything would be right by chance.
    assert known["value"] not in (0, 1)


@pytest.mark.parametrize("fact", sorted(IN_ALL))
def test_the_rankings_of_all_labelers_come_to_the_fact_of_all(
    cast: Cast, project: Project, fact: str
) -> None:
    known = fact_of(cast.rosa, fact, None)
    found = rows(cast.rosa, RANKINGS, figure=fact)

    assert counted_of(found, fact) == known["num_counted"]
    assert figure_of(found, fact) == pytest.approx(known["value"])


@pytest.mark.parametrize("who", ["amina", "otto", None])
def test_the_tasks_that_were_answered_or_skipped_come_to_the_share_of_skips(
    cast: Cast, project: Project, who: str | None
) -> None:
    """R22: with the reason, and what was said about it."""
    labeler = getattr(cast, who) if who else None
    skipped = take(project, cast.amina)
    skip_assignment(
        labeler=cast.amina, assignment_id=skipped.pk, reason="too_long", comment="Ten pages."
    )
    chosen = {"labeler": labeler.pk} if labeler else {}

    known = fact_of(cast.rosa, "skip_rate", labeler)
    found = rows(cast.rosa, TASKS, figure="skip_rate", **chosen)

    assert (len(found), figure_of(found, "skip_rate")) == (
        known["num_counted"],
        pytest.approx(known["value"]),
    )
    told = [(row["skip_reason"], row["skip_comment"]) for row in found if row["part"]]
    assert told == ([] if who == "otto" else [("Too long", "Ten pages.")])
    assert all((row["ranking"] is None) == bool(row["part"]) for row in found)


@pytest.mark.parametrize("who", ["amina", None])
def test_the_tasks_whose_time_was_measured_have_the_median_time(
    cast: Cast, project: Project, who: str | None
) -> None:
    """Rankings, repeats among them, and demonstrations; one ranking was not timed."""
    labeler = getattr(cast, who) if who else None
    written = make_demonstration(make_task(make_demonstration_project()), cast.amina)
    chosen = {"labeler": labeler.pk} if labeler else {}

    known = fact_of(cast.rosa, "median_active_minutes", labeler)
    found = rows(cast.rosa, TASKS, figure="median_active_minutes", **chosen)

    assert len(found) == known["num_counted"]
    assert figure_of(found, "median_active_minutes") == pytest.approx(known["value"])
    demonstration = next(row for row in found if row["id"] == str(written.assignment_id))
    assert (demonstration["ranking"], demonstration["part"]) == (None, 1)
    assert demonstration["prompt_id"] == written.prompt_id


@pytest.mark.parametrize(
    ("fact", "figure"), [("gold_agreement", "gold"), ("researcher_agreement", "researchers")]
)
def test_what_researchers_ordered_too_comes_to_the_fact(
    cast: Cast, project: Project, fact: str, figure: str
) -> None:
    """R43."""
    for task in project.tasks.filter(repeat_of=None).order_by("pk")[:12]:
        completions = completions_of(task)
        Adjudication.objects.create(
            project=project,
            prompt=task.prompt,
            ranks={str(one.pk): n + 1 for n, one in enumerate(completions)},
            is_gold=True,
            reason="Clear.",
            author=cast.rosa,
        )

    for labeler in (cast.amina, None):
        known = fact_of(cast.rosa, fact, labeler)
        chosen = {"labeler": labeler.pk} if labeler else {}
        found = rows(cast.rosa, RANKINGS, figure=figure, **chosen)
        assert len(found) == known["num_counted"] >= 12
        assert figure_of(found, fact) == pytest.approx(known["value"])


def test_answers_about_a_flag_come_to_the_labelers_share_and_to_how_far_above_the_others_it_is(
    cast: Cast, project: Project
) -> None:
    browser = client_of(cast.rosa)
    [known] = browser.get(f"/api/labeler-flags/{cast.otto.pk}/").json()["flags"]
    flag = known["key"]

    own = rows(cast.rosa, RANKINGS, figure=f"shared:{flag}", labeler=cast.otto.pk)
    above = rows(cast.rosa, RANKINGS, figure=f"beside:{flag}", labeler=cast.otto.pk)

    assert flag == "sexual_content"
    assert sum(row["whole"] for row in own) == known["num_answers"] == 48
    assert figure_of(own, flag) == pytest.approx(known["own"])
    assert figure_of(above, flag) == pytest.approx(known["difference"])
    assert known["difference"] != 0


def test_ratings_beside_the_others_come_to_the_leniency_on_the_page_of_ratings(
    cast: Cast, project: Project
) -> None:
    report = client_of(cast.rosa).get("/api/rating-agreement/").json()
    [known] = [one for one in report["leniency"] if one["labeler"]["id"] == cast.otto.pk]

    found = rows(cast.rosa, RANKINGS, figure="beside:ratings", labeler=cast.otto.pk)

    assert len(found) == known["num_counted"]
    assert figure_of(found, "leniency") == pytest.approx(known["value"])
    assert known["value"] < 0


def test_of_a_prompt_ranked_twice_each_ranking_has_the_pairs_that_count(
    cast: Cast, project: Project
) -> None:
    """What a labeler said later of a pair counts; other pairs stay with the earlier ranking."""
    prompt = make_prompt("The tides")
    completions = make_completions(prompt, texts=list("abcdef"))
    task = make_task(project, prompt, completions[:4])
    make_ranking(task, cast.amina, [1, 2, 3, 4])
    make_ranking(task, cast.otto, [1, 2, 3, 4])
    again = make_task(project, prompt, completions[2:])
    make_ranking(again, cast.amina, [2, 1, 3, 4])
    make_ranking(again, cast.otto, [1, 2, 3, 4])
    refresh_agreement()

    known = fact_of(cast.rosa, "agreement_with_others", cast.amina)
    found = rows(
        cast.rosa, RANKINGS, figure="agreement_with_others", labeler=cast.amina.pk, limit=50
    )

    of_prompt = sorted(
        (row["part"], row["whole"]) for row in found if row["prompt_id"] == prompt.pk
    )
    assert of_prompt == [(5, 5), (5, 6)]
    assert counted_of(found, "agreement_with_others") == known["num_counted"]
    assert figure_of(found, "agreement_with_others") == pytest.approx(known["value"])


def test_many_rankings_are_compared_some_prompts_at_a_time_and_once_for_all_pages(
    cast: Cast, project: Project, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    """Five of 24 at once and the rest of their prompt, so that six are: four times two queries."""
    chosen = {"figure": "agreement_with_others", "labeler": cast.amina.pk, "limit": 7}
    at_once, browser = rows(cast.rosa, RANKINGS, **chosen), client_of(cast.rosa)
    forget()
    monkeypatch.setattr(labeler_rows, "RANKINGS_AT_ONCE", 5)
    # The session, the account, whether anything changed; the rankings; the page.
    with django_assert_num_queries(4 + 4 * 2 + 1):
        first = browser.get(RANKINGS, chosen).json()
    assert rows(cast.rosa, RANKINGS, **chosen) == at_once
    with django_assert_num_queries(4):
        second = browser.get(RANKINGS, {**chosen, "cursor": first["next"]}).json()
    assert second["results"] == at_once[7:]


def test_what_was_ranked_since_the_figures_were_worked_out_is_not_behind_them_yet(
    cast: Cast, project: Project
) -> None:
    chosen = {"figure": "agreement_with_others", "labeler": cast.amina.pk}
    before = rows(cast.rosa, RANKINGS, **chosen)
    task = make_task(project)
    for labeler in (cast.amina, cast.otto):
        make_ranking(task, labeler, [1, 2, 3, 4])

    assert rows(cast.rosa, RANKINGS, **chosen) == before
    refresh_agreement()
    assert len(rows(cast.rosa, RANKINGS, **chosen)) == len(before) + 1


@pytest.mark.parametrize("fact", ["tie_share", "leniency", "agreement_with_others"])
def test_the_choices_of_the_facts_hold_for_their_rows(
    cast: Cast, project: Project, fact: str
) -> None:
    def number(**chosen: object) -> int:
        found = rows(cast.rosa, RANKINGS, figure=fact, labeler=cast.amina.pk, **chosen)
        return len(found)

    assert number(project=project.pk, k=4, pool="training") == number() > 0
    # Facts choose nothing within a prompt.
    assert number(min_overlap=3) == number()
    for nothing in ({"k": 5}, {"pool": "held_out"}, {"until": "2020-01-01"}, {"category": "chat"}):
        assert number(**nothing) == 0
    assert number(project=make_ranking_project().pk) == 0


@pytest.mark.parametrize(
    ("address", "query", "field"),
    [
        (RANKINGS, {"figure": "leniency"}, "labeler"),
        (RANKINGS, {"figure": "agreement_with_others"}, "labeler"),
        (RANKINGS, {"figure": "beside:hallucination"}, "labeler"),
        (RANKINGS, {"figure": "skip_rate"}, "figure"),
        (RANKINGS, {"figure": "tie_share", "labeler": 0}, "labeler"),
        (RANKINGS, {"figure": "tie_share", "week": "2026-03-02"}, "week"),
        (TASKS, {}, "figure"),
        (TASKS, {"figure": "tie_share"}, "figure"),
        (TASKS, {"figure": "skip_rate", "labeler": "x"}, "labeler"),
        (TASKS, {"figure": "skip_rate", "since": "2026-05-01", "until": "2026-04-01"}, "until"),
        (TASKS, {"figure": "skip_rate", "limit": "-1"}, "limit"),
    ],
)
def test_a_malformed_choice_names_its_field(
    cast: Cast, address: str, query: dict[str, object], field: str
) -> None:
    refused = client_of(cast.rosa).get(address, query)

    assert (refused.status_code, list(refused.json()["fields"])) == (400, [field])


@pytest.mark.parametrize(("address", "figure"), [(RANKINGS, "tie_share"), (TASKS, "skip_rate")])
def test_rows_are_read_by_researchers_alone_and_of_a_project_that_is_there(
    cast: Cast, address: str, figure: str
) -> None:
    assert client_of(cast.amina).get(address, {"figure": figure}).status_code == 403
    assert client_of(None).get(address, {"figure": figure}).status_code in (401, 403)
    absent = {"figure": figure, "project": 999_999}
    assert client_of(cast.rosa).get(address, absent).status_code == 404


@pytest.mark.parametrize(
    ("address", "figure", "num_queries"),
    [
        # The session and the account; rankings, demonstrations, what is repeated; the page.
        (RANKINGS, "tie_share", 6),
        (RANKINGS, "leniency", 6),
        # The rankings and their pairs in three; the page; of the first whether anything changed.
        (RANKINGS, "agreement_with_others", 7),
        (RANKINGS, "calibration_agreement", 6),
        (TASKS, "skip_rate", 3),
        (TASKS, "median_active_minutes", 5),
    ],
)
@pytest.mark.parametrize("num_more", [0, 5])
def test_any_number_of_rows_takes_as_many_queries(
    cast: Cast,
    project: Project,
    address: str,
    figure: str,
    num_queries: int,
    num_more: int,
    django_assert_num_queries: Any,
) -> None:
    for _ in range(num_more):
        make_ranking(make_task(project), cast.amina, [1, 2, 3, 4])
    browser = client_of(cast.rosa)
    chosen = {"figure": figure, "labeler": cast.amina.pk, "limit": 200}

    with django_assert_num_queries(num_queries):
        assert browser.get(address, chosen).json()["results"]
