"""What each exported file holds of one record. The shapes are those that TRL trains on as they are.

A column that TRL would take for something else (`margin`, `label` beside a pair, `text`) has no
business here: ``RESERVED`` lists them and a test holds every row to it.

A task of K completions makes up to K (K - 1) / 2 rows for each ranking, which repeat its texts.
Those are JSON already in the frozen record, and a row is put together from them.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, Final, NamedTuple

from labeling.preferences import preference_pairs
from training.exporters.frozen_tasks import Ranks
from training.exporters.records import Task

Row = Mapping[str, Any]

RESERVED: Final = frozenset(
    "text messages conversations prompt completion chosen rejected label labels margin tools images"
    " input_ids chosen_ids rejected_ids completion_mask assistant_masks seq_lengths"
    " chat_template_kwargs".split()
)
ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)

RANKING: Final = (
    b'{"task":%b,"prompt":%b,"category":%b,"split":%b,"completions":[%b],"rankings":[%b]}\n'
)
PREFERENCE: Final = (
    b'{"prompt":%b,"chosen":%b,"rejected":%b,"chosen_source":%b,"rejected_source":%b,'
    b'"rank_gap":%d,"pair_weight":%b,"labeler":%b,"task":%b,"category":%b}\n'
)
UNPAIRED: Final = (
    b'{"prompt":%b,"completion":%b,"label":%b,"completion_source":%b,"labeler":%b,"task":%b,'
    b'"category":%b}\n'
)


def encoded(value: object) -> bytes:
    """As JSON in UTF-8. Raises: ValueError for what JSON has no number for."""
    return ENCODER.encode(value).encode()


def encoded_text(text: str) -> bytes:
    """The same of a text, by what the encoder itself calls for one."""
    return encode_basestring(text).encode()


# Names and ranks are few, or most were seen before: there are 4,683 ways to rank six completions.
encoded_name = lru_cache(maxsize=1 << 12)(encoded_text)
encoded_ranks = lru_cache(maxsize=1 << 15)(encoded)


class EncodedAnswer(NamedTuple):
    """One ranking of a task; ``axes`` is the rest of its object where ratings came with it."""

    labeler: bytes
    ranks: Ranks
    axes: bytes


class EncodedTask(NamedTuple):
    """A task of an export with its number from 1; everything but the ranks is JSON already."""

    number: bytes
    prompt: bytes
    category: bytes
    split: bytes
    texts: Sequence[bytes]
    sources: Sequence[bytes]
    answers: Sequence[EncodedAnswer]


def encoded_task(task: Task, split: str, number: int) -> EncodedTask:
    return EncodedTask(
        number=b"%d" % number,
        prompt=task.prompt,
        category=encoded_name(task.category),
        split=encoded_name(split),
        texts=task.texts,
        sources=[encoded_name(source) for source in task.sources],
        answers=[
            EncodedAnswer(
                encoded_name(one.labeler),
                one.ranks,
                b',"axes":%b' % encoded(json.loads(one.axes)) if one.axes else b"",
            )
            for one in task.answers
        ],
    )


def rankings(task: EncodedTask) -> list[bytes]:
    """The record itself: K completions and everybody's ranks, ties and gaps kept."""
    completions = [
        b'{"text":%b,"source":%b}' % both for both in zip(task.texts, task.sources, strict=True)
    ]
    answers = [
        b'{"labeler":%b,"ranks":%b%b}' % (one.labeler, encoded_ranks(one.ranks), one.axes)
        for one in task.answers
    ]
    return [
        RANKING
        % (
            task.number,
            task.prompt,
            task.category,
            task.split,
            b",".join(completions),
            b",".join(answers),
        )
    ]


def preferences(task: EncodedTask) -> list[bytes]:
    """Every strict pair of every labeler; a tie makes none.

    All pairs of a task weigh 1 together, so that a mean with these weights counts prompts and not
    pairs, as the loss over K completions does.
    """
    texts, sources = task.texts, task.sources
    pairs = [
        (one.labeler, one.ranks, better, worse)
        for one in task.answers
        for better, worse in preference_pairs(one.ranks)
    ]
    weight = encoded(1.0 / len(pairs)) if pairs else b""
    return [
        PREFERENCE
        % (
            task.prompt,
            texts[better],
            texts[worse],
            sources[better],
            sources[worse],
            # Both are ranked, or they would be no pair.
            (ranks[worse] or 0) - (ranks[better] or 0),
            weight,
            labeler,
            task.number,
            task.category,
        )
        for labeler, ranks, better, worse in pairs
    ]


def unpaired(task: EncodedTask) -> list[bytes]:
    """Each labeler's first tier as desirable and last one as not; what lies between is left out."""
    lines = []
    for one in task.answers:
        judged = [rank for rank in one.ranks if rank is not None]
        best, worst = min(judged), max(judged)
        for text, source, rank in zip(task.texts, task.sources, one.ranks, strict=True):
            if best != worst and rank in {best, worst}:
                label = encoded(rank == best)
                whose = (source, one.labeler, task.number, task.category)
                lines.append(UNPAIRED % (task.prompt, text, label, *whose))
    return lines


def preferences_as_messages(task: EncodedTask) -> list[bytes]:
    """The same rows with conversations in place of texts."""
    return preferences(
        task._replace(
            prompt=b'[{"role":"user","content":%b}]' % task.prompt,
            texts=[b'[{"role":"assistant","content":%b}]' % text for text in task.texts],
        )
    )


def unchanged(row: Row, _split: str, _number: int) -> Row:
    """Records of which each row holds all texts once are encoded with it."""
    return row


def demonstrations(row: Row) -> list[bytes]:
    names = ("prompt", "completion", "labeler", "split")
    return [encoded({name: row[name] for name in names}) + b"\n"]


def prompts(row: Row) -> list[bytes]:
    return [encoded({"prompt": row["prompt"]}) + b"\n"]


def sft_messages(row: Row) -> list[bytes]:
    messages = [
        {"role": "user", "content": row["prompt"]},
        {"role": "assistant", "content": row["completion"]},
    ]
    return [encoded({"messages": messages, "labeler": row["labeler"]}) + b"\n"]


# By the kind of the snapshot: what its files are made from, a record, its split, its number from 1.
PREPARED: Final[Mapping[str, Callable[[Any, str, int], Any]]] = {
    "rm": encoded_task,
    "sft": unchanged,
    "ppo": unchanged,
    "eval": unchanged,
}
# By the kind: the name of each file without its ending, and its lines for what was prepared.
FILES: Final[Mapping[str, Mapping[str, Callable[[Any], list[bytes]]]]] = {
    "rm": {
        "ranking": rankings,
        "preference": preferences,
        "preference_messages": preferences_as_messages,
        "unpaired": unpaired,
    },
    "sft": {"sft": demonstrations, "sft_messages": sft_messages},
    "ppo": {"prompts": prompts},
    "eval": {"prompts": prompts},
}
