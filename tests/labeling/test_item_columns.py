"""What rankings say of each completion: read by columns as row by row, of the newest alone."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from labeling.agreement.ratings import Ratings
from labeling.catalogue import FLAG_ITEMS
from labeling.models import (
    Completion,
    PresentedCompletion,
    RankedCompletion,
    Ranking,
)
from labeling.preferences import pair_counts
from labeling.selectors import bias, rating_agreement, sealed_work, win_rates
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.costs import Answered, costs
from labeling.selectors.exclusions import is_excluded
from labeling.selectors.item_columns import answers_to, item_columns
from labeling.selectors.win_rates import PANELS
from tests.cast import Cast, make_source
from tests.labeling.random_study import RandomStudy

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize("seed", [1, 2])]

NUM_READ = 25


class SaidStudy(RandomStudy):
    """One in which ratings, flags and times are given at random, some of them not at all."""

    def rank(self, task: Any, labeler: Any) -> None:
        super().rank(task, labeler)
        ranking = Ranking.objects.get(task=task, labeler=labeler)
        for item in RankedCompletion.objects.filter(ranking=ranking):
            asked = [key for key in FLAG_ITEMS if self.rng.random() < 0.3]
            values = {
                "rating": None if self.rng.random() < 0.2 else int(self.rng.integers(1, 8)),
                "flags": {key: bool(self.rng.random() < 0.5) for key in asked},
                "seconds_shown": None if self.rng.random() < 0.3 else self.rng.random() * 100,
            }
            write(RankedCompletion, item.pk, **values)
        if self.rng.random() < 0.5:
            write(Ranking, ranking.pk, none_acceptable=True, seconds_active=None)


def write(model: Any, pk: object, **values: object) -> None:
    """Although nobody may change it."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    model.objects.filter(pk=pk).update(**values)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = origin")


@pytest.fixture(autouse=True)
def study(cast: Cast, seed: int, monkeypatch: pytest.MonkeyPatch) -> SaidStudy:
    monkeypatch.setattr(rating_agreement, "NUM_RANKINGS", NUM_READ)
    monkeypatch.setattr(sealed_work, "NUM_RANKINGS", NUM_READ)
    monkeypatch.setattr(win_rates, "MAXIMUM_RANKINGS", NUM_READ)
    monkeypatch.setattr(bias, "MAXIMUM_RANKINGS", NUM_READ)
    return SaidStudy(cast, seed)


def newest(rankings: Any) -> list[Ranking]:
    return list(rankings.order_by("-submitted_at", "-pk")[:NUM_READ])


def items_of(rankings: list[Ranking]) -> list[RankedCompletion]:
    items = RankedCompletion.objects.filter(ranking__in=[one.pk for one in rankings])
    return list(
        items.select_related("ranking__labeler", "completion", "task__prompt").order_by("pk")
    )


def test_the_columns_are_those_of_the_rows(seed: int) -> None:
    chosen = newest(Ranking.objects.all())

    found = item_columns(
        Ranking.objects.order_by("-submitted_at", "-pk")[:NUM_READ],
        {"labeler": "labeler_id"},
        {"labeler": "chosen.labeler", "completion": "item.completion_id", "rank": "item.rank"},
    )

    rows = items_of(chosen)
    assert found.num_rankings == NUM_READ
    assert [found.id_of(n) for n in range(NUM_READ)] == [one.pk for one in chosen]
    assert found.of_rankings("labeler").tolist() == [one.labeler_id for one in chosen]
    assert [found.id_of(n) for n in found.ranking.tolist()] == [one.ranking_id for one in rows]
    assert found.named["completion"].tolist() == [one.completion_id for one in rows]
    assert found.named["rank"].tolist() == [one.rank for one in rows]


def test_nothing_that_fits_makes_empty_columns(seed: int) -> None:
    """Also where that is known before Postgres is asked."""
    for rankings in (Ranking.objects.none(), Ranking.objects.filter(labeler=0)):
        found = item_columns(rankings, {}, {"rank": "item.rank"})
        assert (found.num_rankings, found.named["rank"].tolist()) == (0, [])


def test_ratings_and_flags_are_those_of_the_rows(seed: int) -> None:
    """R42: of two words of one labeler about a completion the last counts."""
    rows = items_of(newest(Selection().rankings()))
    said = rating_agreement.WhatWasSaid.of(rating_agreement.newest_rankings(Selection()))

    assert said.num_rankings == NUM_READ
    assert any(one.flags for one in rows)
    assert answers(said, said.ratings) == plain_answers(rows, lambda one: one.rating)
    for flag in FLAG_ITEMS:
        expected = plain_answers(rows, lambda one, flag=flag: one.flags.get(flag))
        assert answers(said, said.about(flag)) == expected


def answers(said: rating_agreement.WhatWasSaid, ratings: Ratings) -> Counter[object]:
    """What was said of each completion, and of which prompt it is."""
    of_unit: dict[int, set[object]] = defaultdict(set)
    columns = (ratings.unit, ratings.labeler, ratings.ranking, ratings.value)
    for unit, labeler, ranking, value in zip(*(one.tolist() for one in columns), strict=True):
        of_unit[unit].add((labeler, said.columns.id_of(ranking), value))
    return Counter(
        (prompt, frozenset(of_unit[unit])) for unit, prompt in enumerate(ratings.prompt.tolist())
    )


def plain_answers(
    rows: list[RankedCompletion], answer_of: Callable[[RankedCompletion], int | bool | None]
) -> Counter[object]:
    last = {
        (one.completion_id, one.ranking.labeler_id): (
            one.ranking_id,
            int(answer),
            one.task.prompt_id,
        )
        for one in rows
        if (answer := answer_of(one)) is not None
    }
    of_completion: dict[tuple[int, int], set[object]] = defaultdict(set)
    for (completion, labeler), (ranking, answer, prompt) in last.items():
        of_completion[prompt, completion].add((labeler, ranking, answer))
    return Counter((prompt, frozenset(said)) for (prompt, _), said in of_completion.items())


def test_models_are_read_as_from_the_rows(seed: int) -> None:
    """R38: each of a completion's writers, however many, with what was said of it."""
    other = make_source("a twin")
    shared = Completion.objects.filter(source__name="two")
    shared.update(sampling={"also_by": [other.name, "nobody we know"]})

    num_rankings, found = win_rates._read(
        win_rates.Scope().rankings().order_by("-submitted_at", "-pk")[:NUM_READ]
    )

    rankings = newest(win_rates.Scope().rankings())
    expected = Counter(
        (
            place[one.ranking_id],
            one.task_id,
            one.task.prompt_id,
            writer,
            one.rank,
            one.rating or 0,
            (one.task.prompt.distribution, one.ranking.labeler.pool),
            tuple(sorted(one.flags.items())),
        )
        for place in [{ranking.pk: n for n, ranking in enumerate(rankings)}]
        for one in items_of(rankings)
        for writer in [one.completion.source_id]
        + ([other.pk] if one.completion.source.name == "two" else [])
    )
    assert num_rankings == len(rankings) == NUM_READ
    assert Counter(_judged(found)) == expected


def _judged(found: win_rates._Columns) -> Iterator[tuple[object, ...]]:
    columns = (
        found.ranking,
        found.task,
        found.prompt,
        found.source,
        found.rank,
        found.rating,
        found.panel,
    )
    asked = {key: answers_to(found.flags, key) for key in FLAG_ITEMS}
    for n, row in enumerate(zip(*(one.tolist() for one in columns), strict=True)):
        flags = {key: bool(yes[n]) for key, (is_asked, yes) in asked.items() if is_asked[n]}
        yield (*row[:-1], PANELS[row[-1]], tuple(sorted(flags.items())))


def test_work_is_read_as_from_the_rows(seed: int) -> None:
    """R19: repeats among it, and what no screen ever showed left out."""
    rankings = newest(
        Ranking.objects.filter(assignment__isnull=False, labeler__is_simulated=False)
        .exclude(task__project__purpose="screening")
        .exclude(is_excluded("task__"))
    )
    found = sealed_work.sealed_work(sealed_work.Scope(Selection()))

    of = found.rankings
    assert [
        (
            one.labeler_id,
            one.task.prompt_id,
            one.k,
            one.none_acceptable and not one.task.repeat_of_id,
            one.task.repeat_of_id or 0,
        )
        for one in rankings
    ] == list(
        zip(
            of.labeler.tolist(),
            of.prompt.tolist(),
            of.k.tolist(),
            (of.none_acceptable > 0).tolist(),
            of.repeat_of.tolist(),
            strict=True,
        )
    )
    assert of.minutes.tolist() == pytest.approx(
        [math.nan if one.seconds_active is None else one.seconds_active / 60 for one in rankings],
        nan_ok=True,
        abs=0,
        rel=0,
    )
    shown = {
        (one.assignment_id, one.completion_id): one.position
        for one in PresentedCompletion.objects.all()
    }
    place = {ranking.pk: n for n, ranking in enumerate(rankings)}
    assert [
        (
            place[one.ranking_id],
            one.completion_id,
            one.rank,
            one.rating or 0,
            shown.get((one.ranking.assignment_id, one.completion_id), -1),
            len(one.completion.text),
            int(any(one.flags.values())) if one.flags else -1,
            one.seconds_shown,
        )
        for one in items_of(rankings)
    ] == [
        (*row[:-1], None if math.isnan(row[-1]) else row[-1])
        for row in zip(*(column.tolist() for column in vars(found.items).values()), strict=True)
    ]


def test_what_stood_where_is_read_as_from_the_rows(seed: int) -> None:
    rankings = newest(bias._rankings(None, None, False))
    shown = {
        (one.assignment_id, one.completion_id): one.position
        for one in PresentedCompletion.objects.all()
    }

    blocks = bias._blocks(bias._rankings(None, None, False))

    assert {pk for ids, _ in blocks for pk in ids} == {one.pk for one in rankings}
    by_ranking = defaultdict(list)
    for one in sorted(items_of(rankings), key=lambda one: one.completion_id):
        place = shown.get((one.ranking.assignment_id, one.completion_id))
        by_ranking[one.ranking_id].append((place, one.rank, len(one.completion.text)))
    for ids, block in blocks:
        for row, pk in enumerate(ids):
            is_ordered = all(place is not None for place, _, _ in by_ranking[pk])
            expected = sorted(by_ranking[pk]) if is_ordered else by_ranking[pk]
            assert block.is_ordered[row] == is_ordered
            assert block.rank[row].tolist() == [rank for _, rank, _ in expected]
            assert block.length[row].tolist() == [length for _, _, length in expected]


def test_the_pairs_of_a_project_are_those_of_its_rankings(seed: int) -> None:
    """However many completions share a rank."""
    found = costs(Answered(include_simulated=True))

    assert len(found) == 3
    for one in found:
        chosen = Answered(project_id=one.project.pk, include_simulated=True)
        ranks = defaultdict(list)
        for item in RankedCompletion.objects.filter(ranking__in=chosen.rankings()):
            ranks[item.ranking_id].append(item.rank)
        assert one.num_rankings == len(ranks)
        assert one.num_pairs == sum(pair_counts(some)[0] for some in ranks.values())
