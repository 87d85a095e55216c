"""Judgments of every kind at random, for figures that are worked out in two ways."""

from typing import Any

import numpy as np
from django.utils import timezone

from labeling.models import PresentedCompletion, Project, PromptExclusion, Task, User
from labeling.preferences import dense_ranks
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


class RandomStudy:
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
