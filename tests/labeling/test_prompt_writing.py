"""Prompts written by labelers: plain, few-shot, and from somebody else's description (R1-R3)."""

import uuid

import pytest

from labeling.models import (
    Candidacy,
    ConsentVersion,
    Demonstration,
    FewShotSet,
    Prompt,
    PromptAnnotation,
    Screening,
    TaskDescription,
)
from labeling.selectors.demonstrations import demonstrations_for_training
from tests.cast import client_of, long_ago, make_prompt, make_user

pytestmark = pytest.mark.django_db

PAIRS = [
    {"query": "I loved it.", "response": "positive"},
    {"query": "I hated it.", "response": "negative"},
    {"query": "What a film!", "response": "positive"},
]


@pytest.fixture(autouse=True)
def no_tokenizer(tmp_path, settings):
    settings.TOKENIZER_FILE = tmp_path / "none.json"


def write(user, text: object = "Explain tides to a child.", **more: object):
    body = {"kind": "labeler_plain", "text": text, **more}
    return client_of(user).post("/api/written-prompts/", body, format="json")


def write_set(user, pairs: object = PAIRS, *, address: str = "", **more: object):
    body = {
        "instruction": "Say whether the review is positive or negative.",
        "pairs": pairs,
        "client_key": str(uuid.uuid4()),
        **more,
    }
    return client_of(user).post(f"/api/few-shot-sets/{address}", body, format="json")


def describe(user, text: object = "Somebody wants a letter to a landlord rewritten politely."):
    return client_of(user).post("/api/task-descriptions/", {"text": text}, format="json")


def descriptions(user, whose: str = "others") -> list[dict]:
    page = client_of(user).get("/api/task-descriptions/", {"whose": whose}).json()
    return page["results"]


@pytest.fixture
def description(otto) -> int:
    """A description that Otto has written."""
    return describe(otto).json()["id"]


def test_a_plain_prompt_is_stored_exactly_with_where_it_came_from(amina):
    """R1."""
    text = "  Explain tides\n\tto a child. "

    answer = write(amina, text, category="generation")

    assert answer.status_code == 201
    prompt = Prompt.objects.get()
    assert prompt.text == text
    assert (prompt.source_kind, prompt.distribution) == ("labeler_plain", "instruct")
    assert (prompt.submitted_by, prompt.user_key) == (amina, f"labeler-{amina.pk}")
    assert (prompt.organization_key, prompt.consent_reference) == ("", "")
    assert prompt.category == "generation"
    assert PromptAnnotation.objects.get().annotator == amina


def test_the_same_prompt_sent_again_is_stored_once(amina):
    first = write(amina)

    second = write(amina)

    assert (second.status_code, second.json()["id"]) == (200, first.json()["id"])
    assert Prompt.objects.count() == 1


def test_somebody_elses_prompt_is_not_mine_by_writing_it_again(amina, otto):
    write(otto)

    answer = write(amina)

    assert (answer.status_code, answer.json()["code"]) == (422, "duplicate_prompt")
    assert Prompt.objects.get().submitted_by == otto


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty"), (" \n", "empty"), ("word " * 1_100, "too_long")]
)
def test_an_empty_and_an_overlong_prompt_are_refused_with_a_reason(amina, text, code):
    """R10: a prompt that can never be sampled is shortened while its writer is still here."""
    answer = write(amina, text)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert list(answer.json()["fields"]) == ["text"]
    assert not Prompt.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"text": 3},
        {"kind": "customer"},
        {"kind": "labeler_fewshot"},
        {"category": "x"},
        {"description": "1"},
    ],
)
def test_a_malformed_prompt_is_refused(amina, change):
    answer = write(amina, **change)

    assert (answer.status_code, list(answer.json()["fields"])) == (400, list(change))


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


def test_a_user_based_prompt_comes_from_somebody_elses_description(amina, description):
    """R3."""
    answer = write(amina, kind="labeler_user_based", description=description)

    assert answer.status_code == 201
    prompt = Prompt.objects.get()
    assert (prompt.source_kind, prompt.description_id) == ("labeler_user_based", description)
    assert answer.json()["description"].startswith("Somebody wants")


def test_nobody_writes_from_their_own_description(otto, amina, description):
    """R3, by hand past the interface; and it is never offered to its author."""
    answer = write(otto, kind="labeler_user_based", description=description)

    assert (answer.status_code, answer.json()["code"]) == (422, "own_description")
    assert not Prompt.objects.exists()
    assert descriptions(otto) == []
    assert [row["id"] for row in descriptions(amina)] == [description]
    assert [row["id"] for row in descriptions(otto, "mine")] == [description]


@pytest.mark.parametrize("number", [None, 987_654])
def test_a_user_based_prompt_needs_a_description_that_stands(amina, number):
    answer = write(amina, kind="labeler_user_based", description=number)

    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["description"])


def test_a_plain_prompt_has_no_description(amina, description):
    answer = write(amina, description=description)

    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["description"])


def test_a_description_points_to_nobody(amina, otto, description):
    (row,) = descriptions(amina)

    assert row.keys() == {"id", "text", "num_prompts", "created_at", "withdrawn_at"}
    assert "Otto" not in str(row)


def test_a_withdrawn_description_is_offered_to_nobody_and_its_prompts_stay(
    amina, otto, description
):
    write(amina, kind="labeler_user_based", description=description)
    address = f"/api/task-descriptions/{description}/withdraw/"

    assert client_of(otto).post(address).status_code == 204
    assert client_of(otto).post(address).status_code == 204

    assert descriptions(amina) == []
    assert Prompt.objects.get().description_id == description
    (mine,) = descriptions(otto, "mine")
    assert (mine["num_prompts"], mine["withdrawn_at"] is None) == (1, False)
    late = write(amina, "Another.", kind="labeler_user_based", description=description)
    assert late.json()["code"] == "no_such_description"


def test_amina_cannot_withdraw_ottos_description(amina, description):
    answer = client_of(amina).post(f"/api/task-descriptions/{description}/withdraw/")

    assert answer.status_code == 404
    assert TaskDescription.objects.get().withdrawn_at is None


def test_the_same_description_sent_again_is_stored_once(otto, description):
    answer = describe(otto)

    assert (answer.status_code, answer.json()["id"]) == (200, description)


@pytest.mark.parametrize(("text", "status"), [(" ", 422), (7, 400), ("x" * 4_001, 400)])
def test_a_description_says_something(otto, text, status):
    answer = describe(otto, text)

    assert (answer.status_code, list(answer.json()["fields"])) == (status, ["text"])


def test_a_description_with_personal_data_is_refused_with_each_place(otto):
    """R3: the description must be de-identified before anybody else reads it."""
    answer = describe(otto, "Write to jan@example.org, or call +1 212 555 0142 after six.")

    assert (answer.status_code, answer.json()["code"]) == (422, "personal_data")
    assert answer.json()["fields"]["text"] == [
        "An e-mail address at character 10: “Write to jan@example.org”",
        "A telephone number at character 35: “rg, or call +1 212 555 0142”",
    ]
    assert not TaskDescription.objects.exists()


def test_a_prompt_with_personal_data_is_kept_for_a_review_and_says_so(amina):
    """R7."""
    answer = write(amina, "Answer the mail that jan@example.org has sent me.")

    assert (answer.status_code, answer.json()["personal_data"]) == (201, "found")


def test_a_labeler_may_write_more_than_a_customer_may_send(amina, settings):
    """R5 keeps one customer from filling the data; what labelers write was asked for."""
    settings.PROMPT_CAP = 1

    for number in range(3):
        assert write(amina, f"Prompt {number}.").json()["standing"] == "accepted"


def test_a_prompt_that_begins_like_a_stored_one_is_refused(amina, otto):
    """R4."""
    beginning = " ".join(str(number) for number in range(70))
    write(otto, f"{beginning} one")

    answer = write(amina, f"{beginning} two")

    assert (answer.status_code, answer.json()["code"]) == (422, "duplicate_prompt")


def test_the_examples_of_a_set_may_begin_alike(amina):
    instruction = " ".join(str(number) for number in range(70))

    assert write_set(amina, instruction=instruction).json()["num_prompts"] == 3


def test_a_held_out_labeler_writes_nothing_that_could_train(hana, description):
    """R14: what the held-out pool writes must never be trained on, so it is not written here."""
    answers = [
        write(hana),
        write(hana, kind="labeler_user_based", description=description),
        write_set(hana),
        describe(hana),
    ]

    assert [answer.json()["code"] for answer in answers] == ["held_out"] * 4
    assert [answer.status_code for answer in answers] == [409] * 4
    assert not Prompt.objects.exists()
    assert not Demonstration.objects.exists()


def test_what_a_labeler_wrote_stops_training_when_they_are_held_out(amina):
    """R14."""
    write_set(amina)
    Prompt.objects.update(personal_data=Prompt.PersonalData.CLEAR)
    assert len(demonstrations_for_training()) == 3

    amina.pool = "held_out"
    amina.save()

    assert demonstrations_for_training() == []


def test_a_description_by_somebody_held_out_since_is_offered_to_nobody(amina, otto, description):
    otto.pool = "held_out"
    otto.save()

    assert descriptions(amina) == []


def test_a_candidate_writes_nothing_before_the_decision(amina, ada):
    candidate = make_user("candidate")
    screening = Screening.objects.create(name="Spring", created_by=ada)
    candidacy = Candidacy.objects.create(screening=screening, labeler=candidate, code="c1")
    assert write(candidate).json()["code"] == "candidacy_undecided"

    candidacy.state = Candidacy.State.REJECTED
    candidacy.decided_by, candidacy.reason = ada, "Too few."
    candidacy.decided_at = candidacy.submitted_at = long_ago()
    candidacy.save()

    assert write(candidate).json()["code"] == "candidacy_rejected"


def test_consent_comes_first(amina, ada):
    ConsentVersion.objects.create(version=1, title="Consent", body="Agree?", created_by=ada)

    assert write(amina).json()["code"] == "consent_needed"


def test_amina_reads_what_she_wrote_and_nothing_of_ottos(amina, otto, description):
    write(otto, "Otto's prompt.")
    write(amina, "Plain.")
    write_set(amina, PAIRS[:2])
    write(amina, "From a description.", kind="labeler_user_based", description=description)

    listed = client_of(amina).get("/api/written-prompts/").json()["results"]

    assert [row["kind"] for row in listed] == [
        "labeler_user_based",
        "labeler_fewshot",
        "labeler_fewshot",
        "labeler_plain",
    ]
    assert listed[-1]["text"] == "Plain."
    # Neither the split nor anything else of how it is used.
    assert "split" not in listed[0]


def test_the_lists_take_the_same_queries_for_one_and_for_many(
    amina, otto, django_assert_num_queries
):
    for number in range(4):
        described = describe(otto, f"Task {number}.").json()["id"]
        write(amina, f"Prompt {number}.", kind="labeler_user_based", description=described)
    browser = client_of(amina)

    with django_assert_num_queries(3):
        assert len(browser.get("/api/written-prompts/").json()["results"]) == 4
    with django_assert_num_queries(3):
        assert len(browser.get("/api/task-descriptions/").json()["results"]) == 4
