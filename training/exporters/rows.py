"""What each exported file holds of one record. The shapes are those that TRL trains on as they are.

A column that TRL would take for something else (`margin`, `label` beside a pair, `text`) has no
business here: ``RESERVED`` lists them and a test holds every row to it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from labeling.preferences import preference_pairs

Row = Mapping[str, Any]
# One record as a task or a demonstration, with its number from 1.
RowsOf = Callable[[Row, int], Iterator[dict[str, Any]]]

RESERVED: Final = frozenset(
    "text messages conversations prompt completion chosen rejected label labels margin tools images"
    " input_ids chosen_ids rejected_ids completion_mask assistant_masks seq_lengths"
    " chat_template_kwargs".split()
)


def rankings(task: Row, number: int) -> Iterator[dict[str, Any]]:
    """The record itself: K completions and everybody's ranks, ties and gaps kept."""
    yield {"task": number, **task}


def preferences(task: Row, number: int) -> Iterator[dict[str, Any]]:
    """Every strict pair of every labeler; a tie makes none.

    All pairs of a task weigh 1 together, so that a mean with these weights counts prompts and not
    pairs, as the loss over K completions does.
    """
    completions = task["completions"]
    pairs = [
        (one, better, worse)
        for one in task["rankings"]
        for better, worse in preference_pairs(one["ranks"])
    ]
    for one, better, worse in pairs:
        yield {
            "prompt": task["prompt"],
            "chosen": completions[better]["text"],
            "rejected": completions[worse]["text"],
            "chosen_source": completions[better]["source"],
            "rejected_source": completions[worse]["source"],
            "rank_gap": one["ranks"][worse] - one["ranks"][better],
            "pair_weight": 1.0 / len(pairs),
            "labeler": one["labeler"],
            "task": number,
            "category": task["category"],
        }


def unpaired(task: Row, number: int) -> Iterator[dict[str, Any]]:
    """Each labeler's first tier as desirable and last one as not; what lies between is left out."""
    for one in task["rankings"]:
        judged = [rank for rank in one["ranks"] if rank is not None]
        best, worst = min(judged), max(judged)
        for completion, rank in zip(task["completions"], one["ranks"], strict=True):
            if best != worst and rank in {best, worst}:
                yield {
                    "prompt": task["prompt"],
                    "completion": completion["text"],
                    "label": rank == best,
                    "completion_source": completion["source"],
                    "labeler": one["labeler"],
                    "task": number,
                    "category": task["category"],
                }


def demonstrations(row: Row, _: int) -> Iterator[dict[str, Any]]:
    yield {name: row[name] for name in ("prompt", "completion", "labeler", "split")}


def prompts(row: Row, _: int) -> Iterator[dict[str, Any]]:
    yield {"prompt": row["prompt"]}


def as_messages(rows_of: RowsOf) -> RowsOf:
    """The same rows with conversations in place of texts."""

    def rows(record: Row, number: int) -> Iterator[dict[str, Any]]:
        for row in rows_of(record, number):
            yield {name: conversation(name, value) for name, value in row.items()}

    return rows


def conversation(name: str, value: object) -> object:
    if name == "prompt":
        return [{"role": "user", "content": value}]
    if name in {"completion", "chosen", "rejected"}:
        return [{"role": "assistant", "content": value}]
    return value


def sft_messages(row: Row, _: int) -> Iterator[dict[str, Any]]:
    yield {
        "messages": [
            {"role": "user", "content": row["prompt"]},
            {"role": "assistant", "content": row["completion"]},
        ],
        "labeler": row["labeler"],
    }


# By the kind of the snapshot: the name of each file without its ending, and what it holds.
FILES: Final[Mapping[str, Mapping[str, RowsOf]]] = {
    "rm": {
        "ranking": rankings,
        "preference": preferences,
        "preference_messages": as_messages(preferences),
        "unpaired": unpaired,
    },
    "sft": {"sft": demonstrations, "sft_messages": sft_messages},
    "ppo": {"prompts": prompts},
}
