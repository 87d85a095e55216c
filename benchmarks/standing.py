"""How long a ranking takes from being sealed to being in a new reward model.

    CONCORD_ADMIN_TOKEN=… python -m benchmarks.standing [URL] [NUM_RANKINGS] [NUM_STORED]

Against a running demo (`./concord demo`; `./concord manage api_token ada@demo.invalid` makes the
token), through its own services: a standing reward model on the demo's model is switched on beside
NUM_STORED rankings, from all of which its first refresh learns. Then a simulated labeler ranks one
task after another, each once the model has learned from the one before.
A simulated labeler cannot take an answer back, so it is sealed the moment it is stored. Prints the
seconds of each, and where they went by the events of the run.
"""

import os
import statistics
import sys
import time
import uuid
from datetime import datetime
from typing import Any

from simulation.client import Client
from simulation.crew import Crew

DEFAULT_URL, DEFAULT_RANKINGS = "http://127.0.0.1:8000", 6
# One alone may be held out.
DEFAULT_STORED, K = 8, 5
BASE_MODEL = "smollm2-135m"
POLL_SECONDS, PATIENCE_SECONDS = 0.25, 1800.0
PROMISED_SECONDS = 60.0
MOST_LABELERS, MOST_TASKS = 12, 1000
# What a run goes through, and what the time up to each of these events is spent on.
PARTS = {"queued": "freeze", "claimed": "dispatch", "running": "spawn", "succeeded": "train"}


class Watch:
    """A standing reward model and the labeler whose rankings it follows."""

    def __init__(self, admin: Client, num_stored: int) -> None:
        self.admin = admin
        name = f"Refresh benchmark {uuid.uuid4().hex[:8]}"
        self.project, num_tasks = _project_with_tasks(admin, name, num_stored)
        base = next(
            version["id"]
            for version in admin.pages("model-versions/", kind="base", limit=200)
            if version["name"] == BASE_MODEL
        )
        # Everybody ranks every task once, and the last one those that are timed.
        crew = Crew(admin, num_stored // num_tasks + 1, 0.5, 1, name="refreshing").hire()
        self.labeler = crew[-1]
        for place, labeler in enumerate(crew):
            labeler.work(self.project, at_most=min(num_tasks, num_stored - place * num_tasks))
        self.standing: str = admin.post(
            "standing-reward-models/",
            {
                "name": name,
                "start": base,
                "min_rankings": 1,
                "ranking_projects": [self.project],
                "include_simulated": True,
            },
        )["id"]

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = next(
            one for one in self.admin.get("standing-reward-models/") if one["id"] == self.standing
        )
        if not found["is_on"]:
            raise SystemExit(f"It was switched off: {found['problem']}")
        return found

    def wait_until_learned(self, before: str | None) -> dict[str, Any]:
        """Until a version newer than `before` has learned from every sealed ranking."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up_at:
            state = self.state()
            newest = state["newest"]
            if newest is not None and newest["id"] != before and state["num_new"] == 0:
                return state
            time.sleep(POLL_SECONDS)
        raise SystemExit(f"Nothing learned within {PATIENCE_SECONDS:.0f} s: {self.state()}")

    def rank_and_wait(self) -> float:
        newest = self.state()["newest"]
        if self.labeler.work(self.project, at_most=1).num_rankings != 1:
            raise SystemExit("The project has no task left to rank: add some, then start again.")
        sealed = time.time()
        began = time.monotonic()
        state = self.wait_until_learned(newest and newest["id"])
        seconds = time.monotonic() - began
        run = self.admin.get(f"runs/{state['last_run']['id']}/")
        print(f"{seconds:6.1f} s: {_parts(run, sealed)}", flush=True)
        return seconds

    def switch_off(self) -> None:
        self.admin.put(f"standing-reward-models/{self.standing}/", {"is_on": False})


def _project_with_tasks(admin: Client, name: str, num_stored: int) -> tuple[int, int]:
    """A project with a task for each prompt that has completions enough, and how many there are."""
    identifier: int = admin.post(
        "projects/",
        {
            "name": name,
            "kind": "ranking",
            "k": K,
            "overlap": MOST_LABELERS,
            "pool": "training",
            "priority_mode": "helpfulness_first",
            "instructions": {"title": "As you like it", "body": "Prefer what you prefer."},
            "allow_empty_demonstrations": False,
            "seed_order_from_ratings": False,
        },
    )["id"]
    made = admin.post(f"projects/{identifier}/tasks/", {"num_prompts": MOST_TASKS})["num_tasks"]
    if num_stored >= made * (MOST_LABELERS - 1):
        raise SystemExit(f"The demo has {made} prompts to rank: store fewer than that times 11.")
    return identifier, made


def _parts(run: dict[str, Any], sealed: float) -> str:
    said, last = [], sealed
    for event in run["events"]:
        name = PARTS.get(event["to_state"])
        if name is None or event["from_state"] == event["to_state"]:
            continue
        moment = datetime.fromisoformat(event["happened_at"]).timestamp()
        said.append(f"{name} {moment - last:.1f}")
        last = moment
    return ", ".join(said)


def main() -> None:
    url = sys.argv[1] if len(sys.argv) > 1 else DEFAULT_URL
    num_rankings = int(sys.argv[2]) if len(sys.argv) > 2 else DEFAULT_RANKINGS
    num_stored = int(sys.argv[3]) if len(sys.argv) > 3 else DEFAULT_STORED
    watch = Watch(Client(url, os.environ["CONCORD_ADMIN_TOKEN"]), num_stored)
    print(f"{num_stored} rankings stored", flush=True)
    try:
        first = watch.rank_and_wait()
        print(f"the first, of all of them with a fresh head: {first:.1f} s", flush=True)
        taken = [watch.rank_and_wait() for _ in range(num_rankings)]
    finally:
        watch.switch_off()
    kept = sum(seconds <= PROMISED_SECONDS for seconds in taken)
    print(
        f"{len(taken)} warm refreshes: median {statistics.median(taken):.1f} s, slowest "
        f"{max(taken):.1f} s; {kept} of {len(taken)} within {PROMISED_SECONDS:.0f} s"
    )


if __name__ == "__main__":
    main()
