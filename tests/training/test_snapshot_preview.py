"""POST /api/snapshots/preview/: what Postgres counts is what the freeze then stores (R49)."""

from datetime import timedelta
from itertools import product
from time import sleep
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.utils import timezone

from labeling.models import Demonstration, Project, Prompt, PromptExclusion, Ranking, Task
from labeling.preferences import dense_ranks
from tests.cast import (
    Cast,
    client_of,
    make_completions,
    make_imported_ranking,
    make_imported_task,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_task,
    make_user,
)
from training.models import Snapshot
from training.services.snapshot_counts import count_records_of_rankings
from training.services.snapshot_records import SnapshotQuery, records_of_rankings
from training.services.snapshots import freeze_rankings, preview

pytestmark = pytest.mark.django_db


class Study:
    """Rankings of every kind: tied, partial, repeated, excluded, unsealed, held out, simulated."""

    def __init__(self, cast: Cast) -> None:
        self.rng = np.random.default_rng(7)
        self.people = [cast.amina, cast.otto, cast.hana, cast.sim, make_user("nina")]
        self.projects = [make_ranking_project(overlap=5, k=k) for k in (4, 9)]
        for n in range(14):
            key = {"organization_key": f"org {n % 3}"} if n % 4 == 1 else {"user_key": f"{n}"}
            prompt = make_prompt(
                category=("chat", "open_qa")[n % 2],
                split="validation" if n == 3 else None,
                source_kind=("labeler_plain", "customer", "labeler_fewshot")[n % 3],
                consent_reference="terms of March",
                **({} if n in (3, 6, 9) else key),
            )
            for project in self.projects[: 1 + n % 2]:
                self.rank_some(make_task(project, prompt))
        self.leave_out(cast)

    def rank_some(self, task: Task) -> None:
        for labeler in self.people:
            if self.rng.random() < 0.6:
                ranks = self.rng.integers(1, 1 + int(self.rng.choice([1, 3, 9])), size=task.k)
                make_ranking(task, labeler, [rank or 1 for rank in dense_ranks(ranks.tolist())])

    def leave_out(self, cast: Cast) -> None:
        """What never counts, and the imported judgments of some completions of a task."""
        first = Task.objects.filter(project=self.projects[0]).order_by("pk").first()
        assert first
        PromptExclusion.objects.create(
            project=first.project, prompt=first.prompt, reason="Unclear.", author=cast.rosa
        )
        again = make_task(self.projects[0], make_prompt())
        make_ranking(again, cast.otto, [1, 2, 3, 4])
        Task.objects.filter(pk=again.pk).update(repeat_of=first)
        fresh = make_task(self.projects[0])
        make_ranking(fresh, cast.amina, [1, 2, 3, 4], submitted_at=timezone.now())
        other = make_ranking_project(purpose=Project.Purpose.SCREENING)
        make_ranking(make_task(other), cast.amina, [1, 2, 3, 4])
        prompt = make_prompt(category="chat")
        shown = make_completions(prompt, 5)
        task = make_imported_task(self.projects[0], prompt, shown)
        make_imported_ranking(task, cast.amina, {shown[0]: 1, shown[3]: 2, shown[4]: 2})
        make_imported_ranking(task, cast.otto, {shown[1]: 1, shown[2]: 1})


def test_the_counts_are_those_of_going_through_every_record(cast: Cast) -> None:
    study = Study(cast)
    projects: list[Any] = [None, [study.projects[1].pk], [one.pk for one in study.projects], []]

    seen = []
    for project_ids, category, simulated, share in product(
        projects, [None, "chat", "closed_qa"], [False, True], [None, 0.1, 0.3, 0.5]
    ):
        query = SnapshotQuery(
            project_ids=project_ids,
            prompt_category=category,
            include_simulated=simulated,
            validation_share=share,
        )
        gone_through = records_of_rankings(query)
        assert all(gone_through.lines)

        counted = count_records_of_rankings(query)

        assert counted.counts == gone_through.counts, query
        assert counted.problems == gone_through.problems
        seen.append(counted.counts)

    assert len({tuple(counts.values()) for counts in seen}) > 10
    by_source = [[n for key, n in counts.items() if key.startswith("source_")] for counts in seen]
    assert [sum(of_each) for of_each in by_source] == [counts["prompts"] for counts in seen]
    assert max(map(len, by_source)) == 3
    assert any(counts["ties"] and counts["pairs"] and counts["validation"] for counts in seen)


@pytest.mark.parametrize("share", [None, 0.5])
def test_a_preview_is_what_the_freeze_then_stores(cast: Cast, share: float | None) -> None:
    Study(cast)
    query = SnapshotQuery(validation_share=share)

    seen = preview(kind=Snapshot.Kind.RM, query=query)
    snapshot = freeze_rankings(by=cast.ada, name="all", query=query)

    assert seen.counts == snapshot.counts
    assert seen.counts["tasks"] == snapshot.num_records > 10


def test_rankings_that_are_one_tie_make_no_comparison(cast: Cast) -> None:
    make_ranking(make_task(make_ranking_project()), cast.amina, [1, 1, 1, 1])

    seen = preview(kind=Snapshot.Kind.RM, query=SnapshotQuery())

    assert (seen.counts["pairs"], seen.counts["ties"]) == (0, 6)
    assert seen.problems == ["Every ranking is one tie, so there is no comparison to learn from."]


UNUSABLE: list[dict[str, Any]] = [
    {"standing": Prompt.Standing.OVER_CAP, "personal_data": Prompt.PersonalData.FOUND},
    {"standing": Prompt.Standing.STUDY},
    {"personal_data": Prompt.PersonalData.FOUND},
    {"personal_data": Prompt.PersonalData.FOUND},
    {"personal_data": Prompt.PersonalData.CONFIRMED},
    {"token_count": 1_025},
]


def test_labels_of_prompts_that_may_not_train_are_counted_with_the_reason(cast: Cast) -> None:
    """R5, R7, R10: what is left out is told, each label once."""
    project = make_ranking_project()
    make_ranking(make_task(project), cast.amina, [1, 2, 3, 4])
    for changes in UNUSABLE:
        prompt = make_prompt()
        Prompt.objects.filter(pk=prompt.pk).update(**changes)
        make_ranking(make_task(project, prompt), cast.amina, [1, 2, 3, 4])
        Demonstration.objects.create(
            prompt=prompt, labeler=cast.amina, text="So.", client_key=uuid4()
        )

    rankings, demonstrations = (
        preview(kind=kind, query=SnapshotQuery()) for kind in (Snapshot.Kind.RM, Snapshot.Kind.SFT)
    )

    said = (
        "left out because of the prompt: 1 imported for the figures only, 1 longer than 1,024"
        " tokens, 1 over the cap of its key, 2 whose personal data wait for a review, 1 with"
        " personal data."
    )
    assert rankings.counts["rankings"] == 1
    assert rankings.problems[0] == f"6 rankings {said}"
    assert demonstrations.problems[0] == f"6 demonstrations {said}"
    assert count_records_of_rankings(SnapshotQuery(project_ids=[])).problems[0].startswith("No ")


@pytest.mark.parametrize("num_tasks", [1, 12])
def test_any_number_of_records_takes_as_many_queries(
    cast: Cast, num_tasks: int, django_assert_num_queries: Any
) -> None:
    project = make_ranking_project(overlap=2)
    for _ in range(num_tasks):
        task = make_task(project, make_prompt(split="validation"))
        for labeler in (cast.amina, cast.otto):
            make_ranking(task, labeler, [1, 2, 3, 3])
    client = client_of(cast.rosa)
    body = {"kind": "rm", "project_ids": [project.pk], "validation_share": 0.2}

    # The session, the account, a transaction's begin and end, the projects, the clock, the counts
    # with a setting before and after them, what can still be taken back, what may not train for its
    # prompt, and twice whether any prompt is kept for evaluation.
    with django_assert_num_queries(13):
        answer = client.post("/api/snapshots/preview/", body, format="json")

    assert answer.json()["counts"]["rankings"] == 2 * num_tasks
    assert not Ranking.objects.filter(snapshot_links__isnull=False).exists()


def test_what_is_sealed_while_it_is_read_waits_for_the_next_freeze(
    cast: Cast, settings: Any
) -> None:
    """A freeze of many takes a while: what it links is what it wrote (R53)."""
    settings.TAKE_BACK_SECONDS = 600
    project = make_ranking_project()
    make_ranking(make_task(project), cast.amina, [1, 2, 3, 4])
    almost = timezone.now() - timedelta(seconds=599.7)
    make_ranking(make_task(project), cast.otto, [1, 2, 3, 4], submitted_at=almost)

    records = records_of_rankings(SnapshotQuery())
    num_lines = len(list(records.lines))
    sleep(0.4)

    assert records.rankings is not None
    assert records.rankings.count() == records.counts["rankings"] == num_lines
    assert count_records_of_rankings(SnapshotQuery()).counts["rankings"] == 2
