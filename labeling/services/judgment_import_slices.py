"""Going through an uploaded file of judgments; every slice is stored whole or not at all.

The row of the import says how many rows are done, in the transaction that stores what they say. A
worker that dies in the middle of a slice leaves nothing behind, and the next one reads the file
again and goes on from there: a row may be spread over the file, so no place in it is a beginning.
"""

import logging
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from tempfile import TemporaryFile
from time import monotonic
from typing import BinaryIO, Final, cast
from uuid import UUID

from django.db import DataError, IntegrityError, InterfaceError, OperationalError, transaction

from labeling.errors import Refused
from labeling.importers.files import UnreadableFile
from labeling.importers.formats import FORMATS
from labeling.importers.not_kept import added
from labeling.importers.other_formats import read_as
from labeling.importers.plain_files import plain
from labeling.importers.records import NumberedRow
from labeling.models import JudgmentImport, JudgmentImportRow
from labeling.models.uploads import OPEN_STATES
from labeling.selectors.uploads import waiting_uploads
from labeling.services.import_counts import RowOutcome
from labeling.services.imported_tasks import Target
from labeling.services.judgment_imports import (
    JudgmentImportReport,
    import_judgments,
    refresh_planner_statistics,
)
from labeling.services.only_one import only_one
from labeling.services.uploads import (
    State,
    begin_upload,
    content_from,
    end_upload,
    lock_upload,
)

logger = logging.getLogger(__name__)

ROWS_PER_SLICE: Final = 200
# Any number that no other advisory lock uses.
AT_AN_IMPORT: Final = 7_301_003
# A dry run is one transaction that is taken back, so it must end before its task has to.
DRY_RUN_SECONDS: Final = 20.0
# Nobody reads more, and a file of another format has several in each of its rows.
FAULTS_PER_TRIAL: Final = 20_000
SAID_PER_INSERT: Final = 2_000
MAX_PLAIN_BYTES: Final = 500_000_000
COUNTS: Final = (
    "num_prompts",
    "num_completions",
    "num_labelers",
    "num_tasks",
    "num_judgments",
    "num_demonstrations",
)

ROWS_OF: Final = {outcome: f"num_rows_{outcome.name.lower()}" for outcome in RowOutcome}

Outcome = JudgmentImportRow.Outcome


def import_judgments_for(seconds: float) -> bool | None:
    """Go on with the oldest import for about this long; whether one is still waiting then.

    None where none was waiting to begin with, or somebody else is at it: reading a long file beside
    them would take the time and the memory, and store nothing.
    """
    with only_one(AT_AN_IMPORT) as is_mine:
        return _go_on(seconds) if is_mine else None


def _go_on(seconds: float) -> bool | None:
    waiting = _next_import()
    if waiting is None:
        return None
    with _failing(waiting), _file_of(waiting) as file:
        found = JudgmentImport.objects.get(pk=waiting)
        plainly = plain(file, at_most=MAX_PLAIN_BYTES)
        rows = read_as(FORMATS[found.format], plainly, found.choices)
        if found.is_dry_run:
            _try_all(waiting, rows)
        else:
            _store_on(waiting, rows, seconds)
    return _next_import() is not None


def _next_import() -> UUID | None:
    return waiting_uploads(JudgmentImport).values_list("pk", flat=True).first()


@contextmanager
def _failing(import_id: UUID) -> Iterator[None]:
    """What the file or the database refuses ends the import with the reason.

    So does an error of our own, or this import would be tried for ever and the others wait for it.
    """
    try:
        yield
    except (OperationalError, InterfaceError):
        # The database is away, and the file not at fault: it is tried again.
        raise
    except Exception as error:  # noqa: BLE001 - no import may stop the others
        failure = _reason(error)
        with transaction.atomic():
            found = lock_upload(JudgmentImport, import_id)
            if found.state in OPEN_STATES:
                end_upload(found, State.FAILED, failure=failure)


def _reason(error: Exception) -> str:
    match error:
        case UnreadableFile():
            return str(error)
        case OSError() | EOFError() | zlib.error():
            return f"The file cannot be unpacked: {error}."
        case Refused():
            return error.message
        case DataError() | IntegrityError():
            return f"Postgres refused a row: {error}"
    logger.error("An import of judgments met an error of our own.", exc_info=error)
    return f"Concord itself failed at this file ({type(error).__name__}); its log says where."


@contextmanager
def _file_of(import_id: UUID) -> Iterator[BinaryIO]:
    """The uploaded file, on disk while it is read. One query for each piece."""
    with TemporaryFile() as file:
        file.writelines(content_from(JudgmentImport.objects.get(pk=import_id)))
        file.seek(0)
        yield cast(BinaryIO, file)


def _store_on(import_id: UUID, rows: Iterator[NumberedRow], seconds: float) -> None:
    """Slice after slice from where the import stands; another worker's progress ends this one.

    The way there is read anew each time. It counts for nothing, or a long file would end between
    there and here for ever; and what takes long to reach is worked at for as long.
    """
    began = monotonic()
    done = JudgmentImport.objects.values_list("num_rows_done", flat=True).get(pk=import_id)
    # One more, since some formats have their first row when they have read all.
    rows = chain(list(islice(rows, done, done + 1)), rows)
    parts = whole_rows(rows)
    now = monotonic()
    until = now + max(seconds, now - began)
    while True:
        with transaction.atomic():
            found = _begun(import_id)
            if found is None or found.num_rows_done != done:
                return
            part = next(parts, [])
            _keep(found, _import_part(found, part), num_rows=len(part))
            done = found.num_rows_done
            if len(part) < ROWS_PER_SLICE:
                end_upload(found, State.DONE)
                refresh_planner_statistics()
                return
        if monotonic() >= until:
            return


def whole_rows(rows: Iterator[NumberedRow]) -> Iterator[list[NumberedRow]]:
    """Slices that end where a row of the file does, of which several records may be read."""
    part: list[NumberedRow] = []
    for row in rows:
        if len(part) >= ROWS_PER_SLICE and row[0] != part[-1][0]:
            yield part
            part = []
        part.append(row)
    yield part


def _try_all(import_id: UUID, rows: Iterator[NumberedRow]) -> None:
    """The import itself, taken back, but for what it says.

    Where time ran out, or too much is wrong to be told, that is said too.
    """
    num_read, num_faults, is_over = 0, 0, False

    def in_time() -> Iterator[NumberedRow]:
        nonlocal num_read, num_faults, is_over
        until = None
        for row in rows:
            # Of some formats the first row comes when all have been read.
            until = until or monotonic() + DRY_RUN_SECONDS
            num_read += 1
            num_faults += len(row[1]) if isinstance(row[1], list) else 0
            yield row
            if monotonic() > until or num_faults > FAULTS_PER_TRIAL:
                return
        is_over = True

    with transaction.atomic():
        found = _begun(import_id)
        if found is None:
            return
        report = import_judgments(
            in_time(), target=_target(found), dry_run=True, on_progress=lambda _: None
        )
        found.is_whole = is_over
        _keep(found, report, num_rows=num_read)
        end_upload(found, State.DONE)


def _begun(import_id: UUID) -> JudgmentImport | None:
    """The import, locked and running; None where it is over or another worker has it."""
    found = (
        JudgmentImport.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(pk=import_id, state__in=OPEN_STATES)
        .first()
    )
    if found is not None:
        begin_upload(found)
        found.refresh_from_db(fields=["started_at"])
    return found


def _target(found: JudgmentImport) -> Target:
    return Target(found.dataset, found.project_name, is_study=found.is_study)


def _import_part(found: JudgmentImport, part: list[NumberedRow]) -> JudgmentImportReport:
    return import_judgments(
        iter(part),
        target=_target(found),
        dry_run=False,
        on_progress=lambda _: None,
        is_part=True,
        began_at=found.started_at,
    )


def _keep(found: JudgmentImport, report: JudgmentImportReport, *, num_rows: int) -> None:
    """Precondition: the row is locked."""
    JudgmentImportRow.objects.bulk_create(_said(found, report), batch_size=SAID_PER_INSERT)
    found.num_rows_done += num_rows
    for name in COUNTS:
        setattr(found, name, getattr(found, name) + getattr(report, name))
    for outcome, num_of_outcome in report.rows.by_outcome().items():
        name = ROWS_OF[outcome]
        setattr(found, name, getattr(found, name) + num_of_outcome)
    not_kept = Counter(found.not_kept)
    added(not_kept, report.not_kept)
    found.not_kept = dict(not_kept)
    found.save(update_fields=["num_rows_done", "is_whole", "not_kept", *COUNTS, *ROWS_OF.values()])


def _said(found: JudgmentImport, report: JudgmentImportReport) -> Iterator[JudgmentImportRow]:
    for error in report.errors:
        yield JudgmentImportRow(
            judgment_import=found,
            line=error.line,
            outcome=Outcome.BROKEN,
            field=error.field[:120],
            message=error.message,
        )
    for outcome, rows in (
        (Outcome.LEFT_OUT, report.left_out),
        (Outcome.SKIPPED, report.skipped),
        (Outcome.NOTE, report.notes),
    ):
        for row in rows:
            yield JudgmentImportRow(
                judgment_import=found, line=row.line, outcome=outcome, message=row.reason
            )
