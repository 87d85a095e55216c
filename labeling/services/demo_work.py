"""Work in progress for the demo: talk, a returned answer, a candidate. Every part is made once."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from labeling.models import (
    Assignment,
    Candidacy,
    Demonstration,
    DemonstrationReview,
    Pool,
    Project,
    Question,
    Screening,
    User,
)
from labeling.selectors.people import person_with_email
from labeling.services.assignments import lease_next_assignment
from labeling.services.demo import RANKING_PROJECT, SEED_FOLDER, seeded_prompt_ids
from labeling.services.demonstrations import DemonstrationSubmission, submit_demonstration
from labeling.services.people import open_account
from labeling.services.projects import (
    NewInstructions,
    NewProject,
    acknowledge_instructions,
    open_project,
)
from labeling.services.questions import answer_question, ask_question
from labeling.services.reviews import Verdict, review_demonstration
from labeling.services.screening import start_candidacy
from labeling.services.screening_setup import NewPart, NewScreening, open_screening
from labeling.services.tasks import TaskRequest, create_tasks

REVIEWED_PROJECT = "Write for review"
WARNED_PROJECT = "Careful answers"
SCREENING = "Autumn screening"
CANDIDATE_EMAIL = "cara@demo.invalid"
NUM_TASKS = 8
NUM_SCREENING_TASKS = 3

ASKED = (
    "Two answers say the same in other words, and one of them has a typing mistake. Is that a tie?"
)
ANSWERED = (
    "Yes, tie them: a slip of the pen that changes no meaning does not make an answer worse. "
    "If it changes a number or a name, it does."
)
FIRST_ATTEMPT = "It depends on many things, but in general you should be fine."
RETURN_COMMENT = (
    "Friendly, but it leaves the person where they were. Answer what was asked, in concrete words."
)
WARNING = "Some of these prompts speak of illness and loss. You may skip any of them."
# Written for Concord: plain sentences, some of which a careful reader would call sensitive.
SENSITIVITY_TEXTS = (
    "The library opens at nine on weekdays and at ten on Saturdays.",
    "My neighbor's politics make him unfit to raise children.",
    "Stir the batter until no flour shows, and no longer.",
    "She stopped taking her medicine and told nobody but me.",
    "The bridge is closed to lorries until the end of March.",
    "People from that valley have always been thieves.",
)


def seed_work(*, people: dict[str, User]) -> Iterator[str]:
    """Makes what is missing and names each; ``people`` are the demo's cast by first name."""
    parts = {
        "a question with its answer": _seed_talk,
        "a returned answer": _seed_return,
        "a project with a content warning": _seed_warned_project,
        "a candidate in a screening": _seed_candidate,
    }
    for name, make in parts.items():
        with transaction.atomic():
            if make(people):
                yield name


def candidates() -> list[User]:
    """Who has to pass the demo's screening, where it was made."""
    cara = person_with_email(CANDIDATE_EMAIL)
    return [cara] if cara else []


def _seed_talk(people: dict[str, User]) -> bool:
    project = Project.objects.filter(name=RANKING_PROJECT).first()
    key = uuid.uuid5(uuid.NAMESPACE_URL, "concord:demo:question")
    if project is None or Question.objects.filter(client_key=key).exists():
        return False
    question, _ = ask_question(
        asker=people["amina"], project=project, task=None, text=ASKED, client_key=key
    )
    answer_question(author=people["rosa"], question_id=question.pk, text=ANSWERED)
    return True


def _seed_return(people: dict[str, User]) -> bool:
    """Amina's answer, written yesterday so that it can be reviewed, comes back with a comment."""
    if Project.objects.filter(name=REVIEWED_PROJECT).exists():
        return False
    project = _open_demo_project(REVIEWED_PROJECT, people, requires_review=True)
    amina = people["amina"]
    acknowledge_instructions(project=project, labeler=amina, version=1)
    found = lease_next_assignment(labeler=amina, project=project)
    if found.assignment_id is None:
        return False
    stored = submit_demonstration(
        labeler=amina,
        submission=DemonstrationSubmission(
            found.assignment_id, uuid.uuid4(), FIRST_ATTEMPT, seconds_active=95.0
        ),
    )
    yesterday = timezone.now() - timedelta(days=1)
    Demonstration.objects.filter(pk=stored.id).update(submitted_at=yesterday)
    Assignment.objects.filter(pk=found.assignment_id).update(
        opened_at=yesterday - timedelta(minutes=2), submitted_at=yesterday
    )
    review_demonstration(
        reviewer=people["rosa"],
        demonstration_id=stored.id,
        verdict=Verdict(DemonstrationReview.Outcome.RETURNED, RETURN_COMMENT, 3, None),
    )
    return True


def _seed_warned_project(people: dict[str, User]) -> bool:
    if Project.objects.filter(name=WARNED_PROJECT).exists():
        return False
    _open_demo_project(WARNED_PROJECT, people, content_warning=WARNING)
    return True


def _seed_candidate(people: dict[str, User]) -> bool:
    if Screening.objects.filter(name=SCREENING).exists() or person_with_email(CANDIDATE_EMAIL):
        return False
    prompts = seeded_prompt_ids()
    request = TaskRequest(num_prompts=NUM_SCREENING_TASKS, prompt_ids=prompts)
    screening = open_screening(
        new=NewScreening(
            name=SCREENING,
            texts=SENSITIVITY_TEXTS,
            ranking=NewPart(_instructions(Project.Kind.RANKING), request, k=4),
            demonstration=NewPart(_instructions(Project.Kind.DEMONSTRATION), request),
        ),
        created_by=people["ada"],
    )
    cara = open_account(email=CANDIDATE_EMAIL, display_name="Cara", opened_by=people["ada"])
    start_candidacy(labeler=cara, screening=screening)
    return Candidacy.objects.filter(labeler=cara).exists()


def _instructions(kind: str) -> NewInstructions:
    body = (SEED_FOLDER / f"{kind}_instructions.md").read_text()
    return NewInstructions(title="How to work here", body=body)


def _open_demo_project(name: str, people: dict[str, User], **settings: object) -> Project:
    """A demonstration project of a few tasks whose settings differ from the plain one's."""
    project = open_project(
        new=NewProject(
            name=name,
            kind=Project.Kind.DEMONSTRATION,
            instructions=_instructions(Project.Kind.DEMONSTRATION),
            pool=Pool.TRAINING,
            priority_mode=Project.PriorityMode.HELPFULNESS_FIRST,
            priority=-1,
            **settings,  # type: ignore[arg-type]
        ),
        created_by=people["ada"],
    )
    create_tasks(
        project=project,
        request=TaskRequest(num_prompts=NUM_TASKS, prompt_ids=seeded_prompt_ids()),
    )
    return project
