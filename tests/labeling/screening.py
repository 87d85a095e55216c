"""What happens in a screening, in few words: opened over HTTP, gone through, judged by experts."""

import uuid
from typing import Any

from labeling.models import Candidacy, Screening, User
from labeling.services.demonstrations import DemonstrationSubmission, submit_demonstration
from labeling.services.invitations import NewInvitation, accept_invitation, invite
from labeling.services.rankings import submit_ranking
from labeling.services.screening import flag_text, submit_screening
from tests.cast import client_of, make_completions, make_prompt
from tests.labeling.work import submission, take

TEXTS = ["An insult.", "A recipe.", "A threat."]
INSTRUCTIONS = {"title": "How to judge", "body": "Read all of it."}


def screening_body(*, num_ranking: int = 2, num_demonstrations: int = 2, **changes: Any) -> dict:
    """What a researcher sends, with prompts and completions enough for the tasks asked for."""
    to_rank = [make_prompt() for _ in range(num_ranking)]
    to_write = [make_prompt() for _ in range(num_demonstrations)]
    for prompt in to_rank:
        make_completions(prompt, 4)
    return {
        "name": "Spring",
        "texts": TEXTS,
        "ranking": {
            "k": 4,
            "instructions": INSTRUCTIONS,
            "tasks": {
                "num_prompts": num_ranking,
                "prompt_ids": [prompt.pk for prompt in to_rank],
            },
        },
        "demonstration": {
            "instructions": INSTRUCTIONS,
            "tasks": {
                "num_prompts": num_demonstrations,
                "prompt_ids": [prompt.pk for prompt in to_write],
            },
        },
        **changes,
    }


def open_for_tests(rosa: User, **changes: Any) -> Screening:
    body = screening_body(**changes)
    response = client_of(rosa).post("/api/screenings/", body, format="json")
    assert response.status_code == 201, response.json()
    return Screening.objects.get(pk=response.json()["id"])


def invite_candidate(screening: Screening, name: str = "nina", **fields: Any) -> User:
    """Somebody who has accepted an invitation to this screening."""
    new = NewInvitation(
        email=f"{name}@example.org",
        role="labeler",
        pool="training",
        screening_id=screening.pk,
        **fields,
    )
    _, secret = invite(new=new, invited_by=screening.created_by)
    return accept_invitation(secret=secret, display_name=name.capitalize())


def flag_all(account: User, screening: Screening, *answers: bool) -> None:
    for item, is_sensitive in zip(screening.items.order_by("position"), answers, strict=True):
        flag_text(account=account, item=item, is_sensitive=is_sensitive)


def rank_all(account: User, screening: Screening, *ranks: int) -> None:
    """Every task alike; the ranks are those of its completions in the order they were made."""
    for _ in range(screening.ranking_project.tasks.count()):
        assignment = take(screening.ranking_project, account)
        place = {
            handle: place
            for place, handle in enumerate(
                assignment.presented.order_by("completion").values_list("handle", flat=True)
            )
        }
        shown = [ranks[place[presented.handle]] for presented in assignment.presented.all()]
        submit_ranking(labeler=account, submission=submission(assignment, *shown))


def write_all(account: User, screening: Screening, text: str = "I would rather not.") -> None:
    for _ in range(screening.demonstration_project.tasks.count()):
        assignment = take(screening.demonstration_project, account)
        written = DemonstrationSubmission(assignment.pk, uuid.uuid4(), text, seconds_active=0.0)
        submit_demonstration(labeler=account, submission=written)


def hand_in(
    candidate: User,
    screening: Screening,
    *,
    flags: tuple[bool, ...] = (True, False, True),
    ranks: tuple[int, ...] = (1, 2, 3, 4),
) -> Candidacy:
    """A candidate who has done every part."""
    flag_all(candidate, screening, *flags)
    rank_all(candidate, screening, *ranks)
    write_all(candidate, screening)
    submit_screening(labeler=candidate)
    return Candidacy.objects.get(labeler=candidate)
