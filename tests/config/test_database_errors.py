"""An error of the database that nobody expected is logged, and the row that was refused is not."""

import logging

import pytest
from django.db import DataError, Error, IntegrityError, connection, transaction

from labeling.models import Prompt
from tests.cast import make_prompt
from tests.log_lines import CANARY, logged

pytestmark = pytest.mark.django_db


def lacking_a_column() -> None:
    """Postgres adds the failing row, which is the prompt's text."""
    Prompt.objects.create(text=CANARY, text_sha256=None)


def a_second_time() -> None:
    prompt = make_prompt(CANARY)
    prompt.pk = None
    prompt.save(force_insert=True)


def of_the_wrong_type() -> None:
    """Here the very first line quotes the value."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::integer", [CANARY])


@pytest.mark.parametrize(
    ("break_it", "kind", "said"),
    [
        (lacking_a_column, IntegrityError, "null value in column"),
        (a_second_time, IntegrityError, "labeling_prompt_text_sha256_key"),
        (of_the_wrong_type, DataError, "InvalidTextRepresentation, SQLSTATE 22P02"),
    ],
)
def test_a_traceback_names_the_rule_and_never_what_people_wrote(break_it, kind, said, caplog):
    """reliability.md 6: no bodies in logs, in JSON lines, plain ones and in what Celery prints."""
    with pytest.raises(kind) as raised, transaction.atomic():
        break_it()
    with logged() as lines:
        logging.getLogger("canary").error("it broke", exc_info=raised.value)

    shown = [*lines, caplog.text, repr(raised.value), repr(raised.value.__cause__)]
    assert all(said in one for one in shown)
    assert not any(CANARY in one for one in shown)


def test_what_handlers_read_of_an_error_is_still_there():
    with pytest.raises(Error) as raised, transaction.atomic():
        lacking_a_column()

    assert raised.value.__cause__.diag.column_name == "text_sha256"
    assert raised.value.__cause__.pgcode == "23502"
