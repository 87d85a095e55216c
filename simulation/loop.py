"""The whole loop, unattended, through the public API: the proof that its parts fit together.

Demonstrations, SFT, samples, rankings, reward model, PPO, samples again, a new ranking project;
because the labelers' true preference is known, every stage can be measured against the truth.
"""

import argparse
import itertools
import json
import statistics
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from simulation import settings
from simulation.client import Client
from simulation.crew import Crew
from simulation.loop_report import LoopReport, Preference
from simulation.preferences import utility
from simulation.runs import Runs
from simulation.snapshots import freeze


def run_loop(admin: Client, arguments: argparse.Namespace) -> None:
    """Run every stage once and print one table; also to ``arguments.report`` where given."""
    loop = Loop(admin, noise=arguments.noise, seed=arguments.seed)
    report = loop.run()
    print(report.table())
    if arguments.report:
        Path(arguments.report).write_text(json.dumps(report.figures(), indent=2) + "\n")


class Loop:
    """One turn of the loop on the story prompts. A label in every name keeps turns apart."""

    def __init__(self, admin: Client, *, noise: float, seed: int) -> None:
        self.admin = admin
        self.noise = noise
        self.seed = seed
        self.report = LoopReport(noise=noise, seed=seed)
        self.runs = Runs(admin, seed=seed, report=self.report)
        turns = sum(1 for _ in admin.pages("snapshots/", limit=200))
        self.label = f"loop {seed}.{turns + 1}"

    def run(self) -> LoopReport:
        demonstrations = read_demonstrations(settings.DEMONSTRATIONS_FILE)
        base = self._base_model()
        written = self._import_prompts(demonstrations)
        stories = self._import_prompts(read_prompts(settings.PROMPTS_FILE))

        sft = self._train_sft(base, written, demonstrations)
        self._sample(sft, stories, settings.SAMPLING)
        project = self._rank(sft, stories)
        reward_model = self._train_reward_model(sft, project, stories)
        policy = self._train_policy(sft, reward_model, stories)
        self._compare(sft, policy, stories)
        self._send_back(sft, policy, stories)
        return self.report

    def _base_model(self) -> str:
        for version in self.admin.pages("model-versions/", kind="base", limit=200):
            if version["name"] == settings.BASE_MODEL:
                identifier: str = version["id"]
                return identifier
        raise SystemExit(
            f"The base model {settings.BASE_MODEL!r} is not registered. "
            f"`./concord model fetch {settings.BASE_MODEL}` brings it."
        )

    def _import_prompts(self, texts: Iterable[str]) -> dict[str, int]:
        """Store these prompts where they are new; their ids by text."""
        wanted = list(texts)
        rows = [
            {
                "text": text,
                "category": "generation",
                "flags": {"continuation_style": True},
                "source_kind": "labeler_plain",
            }
            for text in wanted
        ]
        lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
        self.admin.post_lines("prompts/import/?dry_run=false", lines)
        known = {
            prompt["text"]: prompt["id"]
            for prompt in self.admin.pages("prompts/", category="generation", limit=200)
        }
        return {text: known[text] for text in wanted}

    def _project(self, kind: str, name: str) -> int:
        body = {
            "name": f"{name} ({self.label})",
            "kind": kind,
            "k": settings.K if kind == "ranking" else None,
            "overlap": settings.OVERLAP if kind == "ranking" else 1,
            "pool": "training",
            "priority_mode": "helpfulness_first",
            "instructions": {
                "title": "Stories for small children",
                "body": "Prefer a warm, finished story that stays with its opening.",
            },
            "allow_empty_demonstrations": False,
            "seed_order_from_ratings": False,
        }
        identifier: int = self.admin.post("projects/", body)["id"]
        return identifier

    def _crew(self, demonstrations: Mapping[str, str] | None = None) -> Crew:
        return Crew(
            self.admin,
            settings.NUM_LABELERS,
            self.noise,
            self.seed,
            demonstrations=demonstrations or {},
        )

    def _train_sft(self, base: str, prompts: Mapping[str, int], texts: Mapping[str, str]) -> str:
        project = self._project("demonstration", "Story demonstrations")
        body = {"num_prompts": len(prompts), "prompt_ids": list(prompts.values())}
        num_slots = self.admin.post(f"projects/{project}/tasks/", body)["num_slots"]
        with self.report.stage("write demonstrations"):
            shift = self._crew(texts).shift(project, num_tasks=num_slots)
        self.report.num_demonstrations = shift.num_demonstrations
        snapshot = self._freeze("sft", project_ids=[project])
        return self.runs.train(
            "sft", {"base_model": base, "demonstrations": snapshot}, settings.SFT
        )

    def _sample(
        self, model: str, prompts: Mapping[str, int], hyperparameters: Mapping[str, object]
    ) -> None:
        self.runs.sample(model, list(prompts.values()), hyperparameters)

    def _rank(self, sft: str, prompts: Mapping[str, int]) -> int:
        project = self._project("ranking", "Stories")
        made = self.admin.post(
            f"projects/{project}/tasks/",
            {
                "num_prompts": len(prompts),
                "prompt_ids": list(prompts.values()),
                "source_ids": [self.runs.source_of(sft)],
            },
        )
        with self.report.stage("rank completions"):
            shift = self._crew().shift(project, num_tasks=made["num_slots"])
        self.report.num_rankings = shift.num_rankings
        return project

    def _train_reward_model(self, sft: str, project: int, prompts: Mapping[str, int]) -> str:
        snapshot = self._freeze(
            "rm", project_ids=[project], validation_share=settings.VALIDATION_SHARE
        )
        inputs = {"base_model": sft, "rankings": snapshot}
        model = self.runs.train("reward_model", inputs, settings.REWARD_MODEL)
        report = self.runs.report_of(model)
        self.report.agreement_with_labels = report["validation"]["accuracy"]["value"]
        self.report.accuracy_against_truth = self._truth_accuracy(
            report["validation"]["scores"], prompts
        )
        return model

    def _truth_accuracy(
        self, scores: Iterable[tuple[str, float]], prompts: Mapping[str, int]
    ) -> Preference:
        """How often the reward model orders two held-out completions as the true utility does."""
        score_of = {str(completion): score for completion, score in scores}
        hits: list[bool] = []
        for prompt, identifier in prompts.items():
            judged = [
                (utility(prompt, completion["text"]), score_of[str(completion["id"])])
                for completion in self.admin.get(f"prompts/{identifier}/")["completions"]
                if str(completion["id"]) in score_of
            ]
            hits += [
                (liked_a - liked_b) * (score_a - score_b) > 0
                for (liked_a, score_a), (liked_b, score_b) in itertools.combinations(judged, 2)
                if liked_a != liked_b
            ]
        return Preference(value=statistics.fmean(hits), num=len(hits))

    def _train_policy(self, sft: str, reward_model: str, prompts: Mapping[str, int]) -> str:
        snapshot = self._freeze("ppo", prompt_ids=list(prompts.values()))
        inputs = {"policy": sft, "reward_model": reward_model, "prompts": snapshot}
        return self.runs.train("ppo", inputs, settings.PPO)

    def _compare(self, sft: str, policy: str, prompts: Mapping[str, int]) -> None:
        """The true preference of both models' fresh samples on the same prompts."""
        each = {
            **settings.SAMPLING,
            "completions_per_prompt": settings.COMPARISON_SAMPLES_PER_PROMPT,
        }
        for name, model in (("SFT", sft), ("PPO", policy)):
            texts = self.runs.sample(model, list(prompts.values()), each)
            liked = [
                [utility(prompt, text) for text in texts[identifier]]
                for prompt, identifier in prompts.items()
                if texts.get(identifier)
            ]
            self.report.true_preference[name] = liked

    def _send_back(self, sft: str, policy: str, prompts: Mapping[str, int]) -> None:
        """The loop closes: the new policy's completions become tasks, beside the old one's."""
        project = self._project("ranking", "Stories of the new policy")
        made = self.admin.post(
            f"projects/{project}/tasks/",
            {
                "num_prompts": len(prompts),
                "prompt_ids": list(prompts.values()),
                "source_ids": [self.runs.source_of(sft), self.runs.source_of(policy)],
            },
        )
        self.report.num_new_tasks = made["num_tasks"]

    def _freeze(self, kind: str, **query: Any) -> str:
        body = {
            "name": f"{kind} ({self.label})",
            "kind": kind,
            "include_simulated": True,
            **query,
        }
        return freeze(self.admin, body)


def read_prompts(path: Path) -> list[str]:
    return [json.loads(line)["text"] for line in path.read_text().splitlines() if line]


def read_demonstrations(path: Path) -> dict[str, str]:
    rows = [json.loads(line) for line in path.read_text().splitlines() if line]
    return {row["prompt"]: row["text"] for row in rows}
