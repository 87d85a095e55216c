"""Prompts through the API: what was found in them, what they ask for, what may be used."""

import pytest

from labeling.catalogue import ANNOTATION_SCHEMA_REVISION
from labeling.models import AuditEntry, Prompt, PromptAnnotation, User
from tests.cast import client_of, make_prompt

FINDING = {"kind": "email", "start": 5, "end": 23, "score": 1.0}


def found_prompt(**fields: object) -> Prompt:
    return make_prompt(personal_data="found", personal_data_findings=[FINDING], **fields)


def decide(user: User, prompt: Prompt, is_personal: object):
    return client_of(user).put(
        f"/api/prompts/{prompt.pk}/personal-data/", {"is_personal": is_personal}
    )


def test_rosa_clears_one_prompt_and_confirms_another(rosa):
    """R7: hits go to a review queue; only a cleared one is used."""
    clear, personal = found_prompt(), found_prompt()
    make_prompt()
    waiting = client_of(rosa).get("/api/prompts/personal-data/").json()["results"]
    assert [row["id"] for row in waiting] == [clear.pk, personal.pk]
    assert waiting[0]["personal_data_findings"] == [FINDING]

    cleared, confirmed = decide(rosa, clear, False).json(), decide(rosa, personal, True).json()

    assert (cleared["personal_data"], cleared["reviewed_by_name"]) == ("cleared", "Rosa")
    assert confirmed["personal_data"] == "confirmed"
    assert confirmed["personal_data_reviewed_at"] is not None
    assert client_of(rosa).get("/api/prompts/personal-data/").json()["results"] == []
    entries = AuditEntry.objects.filter(action="review_personal_data").order_by("pk")
    assert [(entry.subject_id, entry.details["to"]) for entry in entries] == [
        (str(clear.pk), "cleared"),
        (str(personal.pk), "confirmed"),
    ]


def test_a_decision_twice_is_one_and_can_be_changed(rosa, ada):
    prompt = found_prompt()
    decide(rosa, prompt, True)
    assert decide(rosa, prompt, True).status_code == 200
    assert AuditEntry.objects.count() == 1

    assert decide(ada, prompt, False).json()["personal_data"] == "cleared"


def test_nothing_is_decided_where_nothing_was_found(rosa):
    answer = decide(rosa, make_prompt(), False)

    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_found")


@pytest.mark.parametrize("is_personal", [None, "no", 1])
def test_a_malformed_decision_names_its_field(rosa, is_personal):
    answer = decide(rosa, found_prompt(), is_personal)

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["is_personal"])


def test_a_prompt_that_is_not_there_cannot_be_reviewed_or_annotated(rosa):
    body = {"category": None, "flags": {}}

    assert client_of(rosa).put("/api/prompts/987654/annotation/", body).status_code == 404
    answer = client_of(rosa).put("/api/prompts/987654/personal-data/", {"is_personal": True})
    assert answer.status_code == 404


def test_the_queue_costs_three_queries_however_long(rosa, django_assert_num_queries):
    for _ in range(25):
        found_prompt()
    client = client_of(rosa)

    with django_assert_num_queries(3):
        page = client.get("/api/prompts/personal-data/").json()

    assert len(page["results"]) == 20
    assert page["next"]


def test_rosa_changes_category_and_flags_and_the_history_stays(rosa, ada):
    """R9: versioned by the catalogue's revision."""
    prompt = make_prompt()
    address = f"/api/prompts/{prompt.pk}/annotation/"
    client_of(ada).put(address, {"category": "chat", "flags": {"ambiguous": True}})

    answer = client_of(rosa).put(
        address, {"category": "open_qa", "flags": {"ambiguous": False, "closed_domain": None}}
    )

    shown = answer.json()
    assert (shown["category"], shown["flags"]) == ("open_qa", {"ambiguous": False})
    assert [
        (one["annotator_name"], one["category"], one["flags"]) for one in shown["annotations"]
    ] == [("Rosa", "open_qa", {"ambiguous": False}), ("Ada", "chat", {"ambiguous": True})]
    assert {one["schema_revision"] for one in shown["annotations"]} == {ANNOTATION_SCHEMA_REVISION}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"category": "poetry", "flags": {}}, "category"),
        ({"category": None, "flags": {"rude": True}}, "flags"),
        ({"category": None, "flags": {"ambiguous": "yes"}}, "flags"),
        ({"category": None}, "flags"),
    ],
)
def test_a_malformed_annotation_names_its_field(rosa, body, field):
    answer = client_of(rosa).put(f"/api/prompts/{make_prompt().pk}/annotation/", body)

    assert answer.status_code == 400
    assert next(iter(answer.json()["fields"])).split(".")[0] == field
    assert not PromptAnnotation.objects.exists()


def test_the_summary_shows_the_english_share_and_what_may_be_used(rosa, django_assert_num_queries):
    """R8."""
    make_prompt(language="en", language_confidence=0.9)
    make_prompt(language="en", language_confidence=0.9, standing="over_cap")
    make_prompt(language="de", language_confidence=0.9, token_count=2_000)
    make_prompt(personal_data="unchecked")
    found_prompt(language="en", language_confidence=0.9)
    client = client_of(rosa)

    with django_assert_num_queries(4):
        summary = client.get("/api/prompts/summary/").json()

    assert summary == {
        "num_prompts": 5,
        "num_usable": 1,
        "num_over_cap": 1,
        "num_too_long": 1,
        "num_unchecked": 1,
        "num_to_review": 1,
        "num_confirmed": 0,
        "english_share": 0.75,
        "languages": [
            {"language": "en", "num_prompts": 3},
            {"language": "de", "num_prompts": 1},
        ],
    }


def test_without_prompts_there_is_no_share(rosa):
    assert client_of(rosa).get("/api/prompts/summary/").json()["english_share"] is None


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"standing": "over_cap"}, "over"),
        ({"personal_data": "found"}, "found"),
        ({"language": "de"}, "german"),
        ({"is_too_long": "true"}, "long"),
    ],
)
def test_prompts_are_found_by_what_is_known_about_them(rosa, query, text):
    make_prompt("plain", token_count=10)
    make_prompt("uncounted")
    make_prompt("over", standing="over_cap")
    found_prompt(text="found")
    make_prompt("german", language="de", language_confidence=1.0)
    make_prompt("long", token_count=1_025)

    rows = client_of(rosa).get("/api/prompts/", query).json()["results"]

    assert [row["text"] for row in rows] == [text]


def test_a_prompt_nobody_has_counted_is_not_too_long(rosa):
    make_prompt("uncounted")
    make_prompt("long", token_count=1_025)

    rows = client_of(rosa).get("/api/prompts/", {"is_too_long": "false"}).json()["results"]

    assert [(row["text"], row["is_too_long"]) for row in rows] == [("uncounted", False)]


@pytest.mark.parametrize(
    "query", [{"standing": "banned"}, {"personal_data": "x"}, {"language": "?"}]
)
def test_a_filter_that_is_none_names_itself(rosa, query):
    answer = client_of(rosa).get("/api/prompts/", query)

    assert (answer.status_code, list(answer.json()["fields"])) == (400, list(query))
