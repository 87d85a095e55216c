"""How many rankings, labelers and prompts fit, told from the days that are kept (R42)."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations, product
from typing import Any

import pytest
from django.utils import timezone

from labeling.models import LabelerDay, Prompt, PromptAgreement, PromptExclusion, Ranking, User
from labeling.selectors.agreement import agreement
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.judged_pairs import counted_rankings
from labeling.services import agreement_store
from labeling.services.agreement_store import refresh_agreement
from tests.cast import (
    Cast,
    make_completions,
    make_imported_ranking,
    make_imported_task,
    make_project,
    make_prompt,
    make_ranking,
    make_task,
    make_user,
)
from tests.labeling.random_study import RandomStudy

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 4, 23, 59, 59, tzinfo=UTC)


def counted(selection: Selection) -> tuple[dict[int, int], int]:
    """The plain way: one prompt after the other, as they are now.

    A prompt counts where two labelers ranked the same two completions of it; its day is that of its
    last ranking, its version the one of all of them, and its K that of its largest task.
    """
    of_prompts = replace(selection, since=None, until=None, instructions_id=None, k=None)
    k_of = Counter[tuple[int, int]]()
    for project, prompt, k in counted_rankings().values_list(
        "task__project", "task__prompt", "task__k"
    ):
        k_of[project, prompt] = max(k, k_of[project, prompt])
    by_prompt = defaultdict[tuple[int, int], list[Ranking]](list)
    for ranking in of_prompts.rankings().select_related("task").prefetch_related("items"):
        by_prompt[ranking.task.project_id, ranking.task.prompt_id].append(ranking)
    rankings_of = Counter[int]()
    prompts = set()
    for (project, prompt), rankings in by_prompt.items():
        last = max(ranking.submitted_at for ranking in rankings).date()
        versions = {ranking.instructions_id for ranking in rankings}
        judged = [
            (ranking.labeler_id, {item.completion_id for item in ranking.items.all()})
            for ranking in rankings
        ]
        if (
            any(a != b and len(x & y) > 1 for (a, x), (b, y) in combinations(judged, 2))
            and (selection.k is None or k_of[project, prompt] == selection.k)
            and (selection.since is None or last >= selection.since)
            and (selection.until is None or last <= selection.until)
            and (selection.instructions_id is None or versions == {selection.instructions_id})
        ):
            prompts.add(prompt)
            rankings_of.update(ranking.labeler_id for ranking in rankings)
    return dict(rankings_of), len(prompts)


def kept(selection: Selection) -> tuple[dict[int, int], int]:
    found = agreement(selection)
    assert found.num_labelers == len(found.labelers)
    assert found.num_rankings == sum(one.num_rankings for one in found.labelers)
    return {one.labeler.pk: one.num_rankings for one in found.labelers}, found.num_prompts


@pytest.mark.parametrize("seed", [1, 2])
def test_under_every_filter_the_counts_are_those_of_the_figures(cast: Cast, seed: int) -> None:
    """R42: the size beside the figures is that of what they are over."""
    pools: list[Any] = [None, "training", "held_out"]
    study = RandomStudy(cast, seed)
    # The same prompts in another project, of another K, under instructions of its own.
    again = make_project(overlap=2, k=5)
    for prompt in Prompt.objects.all()[:5]:
        task = make_task(again, prompt, make_completions(prompt, 5))
        make_ranking(task, cast.amina, [1, 2, 3, 4, 5], submitted_at=MARCH)
        make_ranking(task, cast.hana, [5, 4, 3, 2, 1], submitted_at=study.day())
    # Some of an imported task only.
    prompt = make_prompt(category="chat")
    shown = make_completions(prompt, 4)
    imported = make_imported_task(again, prompt, shown)
    make_imported_ranking(imported, cast.otto, {shown[0]: 1, shown[2]: 2}, submitted_at=MARCH)
    refresh_agreement()
    instructions = Ranking.objects.filter(task__project=again).first()
    assert instructions is not None
    days = [None, MARCH.date(), MARCH.date().replace(month=8)]

    choices = list(
        product(
            [None, study.projects[0].pk, again.pk],
            pools,
            [False, True],
            [None, "chat"],
            [None, 4, 5],
            [None, instructions.instructions_id],
            [(None, None), (days[1], days[2]), (days[1], days[1]), (None, days[1])],
        )
    )
    # Each choice meets each other one often enough; all of them would take a minute.
    chosen = study.rng.choice(len(choices), size=120, replace=False)
    num_filled = 0
    for number in (0, *chosen):
        project, pool, simulated, category, k, version, (since, until) = choices[number]
        selection = Selection(
            project_id=project,
            pool=pool,
            include_simulated=simulated,
            category=category,
            k=k,
            instructions_id=version,
            since=since,
            until=until,
        )
        assert kept(selection) == counted(selection), selection
        num_filled += bool(kept(selection)[1])
    assert num_filled > 10


def test_a_prompt_that_one_labeler_ranked_is_no_part_of_the_size(cast: Cast) -> None:
    """No figure is over it, until somebody else ranks it (R42)."""
    project = make_project(overlap=2)
    task = make_task(project)
    make_ranking(task, cast.amina, [1, 2, 3, 4])
    refresh_agreement()
    assert kept(Selection()) == ({}, 0)

    make_ranking(task, cast.otto, [1, 2, 3, 4])

    refresh_agreement()
    assert kept(Selection()) == ({cast.amina.pk: 1, cast.otto.pk: 1}, 1)


def test_the_days_of_the_size_are_those_of_the_last_rankings(cast: Cast) -> None:
    """As the figures have it: both rankings of a prompt last ranked on a day, or neither (R42)."""
    shared_and_lone(cast)

    first, last = MARCH.date(), MARCH.date().replace(day=8)
    assert kept(Selection(until=first)) == ({}, 0)
    assert kept(Selection(since=last)) == ({cast.amina.pk: 1, cast.otto.pk: 1}, 1)


def shared_and_lone(cast: Cast) -> Any:
    """A prompt that Amina and Otto ranked on two days, and one that Otto ranked on a third."""
    project = make_project(overlap=2)
    shared = make_task(project)
    make_ranking(shared, cast.amina, [1, 2, 3, 4], submitted_at=MARCH)
    make_ranking(shared, cast.otto, [1, 2, 3, 4], submitted_at=MARCH.replace(day=8))
    make_ranking(make_task(project), cast.otto, [1, 2, 3, 4], submitted_at=MARCH.replace(day=9))
    refresh_agreement()
    return shared


def test_a_day_on_which_nothing_counts_any_more_is_gone(cast: Cast) -> None:
    shared_and_lone(cast)

    Ranking.objects.filter(labeler=cast.amina).update(superseded_at=timezone.now())

    assert refresh_agreement() == 1
    assert set(LabelerDay.objects.values_list("labeler", flat=True)) == {cast.otto.pk}
    assert kept(Selection()) == counted(Selection()) == ({}, 0)


def test_an_excluded_prompt_leaves_the_counts_and_comes_back(cast: Cast) -> None:
    shared = shared_and_lone(cast)
    exclusion = PromptExclusion.objects.create(
        project=shared.project, prompt=shared.prompt, reason="Unclear.", author=cast.rosa
    )

    assert refresh_agreement() == 1
    assert kept(Selection()) == ({}, 0)
    PromptExclusion.objects.filter(pk=exclusion.pk).update(
        lifted_at=timezone.now(), lifted_by=cast.rosa
    )
    assert refresh_agreement() == 1
    assert kept(Selection()) == ({cast.amina.pk: 1, cast.otto.pk: 1}, 1)


def test_a_labeler_who_changes_pools_is_counted_in_the_other_one(cast: Cast) -> None:
    shared = shared_and_lone(cast)
    again = [row.completion for row in shared.task_completions.order_by("completion_id")]
    make_ranking(make_task(shared.project, shared.prompt, again), cast.hana, [1, 2, 3, 4])
    refresh_agreement()
    assert kept(Selection(pool="held_out")) == ({}, 0)

    User.objects.filter(pk=cast.otto.pk).update(pool="held_out")

    assert refresh_agreement() == 1
    assert kept(Selection(pool="held_out")) == ({cast.otto.pk: 1, cast.hana.pk: 1}, 1)


def test_a_refresh_that_broke_off_is_made_up_for(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The days are stored last: before that, the next refresh sees the same difference."""
    shared = shared_and_lone(cast)
    Ranking.objects.filter(labeler=cast.amina).update(superseded_at=timezone.now())
    make_ranking(make_task(shared.project), make_user("late"), [1, 2, 3, 4], submitted_at=MARCH)

    def broken(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(agreement_store, "store_days", broken)
        with pytest.raises(OSError, match="full"):
            refresh_agreement()
    refresh_agreement()

    assert not PromptAgreement.objects.exists()
    assert kept(Selection()) == counted(Selection())


def test_many_changed_prompts_are_compared_like_few(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    RandomStudy(cast, 3)
    refresh_agreement()
    few = sorted(PromptAgreement.objects.values_list("prompt", "audiences", "fingerprint"))
    PromptAgreement.objects.all().delete()
    LabelerDay.objects.all().delete()
    monkeypatch.setattr(agreement_store, "PROMPTS_AT_ONCE", 2)

    refresh_agreement()

    many = PromptAgreement.objects.values_list("prompt", "audiences", "fingerprint")
    assert sorted(many) == few
    assert kept(Selection()) == counted(Selection())
