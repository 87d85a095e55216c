"""Prompts that labelers write: plain ones, few-shot sets, and ones from a description (R1-R3)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from labeling.errors import Refused
from labeling.few_shot import MAX_PAIRS, MIN_PAIRS, Example, Pair, examples_of, leaks_of
from labeling.importers.prompts import PromptRow
from labeling.models import (
    Candidacy,
    Demonstration,
    FewShotSet,
    Pool,
    Prompt,
    TaskDescription,
    User,
)
from labeling.personal_data import Finding, Kind, find_personal_data
from labeling.selectors.prompt_writing import (
    access_own_description,
    descriptions_to_write_from,
    user_key_of,
)
from labeling.selectors.screening import candidacy_of
from labeling.services.annotations import annotate_prompt
from labeling.services.answers import payload_sha256
from labeling.services.consent import check_consented
from labeling.services.demonstrations import MAX_TOKENS
from labeling.services.prompts import PromptRules, StoredPrompt, store_prompts
from labeling.services.slots import lock_labeler
from labeling.services.token_counts import TokenCount, count_tokens
from labeling.text_hygiene import MAX_PROMPT_TOKENS

SourceKind = Prompt.SourceKind
# The cap keeps one customer from filling the data; what is written here was asked for.
NO_CAP: Final = 2**31
CHARACTERS_AROUND: Final = 12
PERSONAL_DATA_WORDS: Final[Mapping[Kind, str]] = {
    "email": "An e-mail address",
    "phone": "A telephone number",
    "bank_card": "The number of a bank card",
    "bank_account": "The number of a bank account",
    "social_security": "A social security number",
    "ip_address": "An address on the internet",
}


@dataclass(frozen=True)
class FewShotDraft:
    instruction: str
    pairs: tuple[Pair, ...]
    category: str | None
    client_key: UUID

    def sha256(self) -> str:
        return payload_sha256(
            {"instruction": self.instruction, "pairs": [asdict(pair) for pair in self.pairs]}
        )


@transaction.atomic
def write_prompt(
    *,
    author: User,
    kind: str,
    text: str,
    category: str | None = None,
    description_id: int | None = None,
) -> StoredPrompt:
    """Store a prompt in its writer's words; the same prompt sent again is found, not doubled.

    A user-based one is written from somebody else's description of a task (R3).

    Raises: Refused("held_out" | "candidacy_undecided" | "consent_needed" | "empty" | "too_long"
    | "description_needed" | "no_such_description" | "own_description" | "duplicate_prompt").
    """
    check_may_write(author)
    _check_length(text, place="text")
    _check_description(kind, description_id, author)
    row = PromptRow(
        text=text, source_kind=kind, user_key=user_key_of(author), description_id=description_id
    )
    (stored,) = store_prompts([row], submitted_by=author, rules=_rules())
    if stored.repeats == "prefix":
        raise _refused(
            "duplicate_prompt",
            "A prompt that begins like this one is stored already.",
            place="text",
        )
    said = (stored.prompt.submitted_by_id, stored.prompt.source_kind, stored.prompt.description_id)
    if said != (author.pk, kind, description_id):
        raise _duplicate("text")
    if stored.is_new and category is not None:
        annotated = annotate_prompt(
            prompt_id=stored.prompt.pk, annotator=author, category=category, flags={}
        )
        return StoredPrompt(annotated, is_new=True)
    return stored


@transaction.atomic
def write_few_shot_set(*, author: User, draft: FewShotDraft) -> tuple[FewShotSet, bool]:
    """Store K pairs as K prompts with K demonstrations; the set, and whether it is new (R2).

    All of them stand under one key, hence in one split. Once per client key.

    Raises: as ``write_prompt``, and Refused("bad_pairs" | "leaks_answer" | "key_reused").
    """
    lock_labeler(author)
    same_key = FewShotSet.objects.filter(client_key=draft.client_key).first()
    if same_key is not None:
        if (same_key.author_id, same_key.payload_sha256) != (author.pk, draft.sha256()):
            raise Refused("key_reused", "This submission key was used for another set.", status=422)
        return same_key, False
    check_may_write(author)
    examples = check_few_shot(draft)
    stored_set = FewShotSet.objects.create(
        instruction=draft.instruction,
        pairs=[asdict(pair) for pair in draft.pairs],
        author=author,
        client_key=draft.client_key,
        payload_sha256=draft.sha256(),
    )
    _store_examples(stored_set, examples, author=author, category=draft.category)
    return stored_set, True


def check_few_shot(draft: FewShotDraft) -> list[Example]:
    """What the set would be stored as.

    Raises: Refused("bad_pairs" | "leaks_answer" | "too_long"), whose fields name the pair.
    """
    if missing := _missing_in(draft):
        raise Refused("bad_pairs", "The set is not complete.", status=422, fields=missing)
    if leaks := leaks_of(draft.instruction, draft.pairs):
        raise Refused(
            "leaks_answer",
            "An example would show its own answer.",
            status=422,
            fields={f"pairs.{number}.query": [how] for number, how in leaks.items()},
        )
    examples = examples_of(draft.instruction, draft.pairs)
    for number, example in enumerate(examples):
        _check_length(example.prompt, place=f"pairs.{number}.query")
        _check_length(example.response, place=f"pairs.{number}.response")
    return examples


@transaction.atomic
def describe_task(*, author: User, text: str) -> tuple[TaskDescription, bool]:
    """Describe a task in words that point to nobody, for somebody else to write from (R3).

    The same words by the same author are stored once.

    Raises: Refused("held_out" | "candidacy_undecided" | "consent_needed" | "empty"
    | "personal_data"), the last naming each place.
    """
    lock_labeler(author)
    check_may_write(author)
    if not text.strip():
        raise _refused("empty", "Describe the task in a few sentences.", place="text")
    if found := find_personal_data(text, phone_region=settings.PHONE_REGION):
        raise Refused(
            "personal_data",
            "A description points to nobody: take out what could tell who it is about.",
            status=422,
            fields={"text": [_place_of(one, text) for one in found]},
        )
    return TaskDescription.objects.get_or_create(author=author, text=text, withdrawn_at=None)


@transaction.atomic
def withdraw_description(*, author: User, description_id: int) -> None:
    """Offer it to nobody any more; the prompts written from it stay. Twice changes nothing.

    Raises: NotAccessible.
    """
    description = access_own_description(description_id=description_id, author=author)
    TaskDescription.objects.filter(pk=description.pk, withdrawn_at__isnull=True).update(
        withdrawn_at=Now()
    )


def check_may_write(author: User) -> None:
    """Everything written here is there to be trained on: only who may do that writes.

    Raises: Refused("held_out" | "candidacy_rejected" | "candidacy_undecided" | "consent_needed").
    """
    if author.pool == Pool.HELD_OUT:
        raise Refused(
            "held_out",
            "Prompts are written by the other pool: what yours judges must not be trained on.",
        )
    check_consented(author)
    candidacy = None if author.is_researcher else candidacy_of(author)
    if candidacy is None or candidacy.state == Candidacy.State.ACCEPTED:
        return
    if candidacy.state == Candidacy.State.REJECTED:
        raise Refused("candidacy_rejected", "You were not accepted, so there is nothing to write.")
    raise Refused("candidacy_undecided", "Your screening comes first.")


def _missing_in(draft: FewShotDraft) -> dict[str, list[str]]:
    missing: dict[str, list[str]] = {}
    if not draft.instruction.strip():
        missing["instruction"] = ["Write the instruction that all pairs follow."]
    if not MIN_PAIRS <= len(draft.pairs) <= MAX_PAIRS:
        missing["pairs"] = [f"Between {MIN_PAIRS} and {MAX_PAIRS} pairs."]
    for number, pair in enumerate(draft.pairs):
        for name, text in asdict(pair).items():
            if not text.strip():
                missing[f"pairs.{number}.{name}"] = ["Empty."]
    return missing


def _store_examples(
    stored_set: FewShotSet, examples: Sequence[Example], *, author: User, category: str | None
) -> None:
    rows = [
        PromptRow(
            text=example.prompt,
            source_kind=SourceKind.LABELER_FEWSHOT,
            user_key=user_key_of(author),
            few_shot_set_id=stored_set.pk,
        )
        for example in examples
    ]
    stored = store_prompts(rows, submitted_by=author, rules=_rules())
    for number, one in enumerate(stored):
        if not one.is_new:
            raise _duplicate(f"pairs.{number}.query")
        if category is not None:
            annotate_prompt(prompt_id=one.prompt.pk, annotator=author, category=category, flags={})
    Demonstration.objects.bulk_create(
        Demonstration(
            prompt=one.prompt,
            labeler=author,
            text=example.response,
            token_count=_exact(count_tokens(example.response)),
            # One key for each example, made of the set's: a retry of the set is a retry of all.
            client_key=uuid5(stored_set.client_key, str(number)),
            payload_sha256=payload_sha256({"set": stored_set.pk, "text": example.response}),
        )
        for number, (one, example) in enumerate(zip(stored, examples, strict=True))
    )


def _check_description(kind: str, description_id: int | None, author: User) -> None:
    if kind != SourceKind.LABELER_USER_BASED:
        if description_id is not None:
            raise _refused(
                "description_needed",
                "Only a prompt of the user-based kind comes from a description.",
                place="description",
            )
        return
    if description_id is None:
        raise _refused(
            "description_needed", "Choose the description it is written from.", place="description"
        )
    if TaskDescription.objects.filter(pk=description_id, author=author).exists():
        raise _refused(
            "own_description",
            "This is your own description: somebody else writes from it, and you from theirs.",
            place="description",
        )
    if not descriptions_to_write_from(writer=author).filter(pk=description_id).exists():
        raise _refused(
            "no_such_description",
            "This description is not there any more; choose another one.",
            place="description",
        )


def _check_length(text: str, *, place: str) -> None:
    if not text.strip():
        raise _refused("empty", "Write something first.", place=place)
    limit = MAX_TOKENS if place.endswith("response") else MAX_PROMPT_TOKENS
    length = count_tokens(text)
    if length.tokens > limit:
        about = "" if length.is_exact else "about "
        raise _refused(
            "too_long", f"At most {limit:,} tokens; this has {about}{length.tokens:,}.", place=place
        )


def _place_of(finding: Finding, text: str) -> str:
    before = text[max(0, finding.start - CHARACTERS_AROUND) : finding.start]
    what = PERSONAL_DATA_WORDS[finding.kind]
    return (
        f"{what} at character {finding.start + 1:,}: “{before}{text[finding.start : finding.end]}”"
    )


def _rules() -> PromptRules:
    return replace(PromptRules.of_settings(), cap=NO_CAP)


def _exact(length: TokenCount) -> int | None:
    return length.tokens if length.is_exact else None


def _duplicate(place: str) -> Refused:
    return _refused("duplicate_prompt", "This very prompt is stored already.", place=place)


def _refused(code: str, message: str, *, place: str) -> Refused:
    return Refused(code, message, status=422, fields={place: [message]})
