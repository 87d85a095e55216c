"""Reading by columns gives what reading row by row gives, on judgments of every kind."""

from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from labeling.models import (
    LabelerMeeting,
    PresentedCompletion,
    Project,
    PromptAgreement,
    PromptExclusion,
    Task,
    User,
)
from labeling.preferences import dense_ranks
from labeling.selectors.agreement_counts import CELL_FIELDS, counts_live
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.judged_pairs import counted_rankings, ranking_rows
from labeling.selectors.number_columns import integer_columns
from labeling.services.agreement_blocks import Columns
from labeling.services.agreement_store import refresh_agreement
from labeling.services.numeric_copy import copy_numbers
from tests.cast import (
    Cast,
    completions_of,
    make_completions,
    make_imported_ranking,
    make_imported_task,
    make_project,
    make_prompt,
    make_ranking,
    make_source,
    make_task,
    make_user,
)
from tests.labeling.plain_agreement import plain_agreements, plain_rows

pytestmark = pytest.mark.django_db

ARRAYS = ("subject", "k", "is_held_out", "is_simulated", "instructions")
ITEM_ARRAYS = (
    "ranking",
    "position",
    "rank",
    "length",
    "task",
    "labeler",
    "prompt",
    "has_sides",
    "shown",
)
NUMBERS_OF_A_ROW = tuple(
    field.column
    for field in PromptAgreement._meta.concrete_fields
    if field.column not in {"id", "fingerprint"}
)


class Study:
    """A random one: ties, gaps, tasks that share completions, repeats, exclusions, both pools."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.people = [
            cast.amina,
            cast.otto,
            cast.hana,
            make_user("nils", pool="held_out"),
            cast.sim,
            make_user("robot", is_simulated=True),
        ]
        self.sources = [make_source(name) for name in ("one", "two", "three")]
        self.projects = [make_project(overlap=len(self.people)) for _ in range(2)]
        screening = make_project(overlap=len(self.people), purpose=Project.Purpose.SCREENING)
        for n in range(10):
            self.judge(self.projects[n % 2], n)
        self.judge(screening, 11)
        excluded = Task.objects.filter(project=self.projects[0]).first()
        PromptExclusion.objects.create(
            project=excluded.project, prompt=excluded.prompt, reason="Unclear.", author=cast.rosa
        )

    def judge(self, project: Project, n: int) -> None:
        """One prompt by several tasks, of which two show some of the same completions."""
        prompt = make_prompt(category=("chat", "open_qa")[n % 2])
        texts = ["x" * int(self.rng.integers(1, 9)) for _ in range(6)]
        shown = [
            completion
            for source, part in zip(self.sources, (texts[:2], texts[2:4], texts[4:]), strict=True)
            for completion in make_completions(prompt, source=source, texts=part)
        ]
        order = self.rng.permutation(6)
        for part in (order[:4], order[2:]):
            task = make_task(project, prompt, [shown[place] for place in part])
            for labeler in self.people:
                if self.rng.random() < 0.6:
                    self.rank(task, labeler)
        again = make_task(project, prompt, [shown[place] for place in order[:4]])
        Task.objects.filter(pk=again.pk).update(repeat_of=task)
        self.rank(again, self.people[0])
        for pair in (order[:2], order[1:3]):
            self.imported(project, prompt, [shown[place] for place in pair], whole=True)
        self.imported(project, prompt, [shown[place] for place in order[:5]], whole=False)

    def day(self) -> Any:
        return timezone.now().replace(year=2025, month=1 + int(self.rng.integers(12)), day=4)

    def rank(self, task: Task, labeler: User) -> None:
        ranks = dense_ranks(self.rng.integers(1, 4, size=task.k).tolist())
        ranking = make_ranking(task, labeler, ranks, submitted_at=self.day())
        places = self.rng.permutation(task.k)
        PresentedCompletion.objects.bulk_create(
            PresentedCompletion(
                assignment=ranking.assignment, completion=completion, position=int(place)
            )
            for completion, place in zip(completions_of(task), places, strict=True)
        )

    def imported(self, project: Project, prompt: Any, shown: list[Any], *, whole: bool) -> None:
        """Judgments without a screen, by most people; those of more than two leave some out."""
        task = make_imported_task(project, prompt, shown)
        for labeler in self.people[:4]:
            kept = shown if whole else [shown[n] for n in sorted(self.rng.permutation(5)[:3])]
            ranks = dense_ranks(self.rng.integers(1, 3, size=len(kept)).tolist())
            rank_of = dict(zip(kept, ranks, strict=True))
            make_imported_ranking(task, labeler, rank_of, submitted_at=self.day())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_columns_are_those_of_reading_row_by_row(cast: Cast, seed: int) -> None:
    study = Study(cast, seed)
    two = [study.sources[0].pk, study.sources[2].pk]

    for sources in (None, two):
        read, plain = (
            reader(counted_rankings(), sources=sources) for reader in (ranking_rows, plain_rows)
        )
        assert list(read.subjects) == list(plain.subjects)
        for name in ARRAYS:
            np.testing.assert_array_equal(getattr(read, name), getattr(plain, name), name)
        for name in ITEM_ARRAYS:
            np.testing.assert_array_equal(
                getattr(read.items, name), getattr(plain.items, name), name
            )
        days = [at.date() for at in plain.submitted_at]
        assert read.mondays.tolist() == [day.toordinal() - day.weekday() for day in days]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_stored_is_what_row_by_row_gives(cast: Cast, seed: int) -> None:
    """Every number of every row, before and after a change of one prompt."""
    study = Study(cast, seed)
    for _ in range(2):
        refresh_agreement()
        assert stored_agreements() == plain_agreements_without_fingerprints()
        assert refresh_agreement() == 0
        study.judge(study.projects[0], 20)


def test_a_choice_of_two_models_is_worked_out_in_blocks_as_it_is_at_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = Study(cast, 4)
    refresh_agreement()
    selection = Selection(sources=(study.sources[0].pk, study.sources[1].pk))
    at_once = counts_live(selection)

    monkeypatch.setattr("labeling.selectors.agreement_counts.PROMPTS_AT_ONCE", 2)
    in_blocks = counts_live(selection)

    assert in_blocks.summed.figures() == at_once.summed.figures()
    assert at_once.summed.total.pairs > 0
    assert (in_blocks.trend(), in_blocks.shares) == (at_once.trend(), at_once.shares)
    np.testing.assert_array_equal(in_blocks.meetings.cells, at_once.meetings.cells)


def test_a_query_of_something_else_than_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="not 1 columns of numbers"):
        integer_columns("SELECT NULL::bigint", num_columns=1)
    with pytest.raises(ValueError, match="not 2 columns of numbers"):
        integer_columns("SELECT 1::bigint", num_columns=2)


def test_a_column_of_texts_cannot_be_copied() -> None:
    columns: Columns = {"display_name": np.array([1])}
    with pytest.raises(KeyError, match="varchar"):
        copy_numbers(User, columns)


def stored_agreements() -> list[Any]:
    """As ``plain_agreements`` says it."""
    rows = PromptAgreement.objects.values_list("pk", *NUMBERS_OF_A_ROW)
    meetings: dict[int, list[Any]] = {}
    cells = LabelerMeeting.objects.values_list("agreement_id", "a_id", "b_id", *CELL_FIELDS)
    for agreement, *cell in cells:
        meetings.setdefault(agreement, []).append(tuple(cell))
    return sorted((tuple(row), sorted(meetings.get(pk, []))) for pk, *row in rows)


def plain_agreements_without_fingerprints() -> list[Any]:
    columns = ("project_id", "prompt_id", "audiences", "fingerprint", "k", "num_labelers")
    found = []
    for row, meetings in plain_agreements():
        values = dict(enumerate(row))
        del values[columns.index("fingerprint")]
        found.append((tuple(values.values()), sorted(meetings)))
    return sorted(found)
