"""Snapshots of prompts: what a policy learns from, and what it is judged by."""

import pytest

from labeling.errors import Refused
from labeling.text_hygiene import split_of_key
from tests.cast import make_prompt
from tests.training.test_snapshots import EVERYTHING, records_of
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import freeze_prompts, freeze_these_prompts, preview

pytestmark = pytest.mark.django_db


def test_policy_prompts_are_customers_and_never_validation(settings, ada):
    """R51."""
    customer = {"source_kind": "customer", "consent_reference": "terms 3"}
    wanted = make_prompt(split="train", **customer)
    make_prompt(split="validation", **customer)
    make_prompt(split="train")

    snapshot = freeze_prompts(by=ada, name="p", query=EVERYTHING)

    assert records_of(settings, snapshot) == [
        {"prompt_id": wanted.pk, "prompt": wanted.text, "split": "train"}
    ]


def test_prompts_to_judge_a_policy_by_come_along_held_out(settings, ada):
    """R51, R75: key by key, for an evaluation can use no prompt of a key that was touched."""
    customer = {"source_kind": "customer", "consent_reference": "terms 3"}
    learned = make_prompt(split="train", **customer)
    make_prompt(split="validation", source_kind="labeler_plain")
    low, high = (
        next(key for n in range(999) if split_of_key(key := f"{letter}{n}") == "validation")
        for letter in "ab"
    )
    first, _, second = (make_prompt(user_key=key, **customer) for key in (low, high, low))

    snapshot = freeze_prompts(by=ada, name="p", query=SnapshotQuery(num_validation_prompts=2))

    found = [(one["prompt_id"], one["split"]) for one in records_of(settings, snapshot)]
    held_out = [(first.pk, "validation"), (second.pk, "validation")]
    assert found == [(learned.pk, "train"), *held_out]
    assert (snapshot.counts["train"], snapshot.counts["validation"]) == (1, 2)


def test_fewer_prompts_to_judge_by_than_asked_for_are_told(ada):
    make_prompt(split="train")
    make_prompt(split="validation")

    seen = preview(kind="ppo", query=SnapshotQuery(num_validation_prompts=9))

    assert seen.counts["validation"] == 1
    assert seen.problems[-1] == "Only 1 of the validation split fits, not 9 as asked."


def test_prompts_to_judge_by_alone_are_nothing_to_learn_from(ada):
    make_prompt(split="validation")

    with pytest.raises(Refused, match="No prompt of the training split fits"):
        freeze_prompts(by=ada, name="p", query=SnapshotQuery(num_validation_prompts=1))


def test_without_customers_every_source_is_used_and_it_says_so(ada):
    make_prompt(split="train")

    seen = preview(kind="ppo", query=EVERYTHING)

    assert seen.counts["prompts"] == 1
    assert seen.problems == ["There are no customer prompts; prompts of every source are used."]


def test_the_sources_of_policy_prompts_can_be_chosen(settings, ada):
    make_prompt(split="train", source_kind="customer", consent_reference="terms 3")
    wanted = make_prompt(split="train", source_kind="labeler_fewshot")

    snapshot = freeze_prompts(
        by=ada, name="p", query=SnapshotQuery(prompt_sources=["labeler_fewshot"])
    )

    assert [one["prompt_id"] for one in records_of(settings, snapshot)] == [wanted.pk]


def test_chosen_prompts_come_in_the_order_given(settings, ada):
    first, second = make_prompt(split="train"), make_prompt(split="validation")

    snapshot = freeze_these_prompts(by=ada, name="p", prompt_ids=[second.pk, 10**9, first.pk])

    ids = [one["prompt_id"] for one in records_of(settings, snapshot)]
    assert ids == [second.pk, first.pk]
