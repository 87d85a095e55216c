"""POST /api/few-shot-sets/: one instruction with its pairs, stored as prompts with answers (R2)."""

import uuid

import pytest

from labeling.models import Demonstration, FewShotSet, Prompt
from labeling.selectors.demonstrations import demonstrations_for_training
from tests.cast import client_of, make_prompt

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_tokenizer")]

PAIRS = [
    {"query": "I loved it.", "response": "positive"},
    {"query": "I hated it.", "response": "negative"},
    {"query": "What a film!", "response": "positive"},
]


def write_set(user, pairs: object = PAIRS, *, address: str = "", **more: object):
    body = {
        "instruction": "Say whether the review is positive or negative.",
        "pairs": pairs,
        "client_key": str(uuid.uuid4()),
        **more,
    }
    return client_of(user).post(f"/api/few-shot-sets/{address}", body, format="json")


def test_k_pairs_become_exactly_k_prompts_with_their_demonstrations(amina):
    """R2, R6: one set, one key, one split."""
    answer = write_set(amina, category="classification")

    assert (answer.status_code, answer.json()["num_prompts"]) == (201, 3)
    stored_set = FewShotSet.objects.get()
    prompts = list(Prompt.objects.order_by("id"))
    assert {prompt.few_shot_set for prompt in prompts} == {stored_set}
    assert {prompt.source_kind for prompt in prompts} == {"labeler_fewshot"}
    assert {prompt.category for prompt in prompts} == {"classification"}
    assert len({(prompt.user_key, prompt.split) for prompt in prompts}) == 1
    written = {one.prompt_id: one for one in Demonstration.objects.all()}
    assert len(written) == 3
    for prompt, pair in zip(prompts, PAIRS, strict=True):
        assert prompt.text.endswith(f"Query: {pair['query']}\nResponse:")
        assert prompt.text.count(pair["query"]) == 1
        assert written[prompt.pk].text == pair["response"]
        assert (written[prompt.pk].labeler, written[prompt.pk].assignment) == (amina, None)


def test_few_shot_demonstrations_train(amina):
    write_set(amina)
    Prompt.objects.update(personal_data=Prompt.PersonalData.CLEAR)

    trained = demonstrations_for_training()

    assert [record.text for record in trained] == ["positive", "negative", "positive"]
    assert {record.source for record in trained} == {"labeler"}


def test_the_preview_shows_the_k_examples_and_stores_nothing(amina):
    """R2."""
    answer = write_set(amina, address="preview/")

    assert answer.status_code == 200
    assert [example["response"] for example in answer.json()] == [
        pair["response"] for pair in PAIRS
    ]
    assert answer.json()[0]["prompt"].endswith("Query: I loved it.\nResponse:")
    assert not Prompt.objects.exists()
    assert not FewShotSet.objects.exists()


def test_a_set_sent_again_is_stored_once(amina):
    key = str(uuid.uuid4())
    first = write_set(amina, client_key=key)

    second = write_set(amina, client_key=key)

    assert (second.status_code, second.json()) == (200, first.json())
    assert (FewShotSet.objects.count(), Prompt.objects.count()) == (1, 3)


def test_a_key_stands_for_one_set(amina, otto):
    key = str(uuid.uuid4())
    write_set(amina, client_key=key)

    for answer in (write_set(amina, PAIRS[:2], client_key=key), write_set(otto, client_key=key)):
        assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")


@pytest.mark.parametrize(
    ("pairs", "field"),
    [
        ([], "pairs"),
        (PAIRS[:1], "pairs"),
        ([*PAIRS, {"query": " ", "response": "positive"}], "pairs.3.query"),
        ([*PAIRS, {"query": "So so.", "response": ""}], "pairs.3.response"),
        ([*PAIRS, {"query": " i LOVED it.", "response": "negative"}], "pairs.3.query"),
        ([*PAIRS, {"query": "word " * 1_100, "response": "positive"}], "pairs.0.query"),
        ([*PAIRS, {"query": "Long.", "response": "word " * 1_100}], "pairs.0.query"),
    ],
)
def test_a_set_that_would_leak_or_is_not_whole_is_refused_by_its_pair(amina, pairs, field):
    """R2. Nothing of it is stored, and the preview says the same."""
    for address in ("", "preview/"):
        answer = write_set(amina, pairs, address=address)
        assert (answer.status_code, next(iter(answer.json()["fields"]))) == (422, field)
    assert not FewShotSet.objects.exists()
    assert not Prompt.objects.exists()


def test_a_set_of_which_one_prompt_is_stored_already_leaves_nothing_behind(amina, otto):
    preview = write_set(amina, address="preview/").json()
    make_prompt(preview[1]["prompt"])

    answer = write_set(amina)

    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["pairs.1.query"])
    assert not FewShotSet.objects.exists()
    assert not Demonstration.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"pairs": "two"}, "pairs"),
        ({"pairs": [{"query": "q"}]}, "pairs.0.response"),
        ({"pairs": [{"query": "q", "response": "r"}] * 17}, "pairs"),
        ({"instruction": None}, "instruction"),
        ({"client_key": 1}, "client_key"),
    ],
)
def test_a_malformed_set_is_refused(amina, change, field):
    pairs = change.pop("pairs", PAIRS) if "pairs" in change else PAIRS

    answer = write_set(amina, pairs, **change)

    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_the_examples_of_a_set_may_begin_alike(amina):
    instruction = " ".join(str(number) for number in range(70))

    assert write_set(amina, instruction=instruction).json()["num_prompts"] == 3
