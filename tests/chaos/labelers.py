"""Labelers at work over HTTP, who keep a ledger of every answer that the server acknowledged.

Like the browser, they try again with the same client key until they are answered.
"""

import http.client
import json
import statistics
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from rest_framework.test import APIClient

from labeling.models import Acknowledgement, Assignment, Project, Ranking, User
from labeling.services.tasks import store_tasks
from tests.cast import make_completions, make_prompt, make_ranking_project, make_user, numbers

CSRF = "a" * 32
# More tasks than anybody gets through: who finds none goes home.
NUM_LABELERS, NUM_TASKS, NUM_PROMPTS = 2, 4000, 10
TRY_AGAIN_SECONDS, THINKING_SECONDS, TIMEOUT_SECONDS = 0.25, 0.1, 5.0


@dataclass
class Ledger:
    """What the clients saw. Times are seconds on this process's monotonic clock."""

    # The answer's id by its client key, once the server has said that it is stored.
    acknowledged: dict[str, str] = field(default_factory=dict)
    contradictions: int = 0
    retries: int = 0
    calls: list[tuple[float, float]] = field(default_factory=list)
    faults: list[tuple[float, int]] = field(default_factory=list)

    def p95_milliseconds(self, since: float, until: float) -> float:
        taken = [1000 * seconds for began, seconds in self.calls if since <= began < until]
        return statistics.quantiles(taken, n=20)[18]

    def faults_since(self, moment: float) -> int:
        return sum(at >= moment for at, _ in self.faults)

    def acknowledge(self, key: str, stored: str) -> None:
        self.contradictions += self.acknowledged.setdefault(key, stored) != stored

    def lost(self) -> int:
        stored = {str(pk) for pk in Ranking.objects.values_list("pk", flat=True)}
        return sum(pk not in stored for pk in self.acknowledged.values())

    def duplicates(self) -> int:
        """Answers beyond one per client key, and slots of a task beyond its overlap."""
        keys = list(Ranking.objects.values_list("client_key", flat=True))
        surplus = Assignment.objects.filter(state=Assignment.State.SURPLUS).count()
        return len(keys) - len(set(keys)) + surplus


@dataclass
class Crew:
    """Threads that label until they are told to stop."""

    project: Project
    people: list[User]
    port: int
    ledger: Ledger = field(default_factory=Ledger)

    def __enter__(self) -> "Crew":
        self._done = threading.Event()
        sessions = [session_of(labeler) for labeler in self.people]
        self._threads = [
            threading.Thread(target=self._work, args=(session,)) for session in sessions
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _work(self, session: str) -> None:
        while not self._done.is_set():
            path = "/api/assignments/next/"
            shown = self._insist(session, path, {"project": self.project.pk})
            if shown is None or shown["assignment"] is None:
                return
            body = ranking_of(shown["assignment"])
            stored = self._insist(session, "/api/rankings/", body)
            if stored is not None:
                self.ledger.acknowledge(body["client_key"], stored["id"])
            time.sleep(THINKING_SECONDS)

    def _insist(self, session: str, path: str, body: dict[str, Any]) -> Any:
        """Until it is answered, or until everybody goes home."""
        while True:
            began = time.monotonic()
            status, content = post(self.port, session, path, body)
            self.ledger.calls.append((began, time.monotonic() - began))
            if 200 <= status < 300:
                return content
            assert status == 0 or status >= 500, (path, status, content)
            if status:
                self.ledger.faults.append((time.monotonic(), status))
            self.ledger.retries += 1
            if self._done.is_set():
                return None
            time.sleep(TRY_AGAIN_SECONDS)


def make_crew(port: int) -> Crew:
    project = make_ranking_project(overlap=1)
    answers = {}
    for _ in range(NUM_PROMPTS):
        prompt = make_prompt()
        answers[prompt.pk] = [completion.pk for completion in make_completions(prompt)]
    store_tasks(project, list(answers.items()) * (NUM_TASKS // NUM_PROMPTS))
    people = [make_user(f"labeler{next(numbers)}") for _ in range(NUM_LABELERS)]
    newest = project.instruction_versions.latest("version")
    Acknowledgement.objects.bulk_create(
        Acknowledgement(instructions=newest, labeler=labeler) for labeler in people
    )
    return Crew(project, people, port)


def session_of(labeler: User) -> str:
    client = APIClient()
    client.force_login(labeler)
    # This process may call it otherwise than the site, which speaks plain HTTP.
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def post(port: int, session: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
    """The status and what was said; status 0 when the connection broke or brought no answer."""
    headers = {
        "Content-Type": "application/json",
        "X-CSRFToken": CSRF,
        "Cookie": f"sessionid={session}; csrftoken={CSRF}",
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"null")
    except (OSError, http.client.HTTPException, ValueError):
        return 0, None
    finally:
        connection.close()


def ranking_of(shown: dict[str, Any]) -> dict[str, Any]:
    flags = dict.fromkeys(shown["questions"], False)
    return {
        "assignment": shown["id"],
        "client_key": str(uuid.uuid4()),
        "items": [
            {"handle": row["handle"], "rank": n, "rating": 5, "flags": flags, "note": ""}
            for n, row in enumerate(shown["completions"], start=1)
        ],
        "seconds_active": 0.0,
        "order_source": "unseeded",
    }
