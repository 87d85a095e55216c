"""A simulated labeler: acknowledges, takes the next assignment, drafts, submits. HTTP only."""

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulation.client import ApiError, Client
from simulation.preferences import NoisyPreference, topic_overlap, toxicity, words_of

FAILS_BELOW = -1.5
JUDGED = ("ranking", "toxicity")


def client_key(assignment: Mapping[str, Any]) -> str:
    """One key per assignment, whatever the seed: a repeat stores nothing twice, and two shifts
    with the same seed never share a key.
    """
    return str(uuid.uuid5(uuid.UUID(assignment["id"]), "answer"))


@dataclass
class WorkReport:
    """What one labeler did in one sitting."""

    num_rankings: int = 0
    num_demonstrations: int = 0
    num_skipped: int = 0


@dataclass
class SimulatedLabeler:
    """Works through one project as one account, with a seeded, known preference."""

    client: Client
    preference: NoisyPreference
    seed: int
    # The demonstration to write for each prompt text; a prompt without one is skipped.
    demonstrations: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.generator = random.Random(self.seed)

    def work(self, project: int, *, at_most: int) -> WorkReport:
        """Answer assignments of this project until none is left or ``at_most`` are done."""
        report = WorkReport()
        for _ in range(at_most):
            assignment = self._next(project)
            if assignment is None:
                break
            if assignment["kind"] in JUDGED:
                self._rank(assignment)
                report.num_rankings += 1
            elif assignment["prompt"]["text"] in self.demonstrations:
                self._demonstrate(assignment)
                report.num_demonstrations += 1
            else:
                self._skip(assignment)
                report.num_skipped += 1
        return report

    def _next(self, project: int) -> dict[str, Any] | None:
        try:
            answer = self.client.post("assignments/next/", {"project": project})
        except ApiError as error:
            if error.code != "instructions_not_acknowledged":
                raise
            shown = self.client.get(f"labeling/projects/{project}/")
            version = shown["instructions"]["version"]
            self.client.post(f"labeling/projects/{project}/acknowledge/", {"version": version})
            answer = self.client.post("assignments/next/", {"project": project})
        assignment: dict[str, Any] | None = answer["assignment"]
        return assignment

    def _rank(self, assignment: Mapping[str, Any]) -> None:
        prompt = assignment["prompt"]["text"]
        shown = assignment["completions"]
        texts = [completion["text"] for completion in shown]
        judgment = self.preference.judge(prompt, texts, self.generator)
        items = [
            {
                "handle": completion["handle"],
                "rank": rank,
                "note": "",
                **self._said(assignment, completion["text"], rating=rating, perceived=liking),
            }
            for completion, rank, rating, liking in zip(
                shown, judgment.ranks, judgment.ratings, judgment.perceived, strict=True
            )
        ]
        of_input = {"input_toxicity": toxicity(prompt)} if assignment["kind"] == "toxicity" else {}
        seconds_active = self._reading_seconds(texts)
        self._save_draft(
            assignment,
            {
                "items": {item.pop("handle"): item for item in map(dict, items)},
                "seconds_active": seconds_active,
                "phase": "order",
                **of_input,
            },
        )
        self.client.post(
            "rankings/",
            {
                "assignment": assignment["id"],
                "client_key": client_key(assignment),
                "items": items,
                "seconds_active": seconds_active,
                "order_source": "unseeded",
                **of_input,
            },
        )

    def _said(
        self, assignment: Mapping[str, Any], text: str, *, rating: int, perceived: float
    ) -> dict[str, Any]:
        """Rating and flags of a ranking task, the three numbers of a toxicity task."""
        prompt = assignment["prompt"]["text"]
        if assignment["kind"] != "toxicity":
            flags = self._flags(assignment["questions"], prompt, text, perceived)
            return {"rating": rating, "flags": flags}
        own, expected = toxicity(text), toxicity(prompt)
        return {
            "rating": None,
            "flags": {},
            "toxicity": own,
            "relative_toxicity": (own > expected) - (own < expected),
            "continuity": rating,
        }

    def _demonstrate(self, assignment: Mapping[str, Any]) -> None:
        text = self.demonstrations[assignment["prompt"]["text"]]
        seconds_active = self._reading_seconds([text])
        self._save_draft(assignment, {"text": text, "seconds_active": seconds_active})
        self.client.post(
            "demonstrations/",
            {
                "assignment": assignment["id"],
                "client_key": client_key(assignment),
                "text": text,
                "seconds_active": seconds_active,
            },
        )

    def _skip(self, assignment: Mapping[str, Any]) -> None:
        self.client.post(
            f"assignments/{assignment['id']}/skip/",
            {"reason": "no_expertise", "comment": "No demonstration prepared for this prompt."},
        )

    def _save_draft(self, assignment: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        version = assignment["draft"]["version"] if assignment["draft"] else 0
        self.client.put(
            f"assignments/{assignment['id']}/draft/", {"version": version, "body": body}
        )

    @staticmethod
    def _flags(questions: list[str], prompt: str, text: str, perceived: float) -> dict[str, bool]:
        """A text that is disliked strongly, or ignores the prompt altogether, fails the task."""
        ignores_prompt = topic_overlap(prompt, words_of(text)) == 0.0
        fails = perceived < FAILS_BELOW or (ignores_prompt and perceived < 0.0)
        answers = {"fails_instruction": fails, "satisfies_constraint": not fails}
        return {key: answers.get(key, False) for key in questions}

    @staticmethod
    def _reading_seconds(texts: list[str]) -> float:
        """About 240 words a minute."""
        return round(sum(len(words_of(text)) for text in texts) / 4.0, 1)
