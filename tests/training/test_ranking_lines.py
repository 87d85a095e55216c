"""Lines that Postgres writes are those that Python would write, to the byte (R50, R52)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from labeling.models import Task
from labeling.preferences import dense_ranks
from labeling.selectors.rankings import trainable_rankings
from tests.cast import (
    make_completions,
    make_imported_ranking,
    make_imported_task,
    make_project,
    make_prompt,
    make_ranking,
    make_source,
    make_task,
)
from training.services.canonical import canonical_json
from training.services.snapshot_records import SnapshotQuery, records_of_rankings

pytestmark = pytest.mark.django_db

HARD_TEXTS = (
    'Quotes " and \\ and \\" and \\n as letters',
    "Line one\nline two\r\n\ttabbed\b\f\x0b\x01\x1f\x7f ",
    "Ünïcödé 😀 \u2028 \u00a0 </script> &amp; %s %% {} {0} \\. \\N",
    "",
)


def study(cast: Any) -> None:
    """Seven tasks, one of them imported: there, one leaves a completion out, one has ratings."""
    project = make_project(overlap=4, k=4)
    source = make_source('A "model" \\ of\tits own')
    for n in range(7):
        text = HARD_TEXTS[n % 3] + str(n)
        prompt = make_prompt(text, category="chat" if n % 2 else None, split="train")
        shown = make_completions(prompt, source=source, texts=HARD_TEXTS)
        if n == 5:
            judge_elsewhere(make_imported_task(project, prompt, shown), shown, cast)
            continue
        task = make_task(project, prompt, shown)
        for m, labeler in enumerate((cast.amina, cast.otto, cast.hana)[: 1 + n % 3]):
            ranks = dense_ranks([(n * place + m) % 3 for place in range(4)])
            make_ranking(task, labeler, ranks, submitted_at=day(12 - m))


def judge_elsewhere(task: Task, shown: list[Any], cast: Any) -> None:
    axes = {shown[1]: {"overall": 6, "b": 1e-07}, shown[3]: {"é": 4.50, "a": 1e22}}
    whole = dict(zip(shown, [1, 2, 2, 3], strict=True))
    make_imported_ranking(task, cast.amina, whole, submitted_at=day(3), axes=axes)
    part = {shown[3]: 1, shown[1]: 2, shown[0]: 2}
    make_imported_ranking(task, cast.otto, part, submitted_at=day(2))


def day(month: int) -> datetime:
    return timezone.now().replace(year=2025, month=month, day=1)


def plain_lines() -> Iterator[str]:
    """Row by row, one object after the other."""
    rankings = trainable_rankings()
    for task in Task.objects.filter(rankings__in=rankings).distinct().order_by("pk"):
        shown = [row.completion for row in task.task_completions.order_by("completion_id")]
        answers = []
        for ranking in rankings.filter(task=task).order_by("submitted_at", "pk"):
            item_of = {item.completion_id: item for item in ranking.items.all()}
            axes = [item_of[one.pk].axes if one.pk in item_of else {} for one in shown]
            ranks = [item_of[one.pk].rank if one.pk in item_of else None for one in shown]
            answer = {"id": str(ranking.pk), "labeler": ranking.labeler_id, "ranks": ranks}
            answers.append({**answer, **({"axes": axes} if any(axes) else {})})
        yield canonical_json(
            {
                "task_id": task.pk,
                "prompt_id": task.prompt_id,
                "prompt": task.prompt.text,
                "category": task.prompt.category,
                "split": task.prompt.split,
                "completions": [
                    {"id": one.pk, "text": one.text, "source": one.source.name} for one in shown
                ],
                "rankings": answers,
            }
        )


@pytest.mark.parametrize("tasks_at_once", [2, 2_000])
def test_the_lines_are_those_that_python_would_write(
    cast: Any, monkeypatch: pytest.MonkeyPatch, tasks_at_once: int
) -> None:
    study(cast)
    monkeypatch.setattr("labeling.selectors.ranking_records.TASKS_AT_ONCE", tasks_at_once)
    records = records_of_rankings(SnapshotQuery())

    lines = [line.decode() for line in records.lines]

    assert lines == list(plain_lines())
    assert len(lines) == 7
    # 1 + 2 + 2 + 1 + 2 + 1 of four completions here, for Hana's are held out; elsewhere one of four
    # and one of three.
    assert records.counts["rankings"] == 11
    assert records.counts["pairs"] + records.counts["ties"] == 10 * 6 + 3
    assert records.counts["labelers"] == 2
