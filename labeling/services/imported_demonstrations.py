"""Demonstrations of other projects: each answer to a prompt by one writer once."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from labeling.importers.records import Demonstrated
from labeling.models import Demonstration, Prompt
from labeling.services.imported_people import ImportedPeople
from labeling.services.imported_tasks import Target, content_key
from labeling.services.prompts import PromptRules, store_prompts

CLIENT_KEYS: Final = uuid.UUID("0c9c9c5e-2f0b-4b65-8a0c-5b7f3f0a7d52")


@dataclass(frozen=True)
class StoredDemonstration:
    prompt: Prompt
    is_new: bool
    is_new_prompt: bool


def store_demonstrations(
    rows: Sequence[Demonstrated], target: Target, people: ImportedPeople
) -> list[StoredDemonstration]:
    """Those that are not stored yet, and of each row whether it was new."""
    prompts = store_prompts(
        [target.prompt_row(row) for row in rows],
        rules=PromptRules.of_settings(compares_prefixes=False),
    )
    accounts = people.accounts((row.writer, row.is_by_model) for row in rows)
    hashes = [content_key(target.dataset, row.writer, row.prompt, row.text) for row in rows]
    keys = [uuid.uuid5(CLIENT_KEYS, sha256) for sha256 in hashes]
    stored = Demonstration.objects.filter(client_key__in=keys)
    known = set(stored.values_list("client_key", flat=True))
    new: dict[uuid.UUID, Demonstration] = {}
    outcome = []
    for row, prompt, key, sha256 in zip(rows, prompts, keys, hashes, strict=True):
        is_new = key not in known and key not in new
        if is_new:
            new[key] = Demonstration(
                prompt=prompt.prompt,
                labeler=accounts[row.writer, row.is_by_model],
                text=row.text,
                client_key=key,
                payload_sha256=sha256,
            )
        outcome.append(StoredDemonstration(prompt.prompt, is_new, prompt.is_new))
    Demonstration.objects.bulk_create(new.values())
    return outcome
