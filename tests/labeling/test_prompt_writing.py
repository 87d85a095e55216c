"""Prompts written by labelers: plain, few-shot, and from somebody else's description (R1-R3)."""

import pytest

from labeling.models import (
    Candidacy,
    ConsentVersion,
    Demonstration,
    Prompt,
    PromptAnnotation,
    Screening,
    TaskDescription,
)
from labeling.selectors.demonstrations import demonstrations_for_training
from tests.cast import client_of, long_ago, make_user
from tests.labeling.test_few_shot_sets import PAIRS, write_set

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_tokenizer")]


def write(user, text: object = "Explain tides to a child.", **more: object):
    body = {"kind": "labeler_plain", "text": text, **more}
    return client_of(user).post("/api/written-prompts/", body, format="json")


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
