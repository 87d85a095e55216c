"""The card and the manifest that go with exported files: what they are, and how they came about.

The card is a README that ``datasets.load_dataset`` understands: every file is a configuration with
its splits.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from labeling.agreement.alpha import Quotient
from labeling.agreement.intervals import (
    CONFIDENCE_PERCENT,
    SHARE,
    Figure,
    Size,
    estimate,
    resample,
)
from labeling.agreement.judgments import FloatArray
from training.exporters.rows import FILES
from training.exporters.tally import Tally
from training.exporters.writing import SPLITS, STATE, Progress, file_name, sha256_of

FORMAT: Final = 1
NOT_SHARED: Final = "No two people ordered the same two completions."
# Of the tally, what only the interval of the agreement is made of.
BY_GROUP: Final = ("comparable", "agreeing")
CARD: Final = "README.md"
MANIFEST: Final = "manifest.json"
# The kinds that no labeler had a part in.
PROMPTS_ALONE: Final = frozenset({"ppo", "eval"})
TIE_RULE: Final = "Equal ranks are a tie. A tie makes no pair: it is in `ranking` and nowhere else."
UNPAIRED_RULE: Final = (
    "`unpaired` holds each labeler's first tier as desirable and last one as not; tiers between "
    "them are left out, and so is an order in which all are equal."
)
OVERFITTING: Final = (
    "`preference` lists all pairs of a task one by one. A model that sees each of them as an "
    "example of its own overfits (Ouyang et al. 2022, 3.5): train on `ranking`, or weigh by "
    "`pair_weight`."
)


@dataclass(frozen=True)
class CardFacts:
    """What the records do not say themselves."""

    title: str
    kind: str
    split_rule: str
    query: Mapping[str, Any]
    records_sha256: str
    instructions: Sequence[str]
    num_simulated: int


def write_card(folder: Path, facts: CardFacts, progress: Progress) -> None:
    """Finish the folder: the card, the manifest, and nothing of how it was written."""
    used = {name: rows for name, rows in progress.num_rows.items() if rows}
    for name in progress.num_rows.keys() - used.keys():
        (folder / name).unlink()
    (folder / CARD).write_text("\n".join(card_lines(facts, progress, used)) + "\n")
    # A manifest is there already where an earlier process died behind it.
    own = (STATE, MANIFEST)
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in own]
    # Hashing lets go of the interpreter, so threads are enough to use every processor.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        hashes = pool.map(sha256_of, paths)
        files: dict[str, dict[str, Any]] = {
            path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": sha256}
            for path, sha256 in zip(paths, hashes, strict=True)
        }
    for name, rows in used.items():
        files[name]["rows"] = rows
    agreement = agreement_of(progress.tally)
    manifest = {
        "format": FORMAT,
        **asdict(facts),
        "tie_rule": TIE_RULE,
        "tally": {key: one for key, one in asdict(progress.tally).items() if key not in BY_GROUP},
        "agreement": agreement.value,
        "agreement_low": agreement.low,
        "agreement_high": agreement.high,
        "num_labelers": len(progress.labelers),
        "files": files,
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n")
    (folder / STATE).unlink(missing_ok=True)


def hashes_of_card(folder: Path) -> dict[str, str]:
    """SHA-256 by path of what a finished folder holds beside its manifest, which says them."""
    files = json.loads((folder / MANIFEST).read_text())["files"]
    return {name: said["sha256"] for name, said in files.items()}


def card_lines(facts: CardFacts, progress: Progress, used: Mapping[str, int]) -> Iterator[str]:
    yield from configurations(facts.kind, used)
    yield f"# {facts.title}"
    yield ""
    yield "| | |"
    yield "|---|---|"
    for name, value in counts(facts, progress):
        yield f"| {name} | {value} |"
    yield ""
    yield f"Split: {facts.split_rule}."
    yield ""
    yield (
        "Labelers are numbered within this export; held-out labelers' judgments are never part of "
        "it. Texts are exact, nothing stands between a prompt and its completion."
    )
    if facts.kind == "rm":
        yield from ("", TIE_RULE, "", UNPAIRED_RULE, "", OVERFITTING)
    yield ""
    yield "| file | rows |"
    yield "|---|--:|"
    for name, rows in sorted(used.items()):
        yield f"| `{name}` | {rows} |"
    yield ""
    yield "```python"
    yield "from datasets import load_dataset"
    first = min(used, default="train/-.jsonl").partition("/")[2].partition(".")[0]
    yield f'load_dataset("path/to/this/folder", "{first}")'
    yield "```"


def configurations(kind: str, used: Mapping[str, int]) -> Iterator[str]:
    yield "---"
    yield "configs:"
    for base in FILES[kind]:
        names = [
            (split, file_name(split, base, is_compressed=is_compressed))
            for split in SPLITS
            for is_compressed in (False, True)
        ]
        if there := [(split, name) for split, name in names if name in used]:
            yield f"- config_name: {base}"
            yield "  data_files:"
            for split, name in there:
                yield f"  - split: {split}"
                yield f"    path: {name}"
    yield "---"
    yield ""


def counts(facts: CardFacts, progress: Progress) -> Iterator[tuple[str, object]]:
    tally = progress.tally
    yield "records", tally.num_records
    for split, number in sorted(tally.splits.items()):
        yield f"of them in {split}", number
    if facts.kind not in PROMPTS_ALONE:
        yield "labelers, all of the training pool", len(progress.labelers)
        yield "simulated labelers among them", facts.num_simulated
    if facts.kind == "rm":
        for k, number in sorted(tally.ks.items()):
            yield f"tasks of {k} completions", number
        yield "rankings", tally.num_rankings
        if tally.num_simulated_rankings:
            yield "of them by simulated labelers", tally.num_simulated_rankings
        yield "strict pairs", tally.num_pairs
        yield "tied pairs", tally.num_tied_pairs
        yield "pairwise agreement of people, ties left out", said(agreement_of(tally))
        yield "comparisons behind it", tally.num_comparable
    if facts.kind not in PROMPTS_ALONE:
        yield "instructions", "; ".join(facts.instructions) or "none recorded"
    yield "snapshot (SHA-256 of its records)", f"`{facts.records_sha256}`"


def agreement_of(tally: Tally) -> Figure:
    """As on the page of agreement: an interval by resampling prompts, and a minimum.

    Prompts are resampled in groups, so that their number costs no memory; two that share a group
    are one draw. Simulated labelers are no part of it.
    """
    sums: FloatArray = np.array(
        [(tally.agreeing[group], number) for group, number in sorted(tally.comparable.items())],
        dtype=np.float64,
    ).reshape(-1, 2)
    return estimate(
        (sums[:, 0].sum(), sums[:, 1].sum()),
        resamples=lambda: _columns(resample(sums)),
        size=Size(tally.num_comparable, len(sums), tally.num_comparable),
        when_undefined=NOT_SHARED,
        ends=SHARE,
    )


def _columns(sums: FloatArray) -> Quotient:
    return sums[:, 0], sums[:, 1]


def said(figure: Figure) -> str:
    if figure.value is None:
        return f"not defined: {figure.reason_undefined}"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.3f} (no interval: {figure.reason_no_interval})"
    ends = f"{figure.low:.3f} to {figure.high:.3f}"
    how = "exact bound, every prompt alike" if figure.value in SHARE else "prompts drawn again"
    return f"{figure.value:.3f} ({CONFIDENCE_PERCENT}% {ends}, {how})"
