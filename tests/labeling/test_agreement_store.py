"""What is worked out in the background equals what there is, and only what changed is redone."""

from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from labeling.agreement.audiences import AUDIENCES
from labeling.agreement.people import agreement_with_others
from labeling.agreement.report import Study
from labeling.agreement.statistics import STRICT
from labeling.models import LabelerMeeting, Prompt, PromptAgreement, Ranking, User
from labeling.preferences import dense_ranks
from labeling.selectors.agreement import agreement, agreement_of_labelers
from labeling.selectors.agreement_counts import counts_of_store
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.judged_pairs import ranked_items
from labeling.services.agreement_store import refresh_agreement
from labeling.services.annotations import annotate_prompt
from tests.cast import (
    Cast,
    client_of,
    make_completions,
    make_project,
    make_prompt,
    make_ranking,
    make_source,
    make_task,
    make_user,
)

pytestmark = pytest.mark.django_db


def judged_at_random(cast: Cast, seed: int = 1, num_tasks: int = 8) -> None:
    """People of both pools and simulated labelers rank some of the tasks, with ties."""
    rng = np.random.default_rng(seed)
    nils = make_user("nils", pool="held_out")
    robot = make_user("robot", is_simulated=True)
    people = [cast.amina, cast.otto, cast.hana, nils, cast.sim, robot]
    project = make_project(overlap=len(people))
    for _ in range(num_tasks):
        task = make_task(project)
        for labeler in people:
            if rng.random() < 0.7:
                make_ranking(task, labeler, dense_ranks(rng.integers(1, 4, size=task.k).tolist()))


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_stored_counts_equal_those_of_the_rankings(cast: Cast, audience: Any) -> None:
    judged_at_random(cast)
    refresh_agreement()
    selection = Selection(pool=audience.pool, include_simulated=audience.includes_simulated)

    stored = counts_of_store(selection)

    judgments = ranked_items(selection.rankings()).pair_judgments()
    study = Study(judgments)
    assert stored.summed.figures() == study.figures()
    labelers = np.unique(judgments.labeler).tolist()
    found = agreement(selection)
    assert {one.labeler.pk: one.against_others.agreement.value for one in found.labelers} == {
        labeler: figure.value
        for labeler, figure in agreement_with_others(
            judgments.with_overlap(2), labelers=labelers
        ).items()
    }


def test_the_part_about_labelers_is_that_of_the_whole(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    judged_at_random(cast)
    refresh_agreement()
    whole = agreement(Selection())
    everybody = [one.labeler.pk for one in whole.labelers]

    # The moment of the figures, prompts and sums of them, who met whom.
    with django_assert_num_queries(4):
        part = agreement_of_labelers(Selection(), [*everybody, cast.rosa.pk])

    assert part.of_all == whole.figures[STRICT.key]
    assert {pk: part.with_others[pk] for pk in everybody} == {
        one.labeler.pk: one.against_others.agreement for one in whole.labelers
    }
    # Who ranked nothing has no figure, and a reason.
    assert part.with_others[cast.rosa.pk].value is None
    assert "Nobody else" in (part.with_others[cast.rosa.pk].reason_undefined or "")


def test_people_of_one_pool_have_one_row_for_all_who_may_ask(cast: Cast) -> None:
    task = make_task(make_project(overlap=2))
    for labeler in (cast.amina, cast.otto):
        make_ranking(task, labeler, [1, 2, 3, 4])

    refresh_agreement()

    row = PromptAgreement.objects.get()
    # Everyone, everyone of the training pool, and the people among both.
    assert row.audiences == 0b011011
    assert LabelerMeeting.objects.get().first_first == LabelerMeeting.objects.get().second_second


def test_only_prompts_with_other_rankings_than_before_are_worked_out(cast: Cast) -> None:
    judged_at_random(cast, num_tasks=5)
    assert refresh_agreement() == 5
    assert refresh_agreement() == 0
    task = Ranking.objects.filter(labeler=cast.sim).first().task
    late = make_user("late")

    make_ranking(task, late, [1, 2, 3, 4])

    assert refresh_agreement() == 1
    assert refresh_agreement() == 0


def test_a_labeler_who_changes_pools_is_noticed(cast: Cast) -> None:
    task = make_task(make_project(overlap=2))
    for labeler in (cast.amina, cast.otto):
        make_ranking(task, labeler, [1, 2, 3, 4])
    refresh_agreement()

    User.objects.filter(pk=cast.otto.pk).update(pool="held_out")

    assert refresh_agreement() == 1
    assert not Selection(pool="training").stored().exists()
    assert Selection().stored().count() == 1


def test_what_does_not_count_any_more_leaves_the_figures(cast: Cast) -> None:
    task = make_task(make_project(overlap=2))
    for labeler in (cast.amina, cast.otto):
        make_ranking(task, labeler, [1, 2, 3, 4])
    refresh_agreement()

    Ranking.objects.filter(labeler=cast.otto).update(superseded_at=timezone.now())

    assert refresh_agreement() == 1
    assert not PromptAgreement.objects.exists()
    assert refresh_agreement() == 0


def test_an_answer_is_not_known_before_a_refresh_and_the_page_says_as_of_when(cast: Cast) -> None:
    client = client_of(cast.rosa)
    task = make_task(make_project(overlap=2))
    for labeler in (cast.amina, cast.otto):
        make_ranking(task, labeler, [1, 2, 3, 4])

    before = client.get("/api/agreement/").json()
    refresh_agreement()
    after = client.get("/api/agreement/").json()

    assert (before["refreshed_at"], before["figures"][0]["num_pairs"]) == (None, 0)
    assert after["refreshed_at"] is not None
    assert after["figures"][0]["num_pairs"] == 6


def two_kinds(cast: Cast) -> Any:
    """Six prompts on which two agree and six on which they do not, told apart by any filter."""
    project = make_project(overlap=2)
    for n in range(12):
        is_late = n >= 6
        task = make_task(project, make_prompt(category="chat" if is_late else "open_qa"))
        day = timezone.now().replace(year=2025, month=3 if is_late else 1, day=4)
        make_ranking(task, cast.amina, [1, 2, 3, 4], submitted_at=day)
        make_ranking(task, cast.otto, [4, 3, 2, 1] if is_late else [1, 2, 3, 4], submitted_at=day)
    refresh_agreement()
    return project


@pytest.mark.parametrize(
    ("filters", "value"),
    [
        ({}, 0.5),
        ({"category": "open_qa"}, 1),
        ({"category": "chat"}, 0),
        ({"since": "2025-02-01"}, 0),
        ({"until": "2025-02-01"}, 1),
        ({"since": "2025-03-04", "until": "2025-03-04"}, 0),
        ({"k": 4}, 0.5),
    ],
)
def test_a_filter_chooses_prompts(cast: Cast, filters: dict[str, Any], value: float) -> None:
    two_kinds(cast)

    body = client_of(cast.rosa).get("/api/agreement/", filters).json()

    assert body["figures"][0]["value"] == value


def test_a_category_set_between_two_requests_changes_the_answer(cast: Cast) -> None:
    """No ranking changes with it, so no refresh follows: the next request answers for it (R28)."""
    project = two_kinds(cast)
    client = client_of(cast.rosa)
    chosen = {"category": "chat", "project": project.pk}

    def asked() -> list[Any]:
        page = client.get("/api/agreement/", chosen).json()
        pools = client.get("/api/agreement/pools/", chosen).json()["pools"]
        work = client.get("/api/labeler-quality/", chosen).json()["everybody"]["facts"]
        (shared,) = [fact for fact in work if fact["key"] == "agreement_with_others"]
        figures = (page["figures"][0], pools[0]["figures"][0])
        return [page["num_rankings"], *(one["value"] for one in figures), shared["value"]]

    assert asked() == asked() == [12, 0, 0, 0]

    agreed = Prompt.objects.filter(category="open_qa")[:3]
    for prompt in agreed:
        annotate_prompt(prompt_id=prompt.pk, annotator=cast.rosa, category="chat", flags={})

    assert asked() == [18, pytest.approx(1 / 3), pytest.approx(1 / 3), pytest.approx(1 / 3)]


def test_a_filter_that_nothing_fits_leaves_no_figure(cast: Cast) -> None:
    two_kinds(cast)

    body = client_of(cast.rosa).get("/api/agreement/", {"k": 9}).json()

    assert (body["num_rankings"], body["figures"][0]["value"], body["trend"]) == (0, None, [])


def test_an_instruction_version_chooses_prompts_ranked_under_it(cast: Cast) -> None:
    project = two_kinds(cast)
    version = Ranking.objects.first().instructions_id

    body = client_of(cast.rosa).get("/api/agreement/", {"instructions": version}).json()

    assert body["figures"][0]["num_pairs"] == 72
    assert body["versions"] == []
    marked = client_of(cast.rosa).get("/api/agreement/", {"project": project.pk}).json()
    assert [mark["id"] for mark in marked["versions"]] == [version]


def test_two_models_choose_their_pairs_within_a_prompt(cast: Cast) -> None:
    """The labelers agree about these two models and about nothing else."""
    project = make_project(overlap=2)
    good, bad = make_source("good"), make_source("bad")
    for _ in range(24):
        prompt = make_prompt()
        shown = [
            *make_completions(prompt, 1, source=good),
            *make_completions(prompt, 1, source=bad),
            *make_completions(prompt, 2),
        ]
        task = make_task(project, prompt, shown)
        make_ranking(task, cast.amina, [1, 2, 3, 4])
        make_ranking(task, cast.otto, [2, 3, 1, 1])
    refresh_agreement()
    client = client_of(cast.rosa)

    chosen = client.get("/api/agreement/", {"source": good.pk, "other_source": bad.pk}).json()

    assert chosen["figures"][0]["value"] == 1
    assert chosen["figures"][0]["num_pairs"] == 24
    assert chosen["together"][0]["agreement"]["value"] == 1
    assert sum(share["num_prompts"] for share in chosen["shares"]) == 24
    alone = client.get("/api/agreement/", {"source": good.pk})
    assert (alone.status_code, list(alone.json()["fields"])) == (400, ["other_source"])


def test_the_weeks_of_a_study_are_drawn_with_their_band(cast: Cast) -> None:
    two_kinds(cast)

    weeks = client_of(cast.rosa).get("/api/agreement/").json()["trend"]

    assert [(week["week"], week["value"]) for week in weeks] == [
        ("2024-12-30", 1),
        ("2025-03-03", 0),
    ]
    assert [week["expected"] for week in weeks] == [0.5, 0.5]
    assert all(week["is_outside"] for week in weeks)
    assert all(week["num_pairs"] == 36 for week in weeks)


def test_days_in_the_wrong_order_are_refused(cast: Cast) -> None:
    response = client_of(cast.rosa).get(
        "/api/agreement/", {"since": "2025-02-02", "until": "2025-02-01"}
    )

    assert (response.status_code, list(response.json()["fields"])) == (400, ["until"])


def test_rankings_of_one_prompt_in_several_tasks_meet_on_what_both_rank(cast: Cast) -> None:
    """As where each ranking is drawn anew: the second task shows three of the first one's four."""
    project = make_project(overlap=1)
    for _ in range(8):
        first = make_task(project)
        shown = [row.completion for row in first.task_completions.order_by("pk")]
        second = make_task(project, first.prompt, [shown[3], shown[1], shown[0], shown[2]])
        make_ranking(first, cast.amina, [1, 2, 3, 4])
        ranks = {shown[0].pk: 1, shown[1].pk: 2, shown[2].pk: 3, shown[3].pk: 4}
        in_second = [row.completion_id for row in second.task_completions.order_by("completion_id")]
        make_ranking(second, cast.otto, [ranks[pk] for pk in in_second])

    refresh_agreement()

    strict = client_of(cast.rosa).get("/api/agreement/").json()["figures"][0]
    assert (strict["value"], strict["num_pairs"]) == (1, 48)


def test_of_two_judgments_of_a_pair_by_one_labeler_the_later_counts(cast: Cast) -> None:
    project = make_project(overlap=1)
    for _ in range(8):
        first = make_task(project)
        shown = [row.completion for row in first.task_completions.order_by("pk")]
        again = make_task(project, first.prompt, shown)
        other = make_task(project, first.prompt, shown)
        day = timezone.now().replace(year=2025, month=3, day=4)
        make_ranking(again, cast.amina, [1, 2, 3, 4], submitted_at=day)
        make_ranking(first, cast.amina, [4, 3, 2, 1], submitted_at=day.replace(month=2))
        make_ranking(other, cast.otto, [1, 2, 3, 4], submitted_at=day)

    refresh_agreement()

    strict = client_of(cast.rosa).get("/api/agreement/").json()["figures"][0]
    assert (strict["value"], strict["num_pairs"]) == (1, 48)


def test_two_who_never_met_on_a_pair_change_no_figure(cast: Cast) -> None:
    """Their prompt is stored so that it is not looked at again, and counts nowhere."""
    project = make_project(overlap=1)
    prompt = make_prompt()
    for labeler in (cast.amina, cast.otto):
        make_ranking(make_task(project, prompt), labeler, [1, 2, 3, 4])
    both = make_task(make_project(overlap=2))
    for labeler in (cast.amina, cast.otto):
        make_ranking(both, labeler, [1, 2, 4, 3])
    refresh_agreement()

    summed = counts_of_store(Selection()).summed

    assert PromptAgreement.objects.count() == 2
    assert summed.num_prompts["strict_comparisons"] == summed.num_prompts["pairs"] == 1
    assert summed.labelers_per_pair == (2, 2)
    assert refresh_agreement() == 0
