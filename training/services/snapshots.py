"""Freezing data into immutable, content-addressed snapshots (R49-R52)."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from labeling.errors import Refused
from labeling.models import Completion, Prompt, Ranking, User
from labeling.selectors.prompts import is_usable
from labeling.services.audit import record
from training.artifact_store import StoredArtifact, publish
from training.models import (
    Artifact,
    HeldOutPrompt,
    Snapshot,
    SnapshotDemonstration,
    SnapshotPrompt,
    SnapshotRanking,
)
from training.selectors.snapshot_splits import describe_split
from training.services.canonical import canonical_json
from training.services.model_versions import record_artifact
from training.services.pretraining_records import pretraining_records
from training.services.prompt_records import (
    evaluation_records,
    prompt_records,
    records_of_prompts,
)
from training.services.snapshot_counts import (
    count_completion_records,
    count_demonstration_records,
    count_evaluation_records,
    count_prompt_records,
    count_records_of_rankings,
)
from training.services.snapshot_records import (
    Records,
    SnapshotQuery,
    completion_records,
    demonstration_records,
    records_of_completions,
    records_of_rankings,
)

FORMAT = 1
LINKS_PER_STATEMENT = 5_000
PIECE_BYTES = 1 << 20
# What is half frozen. Whoever publishes next sweeps what lies there for a day.
SCRATCH = ".tmp-freeze-"
_scratch: ContextVar[str] = ContextVar("scratch", default=SCRATCH)


@dataclass(frozen=True)
class Preview:
    """What freezing now would give."""

    counts: dict[str, Any]
    problems: list[str]


def freeze_rankings(*, by: User, name: str, query: SnapshotQuery) -> Snapshot:
    """Sealed rankings of training labelers, for a reward model.

    Raises: Refused("empty_snapshot"), Refused("no_comparisons") (status 422).
    """
    return freeze(by=by, name=name, kind=Snapshot.Kind.RM, query=query)


def freeze_these_rankings(
    *, by: User, name: str, query: SnapshotQuery, ranking_ids: Collection[UUID]
) -> Snapshot:
    """Of the rankings that the query finds, the chosen ones. Raises: as ``freeze_rankings``."""
    with one_moment():
        said = query_as_json(query) | {"chosen": len(ranking_ids)}
        records = records_of_rankings(query, ranking_ids)
        return _freeze(by, name, Snapshot.Kind.RM, said, records)


def freeze_demonstrations(*, by: User, name: str, query: SnapshotQuery) -> Snapshot:
    """Sealed demonstrations of training labelers. Raises: Refused("empty_snapshot")."""
    return freeze(by=by, name=name, kind=Snapshot.Kind.SFT, query=query)


def freeze_prompts(*, by: User, name: str, query: SnapshotQuery) -> Snapshot:
    """Training prompts for PPO. Raises: Refused("empty_snapshot")."""
    return freeze(by=by, name=name, kind=Snapshot.Kind.PPO, query=query)


def freeze_evaluation_prompts(*, by: User, name: str, query: SnapshotQuery) -> Snapshot:
    """Held-out prompts to judge models by, which nothing is trained on from then on (R36, R49).

    Raises: Refused("empty_snapshot"), Refused("not_for_training"), Refused("not_held_out").
    """
    return freeze(by=by, name=name, kind=Snapshot.Kind.EVAL, query=query)


def freeze_these_prompts(*, by: User, name: str, prompt_ids: Sequence[int]) -> Snapshot:
    """Chosen prompts of any split, to be answered by a model, in the order given.

    Raises: Refused("empty_snapshot").
    """
    with one_moment():
        found = Prompt.objects.filter(is_usable()).in_bulk(list(prompt_ids))
        records = records_of_prompts(found[number] for number in prompt_ids if number in found)
        return _freeze(by, name, Snapshot.Kind.PPO, {"chosen": len(prompt_ids)}, records)


def freeze_completions(*, by: User, name: str, query: SnapshotQuery) -> Snapshot:
    """Prompts with their completions, for a reward model to score.

    Raises: Refused("empty_snapshot"), Refused("not_for_training").
    """
    return freeze(by=by, name=name, kind=Snapshot.Kind.COMPLETIONS, query=query)


def freeze_completions_of(
    *, by: User, name: str, prompt_ids: Sequence[int], among: QuerySet[Completion]
) -> Snapshot:
    """Those completions of chosen prompts that are among the given ones, by prompt.

    Raises: Refused("empty_snapshot").
    """
    with one_moment():
        answered = Prompt.objects.filter(
            is_usable(), Exists(among.filter(prompt=OuterRef("pk"))), pk__in=prompt_ids
        )
        records = records_of_completions(answered.order_by("pk"), among)
        said = {"chosen": len(prompt_ids)}
        return _freeze(by, name, Snapshot.Kind.COMPLETIONS, said, records)


def freeze_pretraining_text(*, by: User, name: str, text: str) -> Snapshot:
    """Documents set apart by blank lines. Raises: Refused("empty_snapshot")."""
    kind = Snapshot.Kind.PRETRAIN
    return freeze(by=by, name=name, kind=kind, query=SnapshotQuery(), text=text)


def freeze(
    *,
    by: User,
    name: str,
    kind: str,
    query: SnapshotQuery,
    text: str = "",
    then: Callable[[Snapshot], None] = lambda _: None,
) -> Snapshot:
    """Freeze data of this kind; ``text`` is what a pretraining snapshot is made of.

    The audit trail says who froze what, and ``then`` is called, both in the same transaction.

    Raises: Refused("empty_snapshot"), Refused("no_comparisons"), Refused("not_for_training"),
    Refused("not_held_out") (status 422).
    """
    with one_moment():
        is_text = kind == Snapshot.Kind.PRETRAIN
        records = pretraining_records(text) if is_text else MAKERS[kind](query)
        said = {} if is_text else query_as_json(query)
        snapshot = _freeze(by, name, Snapshot.Kind(kind), said, records)
        details = {"name": name, "kind": kind, "num_records": snapshot.num_records}
        details |= {key: count for key, count in snapshot.counts.items() if count}
        record(actor=by, action="freeze_snapshot", subject=snapshot, details=details)
        then(snapshot)
    return snapshot


# What goes into each kind.
MAKERS: dict[str, Callable[[SnapshotQuery], Records]] = {
    Snapshot.Kind.RM: records_of_rankings,
    Snapshot.Kind.SFT: demonstration_records,
    Snapshot.Kind.PPO: prompt_records,
    Snapshot.Kind.COMPLETIONS: completion_records,
    Snapshot.Kind.EVAL: evaluation_records,
}
# What each kind comes to, before any line is made.
COUNTERS: dict[str, Callable[[SnapshotQuery], Records]] = {
    Snapshot.Kind.RM: count_records_of_rankings,
    Snapshot.Kind.SFT: count_demonstration_records,
    Snapshot.Kind.PPO: count_prompt_records,
    Snapshot.Kind.COMPLETIONS: count_completion_records,
    Snapshot.Kind.EVAL: count_evaluation_records,
}


def preview(*, kind: str, query: SnapshotQuery, text: str = "") -> Preview:
    """What freezing would store, without storing it."""
    with one_moment():
        records = (
            pretraining_records(text) if kind == Snapshot.Kind.PRETRAIN else COUNTERS[kind](query)
        )
    return Preview(counts=records.counts, problems=records.problems)


@contextmanager
def sweeping_before(owner: str) -> Iterator[None]:
    """First goes what this owner was freezing when it was killed, maybe gigabytes.

    Precondition: nobody else freezes as this owner meanwhile.
    """
    prefix = f"{SCRATCH}{owner}-"
    for leftover in Path(settings.ARTIFACT_ROOT).glob(f"{prefix}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    before = _scratch.set(prefix)
    try:
        yield
    finally:
        _scratch.reset(before)


@contextmanager
def one_moment() -> Iterator[None]:
    """One REPEATABLE READ transaction: every query sees the data of the same moment."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(durable=True):
        # Only a test that undoes everything by an outer transaction gets here inside one.
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _freeze(
    by: User, name: str, kind: Snapshot.Kind, said: dict[str, Any], records: Records
) -> Snapshot:
    root = Path(settings.ARTIFACT_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=_scratch.get(), dir=root) as folder:
        written = _write_lines(Path(folder) / "records.jsonl", records.lines)
        _check_worth(kind, records, written)
        manifest = {
            "format": FORMAT,
            "kind": kind,
            "query": said,
            "split_rule": describe_split(said.get("validation_share")),
            "counts": records.counts,
            "num_records": written.num_records,
            "records_sha256": written.sha256,
        }
        artifact = record_artifact(_publish(Path(folder), manifest), Artifact.Kind.SNAPSHOT)
    snapshot = Snapshot.objects.create(
        name=name,
        kind=kind,
        query=said,
        counts=records.counts,
        records_sha256=written.sha256,
        num_records=written.num_records,
        artifact=artifact,
        created_by=by,
    )
    _link(snapshot, records)
    return snapshot


@dataclass(frozen=True)
class Written:
    num_records: int
    sha256: str


def _write_lines(path: Path, lines: Iterable[bytes]) -> Written:
    """One piece after the other, hashed as it is written: no more than a piece is held."""
    digest, num_records = hashlib.sha256(), 0
    with path.open("wb") as file:
        for piece in _pieces(lines):
            num_records += len(piece)
            content = b"\n".join([*piece, b""])
            digest.update(content)
            file.write(content)
    return Written(num_records, digest.hexdigest())


def _pieces(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Some lines at a time, each about so many bytes as are worth a call of the system."""
    piece: list[bytes] = []
    num_bytes = 0
    for line in lines:
        piece.append(line)
        num_bytes += len(line)
        if num_bytes > PIECE_BYTES:
            yield piece
            piece, num_bytes = [], 0
    yield piece


def _check_worth(kind: Snapshot.Kind, records: Records, written: Written) -> None:
    """Raises: Refused("empty_snapshot"), Refused("no_comparisons")."""
    if not written.num_records:
        reason = " ".join(records.problems) or "Nothing fits."
        raise Refused("empty_snapshot", reason, status=422)
    if kind == Snapshot.Kind.RM and not records.counts["pairs"]:
        raise Refused("no_comparisons", " ".join(records.problems), status=422)


def _publish(folder: Path, manifest: dict[str, Any]) -> StoredArtifact:
    """The same records and the same manifest are the same artifact."""
    (folder / "manifest.json").write_text(
        json.dumps(json.loads(canonical_json(manifest)), indent=2, ensure_ascii=False) + "\n",
        encoding="utf-8",
    )
    return publish(Path(settings.ARTIFACT_ROOT), folder, may_link=True)


def _link(snapshot: Snapshot, records: Records) -> None:
    """Remember which rows went in, so that lineage can be asked both ways (R53), and which prompts
    are held out, so that no later run learns from them and judges by them (RM11).
    """
    if records.rankings is not None:
        _link_rankings(snapshot, records.rankings)
    _insert(SnapshotDemonstration, snapshot, "demonstration_id", records.demonstration_ids)
    _insert(SnapshotPrompt, snapshot, "prompt_id", records.prompt_ids)
    _insert(HeldOutPrompt, snapshot, "prompt_id", sorted(records.held_out_prompt_ids))


def _link_rankings(snapshot: Snapshot, rankings: QuerySet[Ranking]) -> None:
    """Within the database: the ids of a million rankings need not come here and go back."""
    query, values = rankings.order_by().values("pk").query.sql_with_params()
    table = connection.ops.quote_name(SnapshotRanking._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (snapshot_id, ranking_id) "  # noqa: S608
            # In the order of the index that they go into.
            f"SELECT %s, found.id FROM ({query}) AS found (id) ORDER BY found.id",
            [snapshot.pk, *values],
        )


def _insert(model: Any, snapshot: Snapshot, column: str, ids: Iterable[Any]) -> None:
    model.objects.bulk_create(
        [model(snapshot=snapshot, **{column: one}) for one in ids],
        batch_size=LINKS_PER_STATEMENT,
    )


def query_as_json(query: SnapshotQuery) -> dict[str, Any]:
    """Without a cut as before there were cuts: the same records stay the same artifact."""
    said = asdict(query)
    excluded = said.pop("excluded_snapshot")
    return said if excluded is None else said | {"excluded_snapshot": str(excluded)}
