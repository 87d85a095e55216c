"""Who makes the groups of an export: this process, or several beside it where there is much to do.

Labelers are numbered in the order in which they appear, so what a group is made into hangs on all
groups before it. But there are few labelers and many groups: a group without anybody new is the
same whatever the others hold, and one with somebody new is made once more here if others were
numbered meanwhile. So the files are the same bytes, whoever made them.
"""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import IO, BinaryIO, Final, cast

from training.exporters.groups import Group, Made, Shape, made_of
from training.exporters.hand import heard_made, say, say_group
from training.exporters.records import Pseudonyms

# Records of rankings that are worth it: starting processes takes a tenth of a second.
WORTHWHILE_BYTES: Final = 64_000_000
HANDS_AT_MOST: Final = 4
PROJECT: Final = Path(__file__).parents[2]


Maker = Callable[[], Made]


class Makers:
    """Here, one group after the other, where there are no ``hands``."""

    def __init__(self, shape: Shape, names: Pseudonyms, hands: Sequence["Hand"] = ()) -> None:
        self._shape = shape
        self._names = names
        self._hands = hands

    def all_of(self, groups: Iterator[Group]) -> Iterator[tuple[Group, Maker]]:
        """Each group with what gives its part of the files, to be called before the next one."""
        if not self._hands:
            for group in groups:
                yield group, partial(self._made_here, group)
            return
        ahead: deque[tuple[Group, Maker]] = deque()
        for hand, group in zip(cycle(self._hands), groups, strict=False):
            if len(ahead) == len(self._hands):
                # A hand holds one group at a time, and this one's is the oldest.
                yield ahead.popleft()
            hand.give(group, self._names)
            ahead.append((group, partial(self._made_by, hand, group, len(self._names.numbers))))
        yield from ahead

    def _made_here(self, group: Group) -> Made:
        return made_of(group, self._shape, self._names)

    def _made_by(self, hand: "Hand", group: Group, num_known: int) -> Made:
        """``num_known`` labelers had a number when it was given to the hand."""
        if (answer := hand.take()) is None:
            # What is wrong with it is said here, or nothing is and the process was killed.
            return self._made_here(group)
        made, labelers = answer
        if len(labelers) > num_known and len(self._names.numbers) > num_known:
            return self._made_here(group)
        for labeler in labelers[num_known:]:
            self._names.name(labeler)
        return made


class Hand:
    """A process that makes groups for this one."""

    def __init__(self, shape: Shape, names: Pseudonyms) -> None:
        command = [sys.executable, "-m", "training.exporters.hand"]
        self._process = subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._say(partial(say, said=asdict(shape) | {"simulated": list(names.simulated)}))

    def give(self, group: Group, names: Pseudonyms) -> None:
        self._say(partial(say_group, group=group, names=names))

    def take(self) -> tuple[Made, list[int]] | None:
        """What it made of the group, and all labelers with a number; None where it is gone."""
        return heard_made(self._stream(self._process.stdout))

    def end(self) -> None:
        self._process.kill()
        with suppress(BrokenPipeError):
            self._process.communicate()

    def _say(self, speak: Callable[[BinaryIO], None]) -> None:
        # A process that is gone answers nothing, and that is noticed there.
        with suppress(BrokenPipeError):
            speak(self._stream(self._process.stdin))

    @staticmethod
    def _stream(pipe: IO[bytes] | None) -> BinaryIO:
        return cast(BinaryIO, pipe)


@contextmanager
def makers_of(shape: Shape, names: Pseudonyms, *, num_bytes: int) -> Iterator[Makers]:
    """For about so many bytes of records."""
    # Of the other kinds a unit is no record, and there are never so many.
    is_worth_it = shape.kind == "rm" and num_bytes > WORTHWHILE_BYTES
    number = min(HANDS_AT_MOST, os.cpu_count() or 1) if is_worth_it else 0
    with ExitStack() as stack:
        hands = []
        for _ in range(number if number > 1 else 0):
            hands.append(Hand(shape, names))
            stack.callback(hands[-1].end)
        yield Makers(shape, names, hands)
