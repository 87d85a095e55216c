"""Completions are stored once, however often a job or an import is repeated."""

import pytest

from labeling.errors import Refused
from labeling.models import Completion, CompletionSource
from labeling.services.completions import (
    NewCompletion,
    StoredCompletions,
    get_or_create_source,
    store_completions,
)
from tests.cast import client_of, make_completions, make_prompt, make_source

pytestmark = pytest.mark.django_db


def row(prompt, key: str, text: str = "Hello.", **fields: object) -> NewCompletion:
    return NewCompletion(prompt_id=prompt.pk, text=text, source_key=key, **fields)


def test_everything_about_a_sample_is_stored():
    """R85."""
    prompt, source = make_prompt(), make_source()
    sampling = {"temperature": 0.7, "top_p": 0.9, "max_tokens": 64, "run": "r1", "step": 12}

    store_completions(
        source=source,
        rows=[
            row(
                prompt,
                "r1:0",
                "  Hi.\n",
                sampling=sampling,
                seed=2**63 - 1,
                token_count=3,
                finish_reason="length",
            )
        ],
    )

    stored = Completion.objects.get()
    assert (stored.prompt, stored.source, stored.source_key) == (prompt, source, "r1:0")
    assert (stored.text, stored.sampling, stored.seed) == ("  Hi.\n", sampling, 2**63 - 1)
    assert (stored.token_count, stored.finish_reason) == (3, "length")


def test_repeating_a_job_stores_nothing_twice():
    prompt, source = make_prompt(), make_source()
    rows = [row(prompt, f"r1:{n}", f"Text {n}") for n in range(5)]

    first = store_completions(source=source, rows=rows[:3])
    second = store_completions(source=source, rows=rows)

    assert first == StoredCompletions(3, 0, ())
    assert second == StoredCompletions(2, 3, ())
    assert Completion.objects.count() == 5


def test_a_key_twice_in_one_batch_is_stored_once():
    prompt = make_prompt()

    result = store_completions(source=make_source(), rows=[row(prompt, "a"), row(prompt, "a")])

    assert result == StoredCompletions(1, 1, ())


def test_the_same_key_of_another_source_is_another_completion():
    prompt = make_prompt()
    store_completions(source=make_source("a"), rows=[row(prompt, "1")])

    assert store_completions(source=make_source("b"), rows=[row(prompt, "1")]).num_stored == 1


def test_another_text_under_a_stored_key_is_refused_and_nothing_is_stored():
    """R32."""
    prompt, source = make_prompt(), make_source()
    store_completions(source=source, rows=[row(prompt, "1", "Before.")])

    with pytest.raises(Refused) as refusal:
        store_completions(source=source, rows=[row(prompt, "2"), row(prompt, "1", "After.")])

    assert refusal.value.code == "completion_changed"
    assert [stored.text for stored in Completion.objects.all()] == ["Before."]


def test_a_text_that_postgres_cannot_hold_is_left_out_and_named():
    prompt = make_prompt()

    result = store_completions(
        source=make_source(), rows=[row(prompt, "1", "a\x00b"), row(prompt, "2", "")]
    )

    assert result == StoredCompletions(1, 0, ("1",))
    assert Completion.objects.get().text == ""


def test_thousands_are_stored_by_the_thousand(django_assert_num_queries):
    prompt, source = make_prompt(), make_source()
    rows = (row(prompt, str(n), f"Text {n}") for n in range(2_500))

    # Savepoint in and out; for each of three batches: what is there, and the insert.
    with django_assert_num_queries(2 + 3 * 2):
        result = store_completions(source=source, rows=rows)

    assert result.num_stored == Completion.objects.count() == 2_500


def test_a_source_is_made_once_and_keeps_its_kind():
    kind = CompletionSource.Kind
    first = get_or_create_source(kind=kind.MODEL_VERSION, name="policy")

    assert get_or_create_source(kind=kind.MODEL_VERSION, name="policy") == first
    with pytest.raises(Refused) as refusal:
        get_or_create_source(kind=kind.IMPORTED, name="policy")
    assert refusal.value.code == "source_kind_differs"


def test_rosa_sees_the_sources_with_their_counts(rosa, django_assert_num_queries):
    make_completions(make_prompt(), 4, source=make_source("policy-b"))
    make_completions(make_prompt(), 3, source=make_source("policy-a"))
    browser = client_of(rosa)

    # Session, account, the page.
    with django_assert_num_queries(3):
        listed = browser.get("/api/completion-sources/").json()["results"]

    assert [(row["name"], row["kind"], row["num_completions"]) for row in listed] == [
        ("policy-a", "model_version", 3),
        ("policy-b", "model_version", 4),
    ]


def test_amina_never_sees_a_source(amina):
    """R30."""
    assert client_of(amina).get("/api/completion-sources/").status_code == 403
