"""The demo's content: a small cast, prompts, completions sampled beforehand, two projects."""

import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from labeling.models import CompletionSource, Demonstration, Pool, Project, Prompt, Role, User
from labeling.selectors.people import person_with_email
from labeling.selectors.prompts import prompts_by_text_hash
from labeling.services.completions import (
    NewCompletion,
    StoredCompletions,
    get_or_create_source,
    store_completions,
)
from labeling.services.people import open_account
from labeling.services.projects import NewInstructions, NewProject, open_project
from labeling.services.prompts import import_prompts
from labeling.services.sign_in_links import make_sign_in_link, sign_in_path
from labeling.services.tasks import TaskRequest, create_tasks
from labeling.text_hygiene import text_sha256

SEED_FOLDER = Path(__file__).resolve().parent.parent / "seed"
WRITTEN_HERE = "concord"
RANKING_PROJECT = "Helpful answers"
DEMONSTRATION_PROJECT = "Write the answer"
NUM_DEMONSTRATION_TASKS = 40


@dataclass(frozen=True)
class CastMember:
    email: str
    display_name: str
    role: str


CAST = (
    CastMember("ada@demo.invalid", "Ada", Role.ADMIN),
    CastMember("rosa@demo.invalid", "Rosa", Role.RESEARCHER),
    CastMember("amina@demo.invalid", "Amina", Role.LABELER),
    CastMember("otto@demo.invalid", "Otto", Role.LABELER),
)


def ensure_cast() -> list[User]:
    """The demo's people; a deactivated one stays as they are."""
    return [
        person_with_email(member.email)
        or open_account(email=member.email, display_name=member.display_name, role=member.role)
        for member in CAST
    ]


def fresh_links(people: list[User]) -> Iterator[dict[str, str]]:
    """A one-time sign-in link for everybody who may sign in."""
    for person in people:
        if person.is_active:
            _, secret = make_sign_in_link(person)
            yield {
                "role": person.role,
                "name": person.display_name,
                "url_path": sign_in_path(secret),
            }


def seed_prompts() -> int:
    """Store the prompts written for Concord; how many were new."""
    with (SEED_FOLDER / "prompts.jsonl").open("rb") as lines:
        return import_prompts(lines, submitted_by=None, dry_run=False).num_stored


def seed_completions() -> StoredCompletions:
    """File the completions shipped with the demo under the embedded model that wrote them."""
    manifest = json.loads((SEED_FOLDER / "completions.manifest.json").read_text())
    source = get_or_create_source(kind=CompletionSource.Kind.MODEL_VERSION, name=manifest["model"])
    rows = read_rows("completions.jsonl")
    prompts = prompts_by_text_hash([row["prompt_sha256"] for row in rows])
    return store_completions(
        source=source,
        rows=[seeded_completion(row, manifest, prompts[row["prompt_sha256"]].pk) for row in rows],
    )


def seeded_completion(
    row: Mapping[str, Any], manifest: Mapping[str, Any], prompt_id: int
) -> NewCompletion:
    return NewCompletion(
        prompt_id=prompt_id,
        text=row["text"],
        source_key=f"seed-{row['prompt_sha256'][:16]}-{row['temperature']}-{row['index']}",
        sampling={
            "temperature": row["temperature"],
            "top_p": manifest["top_p"],
            "max_tokens": manifest["max_tokens"],
            "weights_sha256": manifest["weights_sha256"],
        },
        seed=row["seed"],
        token_count=row["token_count"],
        finish_reason=row["finish_reason"],
    )


@transaction.atomic
def seed_demonstrations() -> int:
    """Store the answers written for Concord, under an account that nobody can sign in to."""
    writer, _ = User.objects.get_or_create(
        email="authors@concord.invalid",
        defaults={
            "display_name": "Concord's authors",
            "imported_from": WRITTEN_HERE,
            "is_active": False,
        },
    )
    rows = read_rows("demonstrations.jsonl")
    prompts = prompts_by_text_hash([text_sha256(row["prompt"]) for row in rows])
    before = Demonstration.objects.filter(labeler=writer).count()
    Demonstration.objects.bulk_create(
        [
            Demonstration(
                prompt=prompts[text_sha256(row["prompt"])],
                labeler=writer,
                text=row["text"],
                client_key=uuid.uuid5(uuid.NAMESPACE_URL, f"{WRITTEN_HERE}:{row['prompt']}"),
                payload_sha256=hashlib.sha256(row["text"].encode()).hexdigest(),
            )
            for row in rows
        ],
        ignore_conflicts=True,
    )
    return Demonstration.objects.filter(labeler=writer).count() - before


def seeded_prompt_ids() -> tuple[int, ...]:
    """The prompts written for Concord that are stored."""
    hashes = [text_sha256(row["text"]) for row in read_rows("prompts.jsonl")]
    stored = Prompt.objects.filter(text_sha256__in=hashes).order_by("pk")
    return tuple(stored.values_list("pk", flat=True))


def seed_projects(created_by: User) -> Iterator[Project]:
    """A ranking and a demonstration project with open tasks; existing ones are left alone."""
    seeded = seeded_prompt_ids()
    for kind, name, num_tasks, overlap in (
        (Project.Kind.RANKING, RANKING_PROJECT, len(seeded), 2),
        (Project.Kind.DEMONSTRATION, DEMONSTRATION_PROJECT, NUM_DEMONSTRATION_TASKS, 1),
    ):
        if Project.objects.filter(name=name).exists():
            continue
        body = (SEED_FOLDER / f"{kind}_instructions.md").read_text()
        project = open_project(
            new=NewProject(
                name=name,
                kind=kind,
                instructions=NewInstructions(title=name, body=body),
                pool=Pool.TRAINING,
                priority_mode=Project.PriorityMode.HELPFULNESS_FIRST,
                overlap=overlap,
            ),
            created_by=created_by,
        )
        create_tasks(
            project=project,
            request=TaskRequest(num_prompts=num_tasks, prompt_ids=seeded),
        )
        yield project


def read_rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SEED_FOLDER / name).read_text().splitlines()]
