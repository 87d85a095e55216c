"""A labeler that does not exist: every minute one task is taken, begun and answered (R74).

It goes through the site's own addresses: routes, sign-in, checks, services, constraints. Account,
project, task and answer are made and taken back in one transaction, so nothing of it is ever
counted, served or seen by anybody.
"""

import json
import logging
import uuid
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseFault
from django.db import connection, transaction
from django.test import Client

from labeling.models import (
    Acknowledgement,
    Completion,
    CompletionSource,
    InstructionVersion,
    Project,
    Prompt,
    User,
)
from labeling.models.projects import NATIVE_K_MINIMUM
from labeling.services.periodic import note_work
from labeling.services.tasks import store_tasks
from labeling.text_hygiene import cap_key, split_of_key, text_sha256

logger = logging.getLogger(__name__)

WORK = "synthetic_labeler"


class LabelingFails(Exception):
    """Says which step was answered with what."""


def try_labeling() -> bool:
    """Whether a labeler could have labeled just now; the answer is written down."""
    try:
        label_once()
    except (LabelingFails, DatabaseFault) as fault:
        logger.error("the synthetic labeler could not label: %s", fault)
        note_work(WORK, succeeded=False)
        return False
    note_work(WORK)
    return True


def label_once() -> None:
    """Next task, draft, ranking; then all of it is taken back.

    Raises: LabelingFails, or what the database refuses.
    """
    with transaction.atomic():
        labeler = User.objects.create_user(
            email=f"{uuid.uuid4()}@synthetic.invalid",
            display_name="Synthetic labeler",
            is_simulated=True,
        )
        project = _project_for(labeler)
        browser = Browser(labeler)
        found = browser.send("post", "/api/assignments/next/", {"project": project.pk})
        shown = found["assignment"]
        if shown is None:
            raise LabelingFails(f"no task was given: {found['reason']}")
        draft = {"items": {}, "seconds_active": 0.0, "phase": "rate"}
        browser.send("put", f"/api/assignments/{shown['id']}/draft/", {"version": 0, "body": draft})
        browser.send("post", "/api/rankings/", _answer_to(shown), expected=HTTPStatus.CREATED)
        # Some are checked at the commit only, which never comes.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


class Browser:
    """Signed in as this account, in this very process and transaction."""

    def __init__(self, account: User) -> None:
        host = next((name for name in settings.ALLOWED_HOSTS if name != "*"), "127.0.0.1")
        self._client = Client(raise_request_exception=False, headers={"host": host.lstrip(".")})
        self._client.force_login(account)

    def send(
        self, method: str, path: str, body: dict[str, Any], *, expected: int = HTTPStatus.OK
    ) -> Any:
        """The answer's JSON. Raises: LabelingFails when it ends otherwise than expected."""
        call = getattr(self._client, method)
        answer = call(path, json.dumps(body), content_type="application/json", secure=True)
        if answer.status_code != expected:
            # Everything in it is our own: no word of a person is in these rows.
            said = answer.content.decode(errors="replace")[:500]
            raise LabelingFails(f"{method} {path} ended with {answer.status_code}: {said}")
        return answer.json()


def _project_for(labeler: User) -> Project:
    """A project with one task that this labeler may do; its names are new every time."""
    name = f"synthetic {uuid.uuid4()}"
    project = Project.objects.create(
        kind=Project.Kind.RANKING,
        name=name,
        k=NATIVE_K_MINIMUM,
        calibration_share=0.0,
        created_by=labeler,
    )
    instructions = InstructionVersion.objects.create(
        project=project, version=1, title=name, body=name, created_by=labeler
    )
    Acknowledgement.objects.create(instructions=instructions, labeler=labeler)
    prompt = Prompt.objects.create(
        text=name,
        text_sha256=text_sha256(name),
        split=split_of_key(cap_key(organization_key="", user_key="", text=name)),
        source_kind=Prompt.SourceKind.LABELER_PLAIN,
        personal_data=Prompt.PersonalData.CLEAR,
    )
    source = CompletionSource.objects.create(kind=CompletionSource.Kind.IMPORTED, name=name)
    completions = Completion.objects.bulk_create(
        Completion(prompt=prompt, source=source, text=f"{name} {number}", source_key=str(number))
        for number in range(NATIVE_K_MINIMUM)
    )
    store_tasks(project, [(prompt.pk, [completion.pk for completion in completions])])
    return project


def _answer_to(shown: dict[str, Any]) -> dict[str, Any]:
    items = [
        {
            "handle": completion["handle"],
            "rank": place,
            "rating": 4,
            "flags": dict.fromkeys(shown["questions"], False),
        }
        for place, completion in enumerate(shown["completions"], start=1)
    ]
    return {
        "assignment": shown["id"],
        "client_key": str(uuid.uuid4()),
        "items": items,
        "seconds_active": 0.0,
        "order_source": "unseeded",
    }
