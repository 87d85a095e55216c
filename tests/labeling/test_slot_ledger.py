"""Whatever labelers do at the same time, every slot of every task is accounted for once."""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from labeling.errors import Refused
from labeling.models import Assignment, Project, Ranking, Task, User
from labeling.services.assignments import lease_next_assignment, skip_assignment, undo_skip
from labeling.services.drafts import DraftConflict, save_draft
from labeling.services.take_back import take_back
from tests.cast import make_ranking_project, make_task, make_user
from tests.labeling.work import let_lease_run_out, rank, read_instructions

pytestmark = pytest.mark.django_db(transaction=True)

NUM_LABELERS, NUM_TASKS, OVERLAP, NUM_STEPS = 8, 6, 2, 40
BODY = {"items": {}, "seconds_active": 1.0, "phase": "rate"}


class Labeler:
    """Does one thing after another at random; being refused is part of the day."""

    def __init__(self, user: User, project: Project, seed: int) -> None:
        self.user, self.project = user, project
        self.generator = random.Random(seed)

    def live(self) -> None:
        for _ in range(NUM_STEPS):
            actions = [self.next, self.next, self.prefetch, self.anywhere]
            actions += [self.submit, self.submit, self.skip]
            actions += [self.undo, self.draft, self.change_mind, self.fall_asleep]
            try:
                self.generator.choice(actions)()
            except (Refused, DraftConflict):
                continue

    def any_of_mine(self) -> Assignment | None:
        mine = list(self.user.assignments.order_by("pk"))
        return self.generator.choice(mine) if mine else None

    def next(self) -> None:
        lease_next_assignment(labeler=self.user, project=self.project)

    def anywhere(self) -> None:
        lease_next_assignment(labeler=self.user, project=None)

    def prefetch(self) -> None:
        if assignment := self.any_of_mine():
            lease_next_assignment(labeler=self.user, project=self.project, beside=assignment.pk)

    def submit(self) -> None:
        if assignment := self.any_of_mine():
            rank(assignment, self.user)

    def skip(self) -> None:
        if assignment := self.any_of_mine():
            reason = self.generator.choice(["unclear", "too_long"])
            skip_assignment(
                labeler=self.user, assignment_id=assignment.pk, reason=reason, comment=""
            )

    def undo(self) -> None:
        if assignment := self.any_of_mine():
            undo_skip(labeler=self.user, assignment_id=assignment.pk)

    def draft(self) -> None:
        if assignment := self.any_of_mine():
            save_draft(labeler=self.user, assignment_id=assignment.pk, version=0, body=BODY)

    def change_mind(self) -> None:
        if assignment := self.any_of_mine():
            take_back(labeler=self.user, assignment_id=assignment.pk)

    def fall_asleep(self) -> None:
        if assignment := self.any_of_mine():
            let_lease_run_out(assignment)


def live_together(labelers: list[Labeler]) -> None:
    start = threading.Barrier(len(labelers))

    def live(labeler: Labeler) -> None:
        try:
            start.wait()
            labeler.live()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(labelers)) as pool:
        list(pool.map(live, labelers))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_ledger_adds_up_after_a_day_of_everything(seed):
    project = make_ranking_project(overlap=OVERLAP)
    tasks = [make_task(project) for _ in range(NUM_TASKS)]
    users = [make_user(f"labeler{n}") for n in range(NUM_LABELERS)]
    read_instructions(project, *users)

    live_together([Labeler(user, project, seed * 100 + n) for n, user in enumerate(users)])

    assert Ranking.objects.exists()
    for task in Task.objects.filter(pk__in=[task.pk for task in tasks]):
        current = task.assignments.filter(state__in=["open", "leased", "submitted", "retired"])
        # Each slot goes on in exactly one row, whatever became of those who held it before.
        assert sorted(current.values_list("slot", flat=True)) == list(range(1, OVERLAP + 1))
        live = task.rankings.filter(superseded_at__isnull=True)
        answered = Counter(task.assignments.values_list("state", flat=True))
        assert live.filter(is_surplus=False).count() == answered["submitted"] <= OVERLAP
        assert live.filter(is_surplus=True).count() == answered["surplus"]
        unclear = task.assignments.filter(skips__reason="unclear", skips__undone_at=None)
        assert (task.state == Task.State.RETIRED) == (unclear.count() >= 2)
        # An open slot can be handed out: serving looks at the slot alone.
        is_open = task.assignments.filter(state="open").exists()
        assert not (is_open and task.state == Task.State.RETIRED)
