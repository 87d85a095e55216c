"""Reading by columns gives what reading row by row gives, on judgments of every kind."""

from typing import Any

import numpy as np
import pytest

from labeling.models import (
    LabelerMeeting,
    PromptAgreement,
    User,
)
from labeling.selectors.agreement_counts import CELL_FIELDS
from labeling.selectors.judged_pairs import counted_rankings, ranking_rows
from labeling.selectors.number_columns import integer_columns
from labeling.services.agreement_blocks import Columns
from labeling.services.agreement_store import refresh_agreement
from labeling.services.numeric_copy import copy_numbers
from tests.cast import (
    Cast,
)
from tests.labeling.plain_agreement import plain_agreements, plain_rows
from tests.labeling.random_study import RandomStudy

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
    if field.column not in {"id", "judged_id", "fingerprint"}
)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_columns_are_those_of_reading_row_by_row(cast: Cast, seed: int) -> None:
    RandomStudy(cast, seed)

    read, plain = ranking_rows(counted_rankings()), plain_rows(counted_rankings())

    assert list(read.subjects) == list(plain.subjects)
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(read, name), getattr(plain, name), name)
    for name in ITEM_ARRAYS:
        np.testing.assert_array_equal(getattr(read.items, name), getattr(plain.items, name), name)
    days = [at.date() for at in plain.submitted_at]
    assert read.days.tolist() == [day.toordinal() for day in days]
    assert read.mondays.tolist() == [day.toordinal() - day.weekday() for day in days]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_stored_is_what_row_by_row_gives(cast: Cast, seed: int) -> None:
    """Every number of every row, before and after a change of one prompt."""
    study = RandomStudy(cast, seed)
    for _ in range(2):
        refresh_agreement()
        assert stored_agreements() == plain_agreements_without_fingerprints()
        assert refresh_agreement() == 0
        study.judge(study.projects[0], 20)


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
