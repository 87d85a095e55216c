"""A process that makes groups of an export into what they add to its files, for another one.

It is given groups, says of each how long what it made of it is, and writes that where it is told
to: the files are longer by far than the records, and nobody else has to hold them. Everything is
done in the order in which it is said, so what was said before an answered group is done. Both sides
say a line of JSON and the bytes that belong to it.
"""

import json
import os
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any, BinaryIO, Final, NamedTuple

from training.exporters.groups import Group, Made, Shape, made_of
from training.exporters.line_files import write_at
from training.exporters.records import Pseudonyms
from training.exporters.tally import Tally

# People who wait for a page come first.
NICENESS: Final = 10

Said = dict[str, Any]


def say(stream: BinaryIO, said: Mapping[str, Any], parts: Sequence[bytes] = ()) -> None:
    """Raises: BrokenPipeError where nobody listens."""
    head = dict(said) | {"sizes": [len(part) for part in parts]}
    stream.write(json.dumps(head).encode() + b"\n")
    stream.writelines(parts)
    stream.flush()


def heard(stream: BinaryIO) -> tuple[Said, list[bytes]] | None:
    """None where the other one is gone, in the middle of a word or before it."""
    head = stream.readline()
    if not head.endswith(b"\n"):
        return None
    said: Said = json.loads(head)
    parts = [stream.read(size) for size in said["sizes"]]
    return (said, parts) if [len(part) for part in parts] == said["sizes"] else None


def say_group(stream: BinaryIO, group: Group, names: Pseudonyms) -> None:
    said = {"split": group.split, "first": group.first, "numbers": list(names.numbers)}
    say(stream, said, [line for lines in group.units for line in lines])


class Answer(NamedTuple):
    """Of what was made of a group: its lengths and rows in the order of the files, and all labelers
    that have a number now."""

    lengths: Sequence[int]
    num_rows: Sequence[int]
    tally: Tally
    labelers: Sequence[int]


def heard_answer(stream: BinaryIO) -> Answer | None:
    if (answer := heard(stream)) is None:
        return None
    said, _ = answer
    return Answer(said["lengths"], said["num_rows"], Tally(**said["tally"]), said["labelers"])


def work(given: BinaryIO, answers: BinaryIO) -> None:
    if (began := heard(given)) is None:
        return
    shape = Shape(began[0]["kind"], began[0]["files"], began[0]["is_compressed"])
    simulated = frozenset(began[0]["simulated"])
    made: deque[tuple[str, Made]] = deque()
    with ExitStack() as stack:
        files = opened(began[0]["paths"], stack)
        while asked := heard(given):
            said, lines = asked
            if "offsets" in said:
                put(*made.popleft(), files, said["offsets"])
                continue
            numbers = {labeler: number for number, labeler in enumerate(said["numbers"], start=1)}
            names = Pseudonyms(simulated, numbers)
            group = Group(said["split"], said["first"], [[line] for line in lines], 0)
            made.append((group.split, made_of(group, shape, names)))
            say(answers, answer_of(made[-1][1], names))


def opened(paths: Mapping[str, Sequence[str]], stack: ExitStack) -> dict[str, list[int]]:
    """Descriptors of the files of each split."""
    files = {split: [os.open(path, os.O_WRONLY) for path in some] for split, some in paths.items()}
    for some in files.values():
        for descriptor in some:
            stack.callback(os.close, descriptor)
    return files


def put(
    split: str, made: Made, files: Mapping[str, Sequence[int]], offsets: Sequence[int] | None
) -> None:
    """Nowhere, where the other one made the group anew."""
    if offsets is not None:
        for descriptor, offset, content in zip(files[split], offsets, made.contents, strict=True):
            write_at(descriptor, offset, content)


def answer_of(made: Made, names: Pseudonyms) -> Said:
    return {
        "lengths": [len(content) for content in made.contents],
        "num_rows": made.num_rows,
        "tally": asdict(made.tally),
        "labelers": list(names.numbers),
    }


if __name__ == "__main__":
    os.nice(NICENESS)
    try:
        work(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        # Nobody asks any more. What is not said yet must not be said at the end, either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
