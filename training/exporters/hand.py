"""A process that makes groups of an export into what they add to its files, for another one.

It reads a group, makes it, answers and reads the next one, until nothing comes any more. Both sides
say a line of JSON and the bytes that belong to it.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, BinaryIO, Final

from training.exporters.groups import Group, Made, Shape, made_of
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


def heard_made(stream: BinaryIO) -> tuple[Made, list[int]] | None:
    """With all labelers that have a number now."""
    if (answer := heard(stream)) is None:
        return None
    said, contents = answer
    return Made(contents, said["num_rows"], Tally(**said["tally"])), said["numbers"]


def work(given: BinaryIO, answers: BinaryIO) -> None:
    began = heard(given)
    if began is None:
        return
    shape = Shape(began[0]["kind"], began[0]["files"], began[0]["is_compressed"])
    simulated = frozenset(began[0]["simulated"])
    while asked := heard(given):
        said, lines = asked
        numbers = {labeler: number for number, labeler in enumerate(said["numbers"], start=1)}
        names = Pseudonyms(simulated, numbers)
        group = Group(said["split"], said["first"], [[line] for line in lines], 0)
        made = made_of(group, shape, names)
        answer = {"num_rows": made.num_rows, "tally": asdict(made.tally)}
        say(answers, answer | {"numbers": list(names.numbers)}, list(made.contents))


if __name__ == "__main__":
    os.nice(NICENESS)
    work(sys.stdin.buffer, sys.stdout.buffer)
