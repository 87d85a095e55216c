"""How long a ranking takes from being sealed to being in a new reward model.

    CONCORD_ADMIN_TOKEN=… python -m benchmarks.standing [URL] [NUM_RANKINGS]

Against a running demo (`./concord demo`; `./concord manage api_token ada@demo.invalid` makes the
token), through its own services: a standing reward model on the demo's model is switched on, and a
simulated labeler ranks one task after another, each once the model has learned from the one before.
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
# There to be learned from before the first is timed: one alone may be held out.
RANKINGS_BEFORE = 8
BASE_MODEL = "smollm2-135m"
POLL_SECONDS, PATIENCE_SECONDS = 0.25, 300.0
PROMISED_SECONDS = 60.0
# What a run goes through, and what the time up to each of these events is spent on.
PARTS = {"queued": "freeze", "claimed": "dispatch", "running": "spawn", "succeeded": "train"}


class Watch:
    """A standing reward model and the labeler whose rankings it follows."""

    def __init__(self, admin: Client) -> None:
        self.admin = admin
        self.project = _project_with_tasks(admin)
        base = next(
            version["id"]
            for version in admin.pages("model-versions/", kind="base", limit=200)
            if version["name"] == BASE_MODEL
        )
        [self.labeler] = Crew(admin, 1, 0.5, 1, name="refreshing").hire()
        self.labeler.work(self.project, at_most=RANKINGS_BEFORE)
        self.standing: str = admin.post(
            "standing-reward-models/",
            {
                "name": f"Refresh benchmark {uuid.uuid4().hex[:8]}",
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


def _project_with_tasks(admin: Client) -> int:
    for project in admin.pages("projects/", limit=200):
        if (project["kind"], project["purpose"], project["state"]) == (
            "ranking",
            "training",
            "open",
        ):
            identifier: int = project["id"]
            return identifier
    raise SystemExit("There is no open ranking project.")


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
    watch = Watch(Client(url, os.environ["CONCORD_ADMIN_TOKEN"]))
    try:
        first = watch.rank_and_wait()
        print(f"the first, from the base model with a fresh head: {first:.1f} s", flush=True)
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
