"""GET /api/labeler-quality/: how labelers work, in facts with their sizes (R19)."""

import dataclasses
import json

import pytest

from labeling.models import (
    Assignment,
    PresentedCompletion,
    Project,
    Ranking,
    Task,
    TaskCompletion,
)
from labeling.services.agreement_store import refresh_agreement
from labeling.services.assignments import skip_assignment
from labeling.services.rankings import submit_ranking
from tests.cast import (
    client_of,
    completions_of,
    long_ago,
    make_completions,
    make_demonstration,
    make_demonstration_project,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_task,
)
from tests.labeling.work import rank, submission, take

pytestmark = pytest.mark.django_db

FACTS = {
    "agreement_with_others",
    "researcher_agreement",
    "gold_agreement",
    "leniency",
    "median_active_minutes",
    "median_seconds_shown",
    "skip_rate",
    "tie_share",
    "contradiction_share",
    "position_preference",
    "length_preference",
    "self_consistency",
    "calibration_agreement",
    "flag_share",
    "none_acceptable_share",
}


def ask(user, **query: object):
    return client_of(user).get("/api/labeler-quality/", query)


def facts_of(user, labeler=None, **query: object) -> dict[str, dict]:
    shown = ask(user, **query).json()
    work = shown["everybody"]
    if labeler is not None:
        [work] = [row for row in shown["labelers"] if row["labeler"]["id"] == labeler.pk]
    return {fact["key"]: fact for fact in work["facts"]}


def present(ranking: Ranking, *, first: int = 0) -> None:
    """As if the completions had been shown in their order, from the one at ``first`` on."""
    shown = completions_of(ranking.task)
    PresentedCompletion.objects.bulk_create(
        PresentedCompletion(
            assignment=ranking.assignment,
            completion=completion,
            position=(n - first) % len(shown),
        )
        for n, completion in enumerate(shown)
    )


def judge(
    project: Project, labeler, *ranks: int, times: int = 1, first: int = 0, **said: object
) -> list[Ranking]:
    rankings = []
    for _ in range(times):
        ranking = make_ranking(make_task(project), labeler, ranks, **said)
        present(ranking, first=first)
        rankings.append(ranking)
    return rankings


def repeat(ranking: Ranking, *ranks: int, **said: object) -> Ranking:
    """The same labeler ranks the same completions again."""
    original = ranking.task
    task = Task.objects.create(
        project=original.project, prompt=original.prompt, k=4, shuffle_key=0, repeat_of=original
    )
    TaskCompletion.objects.bulk_create(
        TaskCompletion(task=task, prompt=task.prompt, completion=completion)
        for completion in completions_of(original)
    )
    task.assignments.create(project=task.project, serve_key=0, slot=1)
    return make_ranking(task, ranking.labeler, ranks, **said)


@pytest.fixture
def project():
    return make_ranking_project()


def test_every_fact_comes_with_what_it_is_called_and_how_it_is_counted(rosa):
    shown = ask(rosa).json()

    assert {words["key"] for words in shown["facts"]} == FACTS
    assert all(words["label"] and words["definition"] for words in shown["facts"])
    assert shown["minimum_counted"] == 10
    assert (
        "cluster bootstrap: 1,000 resamples of whole prompts, seed 2022"
        in (shown["interval_method"])
    )


def test_nothing_is_a_fact_where_there_is_nothing(rosa):
    """Never NaN, never a stand-in zero."""
    answer = ask(rosa)

    assert answer.json()["labelers"] == []
    for fact in answer.json()["everybody"]["facts"]:
        assert fact["value"] is None
        assert fact["reason_undefined"]
    assert "NaN" not in answer.content.decode()


def test_too_little_says_how_much_is_there(project, amina, rosa):
    judge(project, amina, 1, 2, 3, 4, times=9)

    ties = facts_of(rosa, amina)["tie_share"]

    assert (ties["value"], ties["num_counted"]) == (None, 9)
    assert (
        ties["reason_undefined"] == "Rankings so far: 9. At least 10 are needed, 1 more than that."
    )


def test_answers_skips_ties_and_times_are_counted(project, amina, rosa):
    """R19. Twelve rankings with one tie of six pairs each."""
    judge(project, amina, 1, 2, 2, 3, times=12)
    make_task(project)
    skip_assignment(
        labeler=amina, assignment_id=take(project, amina).pk, reason="too_long", comment=""
    )

    [row] = ask(rosa).json()["labelers"]
    facts = facts_of(rosa, amina)

    assert (row["num_answered"], row["num_skipped"]) == (12, 1)
    assert facts["skip_rate"]["value"] == pytest.approx(1 / 13)
    assert facts["tie_share"]["value"] == pytest.approx(1 / 6)
    assert facts["median_active_minutes"]["value"] == 1.0
    assert facts["median_seconds_shown"]["value"] is None


def answer(project: Project, labeler, **said: object) -> None:
    """Over the whole road, sealed at once."""
    make_task(project)
    assignment = take(project, labeler)
    submit_ranking(labeler=labeler, submission=submission(assignment, **said))


def timed(assignment, seconds: float):
    items = submission(assignment).items
    return tuple(dataclasses.replace(item, seconds_shown=seconds) for item in items)


def test_the_time_each_completion_was_shown_is_counted(project, amina, rosa, settings):
    settings.TAKE_BACK_SECONDS = 0
    for _ in range(3):
        make_task(project)
        assignment = take(project, amina)
        Assignment.objects.filter(pk=assignment.pk).update(opened_at=long_ago())
        said = submission(assignment, items=timed(assignment, 7.5))
        submit_ranking(labeler=amina, submission=said)

    fact = facts_of(rosa, amina)["median_seconds_shown"]

    assert (fact["value"], fact["num_counted"]) == (7.5, 12)


def test_a_rating_that_says_the_opposite_of_the_order_is_counted(project, amina, rosa):
    # Ranks 1 2 3 4 with ratings 6 7 5 4: one of six pairs is opposite.
    judge(project, amina, 1, 2, 3, 4, times=10, ratings=[6, 7, 5, 4])

    assert facts_of(rosa, amina)["contradiction_share"]["value"] == pytest.approx(1 / 6)


def test_liking_what_was_shown_first_is_tested_against_one_in_k(project, amina, otto, rosa):
    judge(project, amina, 1, 2, 3, 4, times=20)
    for first in range(4):
        judge(project, otto, 1, 2, 3, 4, times=5, first=first)

    hers = facts_of(rosa, amina)["position_preference"]
    his = facts_of(rosa, otto)["position_preference"]

    assert (hers["value"], hers["expected"]) == (1.0, 0.25)
    assert hers["p_value"] < 1e-9
    assert (his["value"], his["p_value"]) == (0.25, pytest.approx(1.0))


def test_liking_longer_texts_is_a_correlation(project, amina, rosa):
    for _ in range(10):
        prompt = make_prompt()
        longer = make_completions(prompt, texts=["x" * n for n in range(1, 5)])
        present(make_ranking(make_task(project, prompt, longer), amina, [4, 3, 2, 1]))

    assert facts_of(rosa, amina)["length_preference"]["value"] == pytest.approx(1.0)


def test_a_labeler_is_compared_with_themselves_on_repeats_alone(project, amina, rosa):
    """R33. Three of six pairs are ordered alike, and the repeats are in no other fact."""
    for ranking in judge(project, amina, 1, 2, 3, 4, times=10):
        repeat(ranking, 2, 1, 4, 3)

    facts = facts_of(rosa, amina)

    # 1 2 3 4 against 2 1 4 3: the pairs (1,2) and (3,4) turn round, four of six stay.
    assert facts["self_consistency"]["value"] == pytest.approx(4 / 6)
    assert facts["self_consistency"]["num_counted"] == 10
    assert facts["tie_share"]["num_counted"] == 10
    assert facts["none_acceptable_share"]["num_counted"] == 10


def test_agreement_is_counted_on_calibration_tasks_alone(project, amina, otto, rosa):
    """R33."""
    for n in range(12):
        task = make_task(make_ranking_project(overlap=2))
        Task.objects.filter(pk=task.pk).update(is_calibration=n < 6)
        make_ranking(task, amina, [1, 2, 3, 4])
        make_ranking(task, otto, [1, 2, 3, 4] if n < 6 else [4, 3, 2, 1])

    fact = facts_of(rosa, amina)["calibration_agreement"]

    assert (fact["value"], fact["num_counted"]) == (1.0, 36)


def test_finding_nothing_acceptable_is_counted(project, amina, rosa, settings):
    settings.TAKE_BACK_SECONDS = 0
    for n in range(10):
        answer(project, amina, none_acceptable=n < 3)

    assert facts_of(rosa, amina)["none_acceptable_share"]["value"] == pytest.approx(0.3)


NO, YES = {"sexual_content": False, "hallucination": False}, {"hallucination": True}


def flag(project: Project, labeler, *numbers: int) -> list[Ranking]:
    """A ranking for each number: so many of its four completions have a flag."""
    return [
        make_ranking(
            make_task(project),
            labeler,
            [1, 2, 3, 4],
            flags=NO,
            flags_at=dict.fromkeys(range(number), YES),
        )
        for number in numbers
    ]


def test_the_share_of_flagged_completions_is_of_those_that_were_asked_about(project, amina, rosa):
    """By hand: 1, 2 and 3 of four in ten rankings of four are 6 of 40."""
    first, *_ = flag(project, amina, 1, 2, 3, *[0] * 7)
    make_ranking(make_task(project), amina, [1, 2, 3, 4])
    repeat(first, 1, 2, 3, 4)

    fact = facts_of(rosa, amina)["flag_share"]

    assert (fact["value"], fact["num_counted"]) == (pytest.approx(6 / 40), 10)
    assert fact["low"] < fact["value"] < fact["high"]


def test_who_flags_far_more_than_others_is_marked_by_the_test(project, amina, otto, hana, rosa):
    """R19: two-sided, by the spread over prompts, and divided by how many are tested."""
    flag(project, amina, *[2, 4] * 10)
    flag(project, otto, *[0, 1] * 50)
    flag(project, hana, *[0, 1] * 50)

    hers, his = (facts_of(rosa, labeler)["flag_share"] for labeler in (amina, otto))

    assert (hers["value"], his["value"]) == (0.75, 0.125)
    assert (hers["mark"], his["mark"], hers["p_beside_all"] < 0.05 / 3) == ("above", None, True)


def test_demonstrations_count_as_work_with_a_time(amina, rosa):
    project = make_demonstration_project()
    for _ in range(10):
        make_demonstration(make_task(project), amina)

    [row] = ask(rosa).json()["labelers"]

    assert row["num_answered"] == 10
    assert facts_of(rosa, amina)["median_active_minutes"]["value"] == 1.0


def test_what_can_still_be_taken_back_is_no_fact_yet(project, amina, rosa):
    for _ in range(10):
        make_task(project)
        rank(take(project, amina), amina)

    assert facts_of(rosa, amina)["tie_share"]["num_counted"] == 0


def test_facts_are_no_score_and_change_nobody(project, amina, rosa):
    """R19: never used for automatic dismissal; nothing in the answer ranks people."""
    judge(project, amina, 1, 1, 1, 1, times=12)

    shown = ask(rosa).json()

    assert "score" not in json.dumps(shown)
    amina.refresh_from_db()
    assert amina.is_active


def test_labelers_cannot_look(amina):
    assert ask(amina).status_code == 403


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"project": "x"}, 400),
        ({"project": 0}, 400),
        ({"since": "2026-05-02", "until": "2026-05-01"}, 400),
        ({"category": "poetry"}, 400),
        ({"project": 999_999}, 404),
    ],
)
def test_a_malformed_or_unknown_project_is_refused(rosa, query, status):
    assert ask(rosa, **query).status_code == status


def test_many_rankings_take_as_many_queries_as_one(
    project, amina, otto, rosa, django_assert_num_queries
):
    judge(project, amina, 1, 2, 3, 4, times=10)
    judge(project, otto, 1, 2, 3, 4, times=10)
    browser = client_of(rosa)

    # Session, account, whether anything changed; rankings, demonstrations, counts, those of
    # calibration tasks, their items, accounts, gold orders, what researchers ranked; the moment of
    # the figures of agreement, prompts and sums of them, who met whom.
    with django_assert_num_queries(14):
        browser.get("/api/labeler-quality/")


def test_leniency_is_against_the_others_ratings_of_the_same_completions(amina, otto, rosa):
    """Amina rates every completion two points above Otto."""
    project = make_ranking_project(overlap=2)
    for _ in range(12):
        task = make_task(project)
        make_ranking(task, amina, [1, 2, 3, 4], ratings=[7, 6, 5, 4])
        make_ranking(task, otto, [1, 2, 3, 4], ratings=[5, 4, 3, 2])

    rows = ask(rosa).json()["labelers"]

    found = {
        row["labeler"]["display_name"]: fact
        for row in rows
        for fact in row["facts"]
        if fact["key"] == "leniency"
    }
    assert (found["Amina"]["value"], found["Otto"]["value"]) == (2, -2)
    assert found["Amina"]["num_counted"] == 12
    assert found["Amina"]["expected"] == 0


def test_agreement_with_others_is_over_all_that_they_share(amina, otto, rosa):
    """Two of the six pairs of every prompt are turned: 48 of 72 comparisons agree."""
    project = make_ranking_project(overlap=2)
    for _ in range(12):
        task = make_task(project)
        make_ranking(task, amina, [1, 2, 3, 4])
        make_ranking(task, otto, [2, 1, 4, 3])
    refresh_agreement()

    shown = facts_of(rosa, amina)["agreement_with_others"]

    assert (shown["value"], shown["num_counted"]) == (pytest.approx(48 / 72), 72)


def test_what_stands_out_is_marked_and_the_test_is_told(project, amina, otto, hana, rosa):
    """Amina ties everything, Otto one pair in a hundred and twenty and Hana none."""
    judge(project, amina, 1, 1, 1, 1, times=20)
    judge(project, otto, 1, 2, 3, 4, times=19)
    judge(project, otto, 1, 1, 2, 3, times=1)
    judge(project, hana, 1, 2, 3, 4, times=20)

    ties = facts_of(rosa, amina)["tie_share"]

    assert (ties["mark"], ties["p_beside_all"] < 0.05 / 3) == ("above", True)
    assert facts_of(rosa)["tie_share"]["mark"] is None
    assert "z-test" in ask(rosa).json()["mark_definition"]
