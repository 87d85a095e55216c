"""What labelers do in these tests, through the services or over HTTP."""

import uuid
from datetime import timedelta

from django.db.models import F

from labeling.catalogue import flags_asked
from labeling.models import Acknowledgement, Assignment, Project, User
from labeling.services.answers import StoredAnswer
from labeling.services.assignments import lease_next_assignment
from labeling.services.demonstrations import DemonstrationSubmission, submit_demonstration
from labeling.services.rankings import JudgedCompletion, RankingSubmission, submit_ranking
from tests.cast import client_of

FLAGS = flags_asked({})


def read_instructions(project: Project, *labelers: User) -> None:
    newest = project.instruction_versions.latest("version")
    for labeler in labelers:
        Acknowledgement.objects.get_or_create(instructions=newest, labeler=labeler)


def take(project: Project, labeler: User) -> Assignment:
    """The labeler's next assignment of a project whose instructions they have read."""
    read_instructions(project, labeler)
    found = lease_next_assignment(labeler=labeler, project=project)
    return Assignment.objects.get(pk=found.assignment_id)


def let_lease_run_out(assignment: Assignment) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(
        leased_until=F("leased_until") - timedelta(days=1)
    )


def lose(assignment: Assignment, to: User) -> Assignment:
    """The lease runs out and somebody else is given the slot; what they were given."""
    let_lease_run_out(assignment)
    taken = take(assignment.task.project, to)
    assert taken.task_id == assignment.task_id
    assignment.refresh_from_db()
    return taken


def submission(assignment: Assignment, *ranks: int, **changes: object) -> RankingSubmission:
    """A whole answer to a prompt without flags, its ranks in the order shown."""
    shown = [presented.handle for presented in assignment.presented.all()]
    items = tuple(
        JudgedCompletion(handle, rank, rating=5, flags=dict.fromkeys(FLAGS, False), note="")
        for handle, rank in zip(shown, ranks or (1, 2, 3, 4), strict=True)
    )
    said = {
        "assignment_id": assignment.pk,
        "client_key": uuid.uuid4(),
        "items": items,
        "order_source": "seeded",
        "seconds_active": 0.0,
        **changes,
    }
    return RankingSubmission(**said)


def rank(assignment: Assignment, labeler: User, *ranks: int) -> StoredAnswer:
    return submit_ranking(labeler=labeler, submission=submission(assignment, *ranks))


def demonstrate(assignment: Assignment, labeler: User, text: str = "An answer.") -> StoredAnswer:
    written = DemonstrationSubmission(assignment.pk, uuid.uuid4(), text, seconds_active=0.0)
    return submit_demonstration(labeler=labeler, submission=written)


def ranking_body(shown: dict, *ranks: int, **changes: object) -> dict:
    """The answer that a browser sends for an assignment it was shown as JSON."""
    items = [
        {
            "handle": completion["handle"],
            "rank": rank,
            "rating": 5,
            "flags": dict.fromkeys(shown["questions"], False),
            "note": "",
        }
        for completion, rank in zip(shown["completions"], ranks or (1, 2, 3, 4), strict=True)
    ]
    return {
        "assignment": shown["id"],
        "client_key": str(uuid.uuid4()),
        "items": items,
        "seconds_active": 12.5,
        "order_source": "unseeded",
        **changes,
    }


def toxicity_body(shown: dict, *ranks: int, **changes: object) -> dict:
    """The answer that a browser sends for a toxicity assignment it was shown as JSON."""
    rated = {"rating": None, "toxicity": 0, "relative_toxicity": -1, "continuity": 5}
    body = ranking_body(shown, *ranks, input_toxicity=1)
    return {**body, "items": [{**item, **rated} for item in body["items"]], **changes}


def with_first(body: dict, **changes: object) -> dict:
    """The answer with something else said of its first completion."""
    first, *others = body["items"]
    return {**body, "items": [{**first, **changes}, *others]}


def show(user, assignment: Assignment) -> dict:
    return client_of(user).get(f"/api/assignments/{assignment.pk}/").json()


def send(user, body: object):
    return client_of(user).post("/api/rankings/", body, format="json")
