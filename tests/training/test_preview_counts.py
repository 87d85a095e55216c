"""What a preview counts of each kind is what its records come to (R49, R52)."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from django.utils import timezone

from labeling.models import Pool, Project
from tests.cast import (
    Cast,
    client_of,
    completions_of,
    make_demonstration,
    make_demonstration_project,
    make_prompt,
    make_ranking_project,
    make_task,
    make_user,
)
from training.services.prompt_records import prompt_records
from training.services.snapshot_counts import (
    count_completion_records,
    count_demonstration_records,
    count_prompt_records,
)
from training.services.snapshot_records import (
    SnapshotQuery,
    completion_records,
    demonstration_records,
)

pytestmark = pytest.mark.django_db

KINDS: tuple[dict[str, Any], ...] = (
    {},
    {"imported_from": "stories"},
    {"source_kind": "customer", "consent_reference": "terms of 2021"},
)


def study(cast: Cast) -> list[Project]:
    """Demonstrations of every kind, some prompts of two projects, and what never counts."""
    projects = [make_demonstration_project(overlap=5, name=name) for name in ("one", "two")]
    for n in range(18):
        prompt = make_prompt(
            category=("chat", "open_qa")[n % 2],
            split="validation" if n in (4, 5, 7) else None,
            **KINDS[n % 3],
        )
        for project in projects[: 1 + n % 2]:
            task = make_task(project, prompt)
            make_demonstration(task, cast.amina, "" if n % 5 == 0 else "Written.")
            if n % 4 == 0:
                make_demonstration(task, cast.sim, "By a machine.")
                make_demonstration(task, cast.hana, "By somebody held out.")
    elsewhere = make_user("elsewhere", imported_from="stories", is_active=False)
    make_demonstration(make_task(projects[0]), elsewhere)
    make_demonstration(make_task(projects[0]), cast.otto, submitted_at=timezone.now())
    reviewed = make_demonstration_project(requires_review=True)
    screening = make_demonstration_project(purpose=Project.Purpose.SCREENING)
    for other in (reviewed, screening, make_demonstration_project(pool=Pool.HELD_OUT)):
        make_demonstration(make_task(other), cast.otto)
    return projects


def test_demonstrations_are_counted_as_their_records_are(cast: Cast) -> None:
    projects = study(cast)
    chosen: list[Any] = [None, [projects[1].pk], [one.pk for one in projects], []]

    seen = []
    for project_ids, category, simulated, share in product(
        chosen, [None, "chat", "closed_qa"], [False, True], [None, 0.3, 0.5]
    ):
        query = SnapshotQuery(
            project_ids=project_ids,
            prompt_category=category,
            include_simulated=simulated,
            validation_share=share,
        )
        made, counted = demonstration_records(query), count_demonstration_records(query)

        assert counted.counts == made.counts, query
        assert list(counted.counts) == list(made.counts)
        assert counted.problems == made.problems
        seen.append(counted.counts)

    assert len({tuple(counts.values()) for counts in seen}) > 5
    everything = {name for counts in seen for name, number in counts.items() if number}
    assert {"source_labeler", "source_import", "source_customer", "empty", "validation"} <= (
        everything
    )


def test_prompts_are_counted_as_their_records_are(cast: Cast) -> None:
    projects = study(cast)
    some = list(projects[1].tasks.values_list("prompt", flat=True)[:4])
    plain = SnapshotQuery()
    queries = [
        replace(
            plain, project_ids=project_ids, prompt_sources=sources, num_validation_prompts=judging
        )
        for project_ids, sources, judging in product(
            [None, [projects[1].pk], []],
            [None, ["customer"], ["customer", "labeler_plain"]],
            [0, 2, 50],
        )
    ]
    queries += [replace(plain, prompt_ids=some), replace(plain, prompt_category="chat")]

    seen = []
    for query in queries:
        made, counted = prompt_records(query), count_prompt_records(query)

        assert counted.counts == made.counts, query
        assert list(counted.counts) == list(made.counts)
        assert counted.problems == made.problems
        seen.append(counted.counts)

    assert len({tuple(counts.values()) for counts in seen}) > 5
    assert any(counts["train"] and counts["validation"] for counts in seen)


def test_completions_are_counted_as_their_records_are(cast: Cast) -> None:
    """Those of two tasks of one prompt once, unanswered prompts not at all."""
    projects = [make_ranking_project(name=name) for name in ("one", "two")]
    answered = [make_prompt(category=("chat", "open_qa")[n % 2]) for n in range(6)]
    for n, prompt in enumerate(answered):
        task = make_task(projects[0], prompt)
        if n % 2:
            make_task(projects[1], prompt, completions_of(task))
    unanswered = make_prompt()
    some = [answered[0].pk, unanswered.pk]
    queries = [
        SnapshotQuery(),
        SnapshotQuery(prompt_category="chat"),
        SnapshotQuery(project_ids=[projects[1].pk]),
        SnapshotQuery(project_ids=[one.pk for one in projects]),
        SnapshotQuery(prompt_ids=some),
        SnapshotQuery(prompt_ids=[unanswered.pk]),
    ]

    for query in queries:
        made, counted = completion_records(query), count_completion_records(query)

        assert counted.counts == made.counts, query
        assert list(counted.counts) == list(made.counts)
        assert counted.problems == made.problems
    assert count_completion_records(queries[0]).counts["prompts"] == 6
    assert count_completion_records(queries[4]).counts["completions"] == 4


# The session, the account, a transaction's begin and end, the projects, and the counts: of
# demonstrations with what waits for a review or can be taken back, and those left out because of
# their prompt, of prompts after two looks; and each time that some are left out whether any prompt
# is kept for evaluation.
@pytest.mark.parametrize(("kind", "number"), [("sft", 11), ("ppo", 9)])
@pytest.mark.parametrize("size", [1, 12])
def test_any_number_of_them_takes_as_many_queries(
    cast: Cast, kind: str, number: int, size: int, django_assert_num_queries: Any
) -> None:
    project = make_demonstration_project()
    for _ in range(size):
        make_demonstration(make_task(project, make_prompt(split="train")), cast.amina)
    client = client_of(cast.rosa)
    body = {"kind": kind, "project_ids": [project.pk]}

    with django_assert_num_queries(number):
        answer = client.post("/api/snapshots/preview/", body, format="json")

    assert answer.json()["counts"]["prompts"] == size
