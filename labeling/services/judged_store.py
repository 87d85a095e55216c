"""Keeping the rankings of prompts as columns beside their figures, for choices within a prompt.

Every refresh writes those of the prompts that changed behind the others, never into them. What is
left of many refreshes is put together by working its prompts out again, a few thousand at a time.
"""

from typing import Any, Final

import numpy as np
from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Cast

from labeling.agreement.audiences import EVERYONE
from labeling.agreement.judgments import IntArray
from labeling.models import JudgedPrompts, PromptAgreement
from labeling.selectors.judged_columns import packed
from labeling.selectors.judged_pairs import RankingRows
from labeling.selectors.number_columns import compiled, integer_columns

# Columns of fewer prompts than this are small, and so many small ones may stand side by side.
SMALL: Final = 2_000
SMALL_AT_MOST: Final = 32
# As many as are worked out at once.
PROMPTS_PUT_TOGETHER: Final = 4_000


def keep(rows: RankingRows) -> int:
    """The number under which they are kept now."""
    return JudgedPrompts.objects.create(columns=packed(rows)).pk


def remove_unused() -> None:
    """Those that every prompt has left."""
    used = PromptAgreement.objects.filter(judged=OuterRef("pk"))
    JudgedPrompts.objects.filter(~Exists(used)).delete()


def scattered(changed: IntArray) -> IntArray:
    """Prompts of the smallest columns, where there are too many of these; none that ``changed``.

    Shapes: changed and the answer, 4 (project, prompt, 1, fingerprint) x prompts.
    """
    smallest = (
        _of_everyone()
        .values_list("judged")
        .annotate(num=Count("pk"))
        .filter(num__lt=SMALL)
        .order_by("num", "judged")
    )
    sizes = list(smallest)
    if len(sizes) <= SMALL_AT_MOST:
        return changed[:, :0]
    ends = np.cumsum([num for _, num in sizes])
    chosen = [judged for judged, _ in sizes][: int((ends <= PROMPTS_PUT_TOGETHER).sum())]
    rows = _of_everyone().filter(judged__in=chosen).order_by("project", "prompt")
    sql, values = compiled(
        rows.annotate(is_there=Cast(Value(1), BigIntegerField())).values_list(
            "project_id", "prompt_id", "is_there", "fingerprint"
        )
    )
    found = integer_columns(sql, values, num_columns=len(changed))
    is_new = ~np.isin(_subjects(found, changed), _subjects(changed, found))
    return found[:, is_new]


def _of_everyone() -> QuerySet[PromptAgreement, Any]:
    """One row of each prompt."""
    return (
        PromptAgreement.objects.annotate(is_whole=F("audiences").bitand(EVERYONE.bit))
        .filter(is_whole__gt=0)
        .order_by()
    )


def _subjects(columns: IntArray, others: IntArray) -> IntArray:
    """One number for each project and prompt, the same in both. Shapes: prompts of ``columns``."""
    span = int(max(columns[1].max(initial=0), others[1].max(initial=0))) + 1
    numbers: IntArray = columns[0] * span + columns[1]
    return numbers
