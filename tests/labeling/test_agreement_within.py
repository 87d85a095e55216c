"""A choice within prompts, from the columns kept of their rankings, equals reading row by row."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from labeling.agreement.audiences import AUDIENCES
from labeling.agreement.judgments import IntArray, PairJudgments
from labeling.agreement.report import Study
from labeling.models import InstructionVersion, JudgedPrompts, PromptAgreement, User
from labeling.selectors.agreement import agreement
from labeling.selectors.agreement_counts import Counts, counts_of_store
from labeling.selectors.agreement_rows import rankings_behind
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.agreement_within import counts_within
from labeling.selectors.judged_columns import OF_ITEMS, OF_ROWS, packed, unpacked
from labeling.selectors.judged_pairs import counted_rankings, ranking_rows
from labeling.services import agreement_store, judged_store
from labeling.services.agreement_store import refresh_agreement
from tests.cast import Cast
from tests.labeling.plain_agreement import plain_rows
from tests.labeling.random_study import RandomStudy

pytestmark = pytest.mark.django_db


def expected_figures(selection: Selection) -> Any:
    """Row by row, of the prompts that fit."""
    judgments, _ = expected_judgments(selection)
    return Study(judgments, min_overlap=selection.min_overlap).figures()


def expected_judgments(selection: Selection) -> tuple[PairJudgments, IntArray]:
    """With the ranking of each. The days are those of a prompt's last ranking."""
    prompts = list(selection.stored().values_list("prompt", flat=True))
    of_any_day = replace(selection, since=None, until=None)
    rankings = of_any_day.rankings().filter(task__prompt__in=prompts)
    rows = plain_rows(rankings, sources=selection.sources)
    return rows.items.pair_judgments_of_rankings()


def everything_of(counts: Counts) -> Any:
    met = counts.meetings
    columns = (met.prompt, met.a, met.b, met.cells, met.num_prompts, met.num_ordered)
    rows = zip(*(np.asarray(column).tolist() for column in columns), strict=True)
    # The order in which Postgres adds fractions up is its own.
    weeks = [
        (one.period, one.num_counted, *(value and round(value, 9) for value in band))
        for one in counts.trend()
        for band in [(one.value, one.expected, one.low, one.high)]
    ]
    return counts.summed.figures(), sorted(map(str, rows)), weeks, counts.shares


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("num_at_once", [2, 4_000])
def test_without_a_choice_of_pairs_it_is_what_is_stored(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, audience: Any, num_at_once: int
) -> None:
    """The same prompts, figures, couples, weeks and shares, however many parts they are kept in."""
    monkeypatch.setattr(agreement_store, "PROMPTS_AT_ONCE", num_at_once)
    RandomStudy(cast, 5)
    refresh_agreement()
    selection = Selection(pool=audience.pool, include_simulated=audience.includes_simulated)

    within = counts_within(selection)

    assert within.summed.total.pairs > 0
    assert everything_of(within) == everything_of(counts_of_store(selection))


@pytest.mark.parametrize("seed", [1, 2])
def test_two_models_are_compared_as_by_reading_row_by_row(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Under every filter, a higher overlap as well."""
    monkeypatch.setattr(agreement_store, "PROMPTS_AT_ONCE", 3)
    study = RandomStudy(cast, seed)
    refresh_agreement()
    two = Selection(sources=(study.sources[0].pk, study.sources[2].pk), include_simulated=True)
    version = InstructionVersion.objects.filter(project=study.projects[0]).first()
    choices = [
        two,
        replace(two, pool="training", include_simulated=False),
        replace(two, pool="held_out"),
        replace(two, project_id=study.projects[1].pk),
        replace(two, category="chat"),
        replace(two, k=4),
        replace(two, instructions_id=version.pk if version else 0),
        replace(two, since=date(2025, 2, 1), until=date(2025, 10, 31)),
        replace(two, min_overlap=3),
        replace(two, sources=None, min_overlap=4),
        replace(two, sources=(study.sources[0].pk, 0)),
    ]

    found = [counts_within(choice).summed for choice in choices]

    assert [one.figures() for one in found] == [expected_figures(choice) for choice in choices]
    assert min(one.total.pairs for one in found[:4]) > 0


@pytest.mark.parametrize("seed", [1, 2])
def test_the_rankings_behind_such_a_choice_are_those_that_it_counts(cast: Cast, seed: int) -> None:
    """R46: as many as have a judgment of a pair that enough labelers judged."""
    study = RandomStudy(cast, seed)
    refresh_agreement()
    sources = (study.sources[0].pk, study.sources[2].pk)
    choices = [
        Selection(sources=sources, include_simulated=True),
        Selection(min_overlap=4),
        Selection(sources=sources, min_overlap=3, since=date(2025, 6, 1)),
    ]

    for choice in choices:
        judgments, ranking = expected_judgments(choice)
        is_counted = judgments.counts().sum(axis=1) >= choice.min_overlap

        behind = rankings_behind(choice)

        assert behind.count() == len(np.unique(ranking[is_counted[judgments.pair]]))
        assert agreement(choice).num_rankings == behind.count() > 0
        for one in agreement(choice).labelers:
            of_one = rankings_behind(choice, labeler_id=one.labeler.pk, is_compared=True)
            assert of_one.count() == one.num_rankings
        a, b = cast.amina.pk, cast.otto.pk
        of_both = rankings_behind(choice, labeler_id=a, other_id=b)
        met = counts_within(choice).meetings
        are_these = (np.sort([met.a, met.b], axis=0) == np.array([[a], [b]])).all(axis=0)
        assert (of_both.count() > 0) == bool(are_these.any())
        assert {one.labeler_id for one in of_both} <= {a, b}


def test_nothing_that_fits_is_no_figure_and_no_error(cast: Cast) -> None:
    RandomStudy(cast, 3)
    refresh_agreement()

    counts = counts_within(Selection(sources=(1, 2), since=date(2030, 1, 1)))

    assert counts.summed.total.pairs == 0
    assert all(figure.value is None for figure in counts.summed.figures().values())
    assert counts.trend() == []


def test_what_changes_moves_to_newer_columns(cast: Cast) -> None:
    """A ranking more, and a labeler who changes pools; columns that nobody is left in go."""
    study = RandomStudy(cast, 1)
    refresh_agreement()
    assert JudgedPrompts.objects.count() == 1
    selection = Selection(
        sources=(study.sources[0].pk, study.sources[1].pk), pool="held_out", include_simulated=True
    )
    study.judge(study.projects[0], 20)
    refresh_agreement()
    assert JudgedPrompts.objects.count() == 2
    assert counts_within(selection).summed.figures() == expected_figures(selection)

    User.objects.filter(pk=cast.amina.pk).update(pool="held_out")
    refresh_agreement()

    assert counts_within(selection).summed.figures() == expected_figures(selection)
    used = set(PromptAgreement.objects.values_list("judged", flat=True))
    assert set(JudgedPrompts.objects.values_list("pk", flat=True)) == used


def test_small_columns_are_put_together(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judged_store, "SMALL_AT_MOST", 3)
    study = RandomStudy(cast, 2)
    selection = Selection(sources=(study.sources[0].pk, study.sources[1].pk))
    numbers = []

    for n in range(8):
        study.judge(study.projects[n % 2], 30 + n)
        assert refresh_agreement() == (10 if n == 0 else 1)
        numbers.append(JudgedPrompts.objects.count())
        assert refresh_agreement() == 0

    # Four small ones make one with what is new, whenever there are so many.
    assert numbers == [1, 2, 3, 4, 1, 2, 3, 4]
    assert counts_within(selection).summed.figures() == expected_figures(selection)


def test_columns_come_back_as_they_were_packed(cast: Cast) -> None:
    RandomStudy(cast, 1)
    rows = ranking_rows(counted_rankings())

    content = packed(rows)
    back = unpacked(content)

    assert list(back.subjects) == list(rows.subjects)
    for name in OF_ROWS:
        np.testing.assert_array_equal(getattr(back, name), getattr(rows, name), name)
    for name in OF_ITEMS:
        np.testing.assert_array_equal(getattr(back.items, name), getattr(rows.items, name), name)
        assert getattr(back.items, name).dtype == getattr(rows.items, name).dtype
    # A number of every completion takes a byte: none is above 255 here.
    assert len(content) < 5 * len(rows.items.rank) + 20 * len(rows.items.task) + 2_000
    with pytest.raises(ValueError, match="buffer"):
        unpacked(content[:-1])
    with pytest.raises(ValueError, match="order shown"):
        packed(replace(rows, items=replace(rows.items, shown=None)))
