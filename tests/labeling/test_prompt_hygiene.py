"""What every prompt goes through before it is stored, and who may use it afterwards."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Barrier

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from labeling.importers.prompts import PromptRow
from labeling.models import Prompt
from labeling.selectors.demonstrations import demonstrations_for_training
from labeling.selectors.prompts import is_usable
from labeling.selectors.rankings import trainable_rankings
from labeling.services.prompt_checks import check_stored_prompts
from labeling.services.prompts import PromptRules, import_prompts, reservations, store_prompts
from labeling.services.tasks import TaskRequest, create_tasks
from tests.cast import (
    make_demonstration,
    make_demonstration_project,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_task,
)
from tests.labeling.uploads import json_lines

pytestmark = pytest.mark.django_db

TEMPLATE = "word " * 64


def stored(*rows: PromptRow, **rules: object) -> list[Prompt]:
    given = PromptRules(**{"cap": 200, "cap_by": "organization", **rules})
    return [one.prompt for one in store_prompts(rows, rules=given)]


def of_acme(number: int, user: str = "") -> PromptRow:
    return PromptRow(f"Prompt {number}", organization_key="acme", user_key=user)


# R4: long shared beginnings.


def test_a_prompt_with_the_first_64_tokens_of_another_is_not_stored(tokenizer):
    """R4: the first is kept, the second linked to it."""
    first, second = store_prompts([PromptRow(TEMPLATE + "cats"), PromptRow(TEMPLATE + "dogs")])

    assert (first.is_new, second.is_new, second.repeats) == (True, False, "prefix")
    assert second.prompt == first.prompt
    # In a later call too.
    (third,) = store_prompts([PromptRow(TEMPLATE + "birds")])
    assert third.prompt.pk == first.prompt.pk
    assert Prompt.objects.count() == 1


def test_a_shorter_prompt_is_only_an_exact_duplicate(tokenizer):
    """R4: 63 shared tokens are no template."""
    text = "word " * 62

    outcome = store_prompts([PromptRow(text + "a"), PromptRow(text + "b"), PromptRow(text + "a")])

    assert [one.repeats for one in outcome] == ["", "", "text"]


def test_the_length_of_the_beginning_can_be_set(tokenizer, settings):
    """R4: 64 is the default."""
    settings.PROMPT_PREFIX_TOKENS = 8
    text = "word " * 8

    outcome = store_prompts([PromptRow(text + "a"), PromptRow(text + "b")])

    assert [one.repeats for one in outcome] == ["", "prefix"]


def test_without_a_tokenizer_words_stand_in_and_nothing_is_counted(no_tokenizer):
    """R4, R10: an estimate is never stored as a count."""
    outcome = store_prompts([PromptRow(TEMPLATE + "cats"), PromptRow(TEMPLATE + "dogs")])

    assert [one.repeats for one in outcome] == ["", "prefix"]
    assert outcome[0].prompt.token_count is None


def test_examples_of_one_set_and_judged_tasks_may_begin_alike(tokenizer):
    """R2: the pairs of a few-shot set share their instruction."""
    rules = {"compares_prefixes": False}

    prompts = stored(PromptRow(TEMPLATE + "cats"), PromptRow(TEMPLATE + "dogs"), **rules)

    assert [prompt.text[-4:] for prompt in prompts] == ["cats", "dogs"]


def test_the_beginning_of_a_prompt_over_its_cap_blocks_nobody(tokenizer):
    """R4: only an accepted prompt is kept before another."""
    over = PromptRow(TEMPLATE + "cats", organization_key="acme")
    other = PromptRow(TEMPLATE + "dogs", organization_key="globex")

    _, second, third = stored(of_acme(1), over, other, cap=1)

    assert (second.standing, third.standing) == ("over_cap", "accepted")


# R5: the cap.


def test_the_201st_prompt_of_an_organization_is_kept_and_over_its_cap():
    """R5, across calls."""
    stored(*(of_acme(number) for number in range(150)))
    stored(*(of_acme(number) for number in range(150, 202)))

    assert Prompt.objects.filter(standing="accepted").count() == 200
    over = Prompt.objects.filter(standing="over_cap").values_list("text", flat=True)
    assert set(over) == {"Prompt 200", "Prompt 201"}


def test_the_cap_can_count_users_instead():
    """R5: switchable."""
    rows = [of_acme(0, "u1"), of_acme(1, "u1"), of_acme(2, "u2")]

    prompts = stored(*rows, cap=1, cap_by="user")

    assert [prompt.standing for prompt in prompts] == ["accepted", "over_cap", "accepted"]


def test_prompts_of_nobody_are_not_counted_together():
    """R5: without a key there is nobody to cap."""
    prompts = stored(PromptRow("a"), PromptRow("b"), cap=1)

    assert [prompt.standing for prompt in prompts] == ["accepted", "accepted"]


@pytest.mark.django_db(transaction=True)
def test_the_cap_is_exact_when_four_store_at_once():
    """R5: no two writers both see room for the last one."""
    barrier = Barrier(4)

    def store_some(worker: int) -> None:
        try:
            barrier.wait()
            stored(*(of_acme(100 * worker + number) for number in range(10)), cap=25)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(store_some, range(4)))

    assert Prompt.objects.filter(standing="accepted").count() == 25
    assert Prompt.objects.count() == 40


# R6, R8, R10.


def test_language_length_and_personal_data_are_found_out_at_the_door(tokenizer):
    """R7, R8, R10."""
    clear, found = stored(
        PromptRow("Erkläre einem Kind die Gezeiten."), PromptRow("Write to cara@example.org !")
    )

    assert (clear.language, clear.personal_data, clear.personal_data_findings) == (
        "de",
        "clear",
        [],
    )
    assert 0.5 < clear.language_confidence <= 1
    assert found.personal_data == "found"
    (finding,) = found.personal_data_findings
    assert found.text[finding["start"] : finding["end"]] == "cara@example.org"
    # Erkläre, einem, Kind, die, Gezeiten and the full stop.
    assert clear.token_count == 6


def test_the_nightly_check_finds_no_key_in_two_splits_and_says_so():
    """R6: it must return 0 rows."""
    stored(*(PromptRow(f"{n}", organization_key=f"org {n % 7}") for n in range(40)))
    out = StringIO()

    call_command("check_prompts", stdout=out)

    assert out.getvalue().splitlines() == ["0 prompts newly checked", "0 keys are in two splits"]


def test_the_nightly_check_names_a_key_in_two_splits_and_fails(settings):
    """R6: counted by user, one user of two organizations can stand in both splits."""
    settings.PROMPT_CAP_BY = "user"
    train, validation = "a", "u3"
    stored(
        PromptRow("one", organization_key=train, user_key="cara"),
        PromptRow("two", organization_key=validation, user_key="cara"),
    )
    out = StringIO()

    with pytest.raises(CommandError, match="1 key is in two splits"):
        call_command("check_prompts", stdout=out)

    assert "cara" in out.getvalue().splitlines()


def test_prompts_from_before_the_checks_are_checked_and_decisions_stay(tokenizer):
    """R7, R10: rows from before there were checks."""
    old = make_prompt("Call +44 20 7946 0958", personal_data="unchecked")
    cleared = make_prompt("Mail a@example.org", personal_data="cleared")

    assert check_stored_prompts() == 2
    assert check_stored_prompts() == 0

    old.refresh_from_db()
    cleared.refresh_from_db()
    assert (old.personal_data, old.personal_data_findings[0]["kind"]) == ("found", "phone")
    assert old.token_count is not None
    assert (cleared.personal_data, cleared.language is not None) == ("cleared", True)


def test_a_tokenizer_installed_later_counts_what_was_stored_before(request):
    """R10: null until somebody counts."""
    request.getfixturevalue("no_tokenizer")
    (prompt,) = stored(PromptRow(TEMPLATE + "cats"))
    by_words = prompt.prefix_sha256
    assert check_stored_prompts() == 0

    request.getfixturevalue("tokenizer")

    assert check_stored_prompts() == 1
    prompt.refresh_from_db()
    assert prompt.token_count == 65
    assert prompt.prefix_sha256 not in {by_words, None}
    assert check_stored_prompts() == 0


# R7, R10: who reads what.

STATES = [
    ({"personal_data": "clear"}, True),
    ({"personal_data": "cleared"}, True),
    ({"personal_data": "found"}, False),
    ({"personal_data": "confirmed"}, False),
    ({"personal_data": "unchecked"}, False),
    ({"standing": "over_cap"}, False),
    ({"token_count": 1_024}, True),
    ({"token_count": 1_025}, False),
]


@pytest.mark.parametrize(("fields", "is_used"), STATES)
def test_only_usable_prompts_are_trained_on_and_asked_about(amina, fields, is_used):
    """R5, R7, R10: rankings, demonstrations and tasks alike."""
    prompt = make_prompt(**fields)
    project = make_ranking_project()
    make_ranking(make_task(project, prompt), amina, [1, 2, 3, 4])
    writing = make_demonstration_project()
    make_demonstration(make_task(writing, prompt), amina, "An answer.")

    report = create_tasks(project=make_demonstration_project(), request=TaskRequest(num_prompts=5))

    assert Prompt.objects.filter(is_usable()).exists() == is_used
    assert trainable_rankings().exists() == is_used
    assert bool(demonstrations_for_training()) == is_used
    assert report.num_tasks == int(is_used)


def test_a_prompt_that_is_too_long_is_kept(tokenizer):
    """R10: marked, never deleted."""
    (prompt,) = stored(PromptRow("word " * 1_025))

    assert (prompt.token_count, prompt.standing) == (1_025, "accepted")
    assert reservations(prompt) == ["1,025 tokens, more than 1,024: never sampled."]


def test_a_report_says_what_will_not_be_used(settings):
    """The small import says it too."""
    settings.PROMPT_CAP = 1
    content = json_lines(
        {"text": "One", "organization_key": "acme"},
        {"text": "Two", "organization_key": "acme"},
        {"text": "Mail a@example.org"},
    )

    report = import_prompts(content.splitlines(), submitted_by=None, dry_run=False)

    assert report.stored == [1, 2, 3]
    assert [(note.line, note.reason) for note in report.notes] == [
        (2, "Over the cap of its key: stored, never sampled."),
        (3, "Personal data (email): waits for a review."),
    ]
