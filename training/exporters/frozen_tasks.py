"""One frozen task cut out of its line, its texts left as the JSON that they are.

A task is its texts, and they leave the house as they stand in the record: reading them only to
write them down again took half the time of an export.

A record is canonical JSON, so a quote within a string has a backslash before it. One behind a comma
or a brace therefore begins or ends a string, and where a name follows it, it begins one: what the
line is cut at stands between its strings and never inside one.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

Ranks = tuple[int | None, ...]

RATED: Final = b'{"axes":'
RANKING: Final = re.compile(rb'"labeler":(\d+),"ranks":\[([^\]]*)\]')


class FrozenRanking(NamedTuple):
    """Aligned with the completions; ``axes`` are empty unless they came with the judgment."""

    labeler: int
    ranks: Ranks
    axes: Sequence[Mapping[str, Any]] = ()


class FrozenTask(NamedTuple):
    """``prompt`` and ``texts`` are JSON in UTF-8; ``category`` is empty where there is none."""

    prompt: bytes
    category: str
    sources: tuple[str, ...]
    texts: Sequence[bytes]
    rankings: Sequence[FrozenRanking]


def frozen_task(line: bytes) -> FrozenTask:
    """What a line of a snapshot of rankings says.

    Raises: ValueError for a line that is none.
    """
    # From whichever end is nearer, so that no text is looked through.
    head, tail = line.rsplit(b',"rankings":[', 1)
    head, prompt = head.rsplit(b'],"prompt":', 1)
    category, completions = head.split(b',"completions":[{"id":', 1)
    sources, texts = [], []
    for completion in completions.removesuffix(b"}").split(b'},{"id":'):
        of_whom, text = completion.split(b',"text":', 1)
        sources.append(decoded(of_whom.split(b',"source":', 1)[1]))
        texts.append(text)
    return FrozenTask(
        prompt=prompt.rsplit(b',"prompt_id":', 1)[0],
        category=decoded(category.removeprefix(b'{"category":')) or "",
        sources=tuple(sources),
        texts=texts,
        # Ratings have names of any kind, and few records have them.
        rankings=rated(line) if RATED in tail else plain(tail),
    )


def plain(rankings: bytes) -> list[FrozenRanking]:
    return [
        FrozenRanking(int(labeler), decoded_ranks(ranks))
        for labeler, ranks in RANKING.findall(rankings)
    ]


def rated(line: bytes) -> list[FrozenRanking]:
    return [
        FrozenRanking(int(one["labeler"]), tuple(one["ranks"]), one.get("axes", ()))
        for one in json.loads(line)["rankings"]
    ]


# Sources are few, and of the few thousand ways to rank some completions most were seen before.
@lru_cache(maxsize=1 << 12)
def decoded(name: bytes) -> Any:
    return json.loads(name)


@lru_cache(maxsize=1 << 15)
def decoded_ranks(ranks: bytes) -> Ranks:
    return tuple(json.loads(b"[%b]" % ranks))
