"""The files of a ranking export written the plain way: every record read, every row written anew.

What is exported must stay the same to the byte, so the code that cuts records up is held to this.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from labeling.preferences import preference_pairs
from training.exporters.records import OWN_PREFIX, Pseudonyms

Row = Mapping[str, Any]


def plain_export(
    records: Sequence[Row], simulated: Sequence[int]
) -> dict[str, list[dict[str, Any]]]:
    """The rows of each file by its name, one split after the other."""
    names, number = Pseudonyms(frozenset(simulated)), 0
    rows: dict[str, list[dict[str, Any]]] = {}
    for split in ("train", "validation"):
        for record in records:
            if record["split"] != split:
                continue
            number += 1
            row = {"task": number} | ranking_row(record, names)
            for base, rows_of in PLAIN.items():
                rows.setdefault(f"{split}/{base}.jsonl", []).extend(rows_of(row))
    return rows


def ranking_row(record: Row, names: Pseudonyms) -> dict[str, Any]:
    completions = [
        (one["source"].removeprefix(OWN_PREFIX), one["text"]) for one in record["completions"]
    ]
    order = sorted(range(len(completions)), key=completions.__getitem__)
    return {
        "prompt": record["prompt"],
        "category": record["category"] or "",
        "split": record["split"],
        "completions": [
            {"text": text, "source": source}
            for source, text in (completions[place] for place in order)
        ],
        "rankings": list(_answers(record, order, names)),
    }


def _answers(record: Row, order: Sequence[int], names: Pseudonyms) -> Iterator[dict[str, Any]]:
    said = []
    for one in record["rankings"]:
        ranks = [one["ranks"][place] for place in order]
        axes = [one["axes"][place] for place in order] if one.get("axes") else []
        key = [rank or 0 for rank in ranks], json.dumps(axes, sort_keys=True) if axes else ""
        said.append((key, ranks, axes, one["labeler"]))
    said.sort(key=lambda one: one[0])
    for _, group in groupby(said, key=lambda one: one[0]):
        for _, ranks, axes, labeler in sorted(group, key=lambda one: names.place(one[3])):
            rated = {"axes": [dict(sorted(one.items())) for one in axes]} if axes else {}
            yield {"labeler": names.name(labeler), "ranks": ranks} | rated


def _preferences(row: Row) -> list[dict[str, Any]]:
    pairs = [(one, *pair) for one in row["rankings"] for pair in preference_pairs(one["ranks"])]
    return [
        {
            "prompt": row["prompt"],
            "chosen": row["completions"][better]["text"],
            "rejected": row["completions"][worse]["text"],
            "chosen_source": row["completions"][better]["source"],
            "rejected_source": row["completions"][worse]["source"],
            "rank_gap": one["ranks"][worse] - one["ranks"][better],
            "pair_weight": 1.0 / len(pairs),
            "labeler": one["labeler"],
            "task": row["task"],
            "category": row["category"],
        }
        for one, better, worse in pairs
    ]


def _preferences_as_messages(row: Row) -> list[dict[str, Any]]:
    return [
        one
        | {"prompt": [{"role": "user", "content": one["prompt"]}]}
        | {name: [{"role": "assistant", "content": one[name]}] for name in ("chosen", "rejected")}
        for one in _preferences(row)
    ]


def _unpaired(row: Row) -> Iterator[dict[str, Any]]:
    for one in row["rankings"]:
        judged = [rank for rank in one["ranks"] if rank is not None]
        ends = {min(judged), max(judged)}
        for completion, rank in zip(row["completions"], one["ranks"], strict=True):
            if len(ends) == 2 and rank in ends:
                yield {
                    "prompt": row["prompt"],
                    "completion": completion["text"],
                    "label": rank == min(judged),
                    "completion_source": completion["source"],
                    "labeler": one["labeler"],
                    "task": row["task"],
                    "category": row["category"],
                }


PLAIN: Mapping[str, Callable[[Row], Any]] = {
    "ranking": lambda row: [row],
    "preference": _preferences,
    "preference_messages": _preferences_as_messages,
    "unpaired": _unpaired,
}
