"""Who makes the groups of an export: this process, or several beside it where there is much to do.

Labelers are numbered in the order in which they appear, so what a group is made into hangs on all
groups before it. But there are few labelers and many groups: a group without anybody new is the
same whatever the others hold, and one with somebody new is made once more here if others were
numbered meanwhile. So the files are the same bytes, whoever made them.

Who makes a group also writes it, where it is told to. One that is gone leaves what was not written,
and that is made once more.
"""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import IO, BinaryIO, Final, NamedTuple, cast

from training.exporters.groups import Group, Shape, made_of
from training.exporters.hand import Answer, heard_answer, say, say_group
from training.exporters.line_files import LineFile
from training.exporters.records import Pseudonyms
from training.exporters.tally import Tally

# Records of rankings that are worth it: starting processes takes a tenth of a second.
WORTHWHILE_BYTES: Final = 64_000_000
HANDS_AT_MOST: Final = 4
# The one that a hand works on, and the next: nobody waits for the other side of a pipe.
GROUPS_OF_A_HAND: Final = 2
# As much as Linux grants anybody, above the lines of a group.
PIPE_BYTES: Final = 1 << 20
PROJECT: Final = Path(__file__).parents[2]


class Part(NamedTuple):
    """What a group adds to the files, in their order; ``write`` does so at their ends."""

    lengths: Sequence[int]
    num_rows: Sequence[int]
    tally: Tally
    write: Callable[[Sequence[LineFile]], None]


Maker = Callable[[], Part]


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
            if len(ahead) == len(self._hands) * GROUPS_OF_A_HAND:
                # The oldest is this hand's.
                yield ahead.popleft()
            hand.give(group, self._names)
            ahead.append((group, partial(self._made_by, hand, group, len(self._names.numbers))))
        yield from ahead

    def settle(self) -> None:
        """Every part is written; no more are made."""
        for hand in self._hands:
            hand.leave()
            self._write_anew(hand)

    def _made_here(self, group: Group) -> Part:
        made = made_of(group, self._shape, self._names)
        lengths = [len(content) for content in made.contents]
        return Part(lengths, made.num_rows, made.tally, partial(_write_at_ends, made.contents))

    def _made_by(self, hand: "Hand", group: Group, num_known: int) -> Part:
        """``num_known`` labelers had a number when it was given to the hand."""
        if (answer := hand.take()) is None:
            self._write_anew(hand)
            # What is wrong with it is said here, or nothing is and the process was killed.
            return self._made_here(group)
        if len(answer.labelers) > num_known and len(self._names.numbers) > num_known:
            hand.drop()
            return self._made_here(group)
        for labeler in answer.labelers[num_known:]:
            self._names.name(labeler)
        return Part(answer.lengths, answer.num_rows, answer.tally, partial(hand.write, group))

    def _write_anew(self, hand: "Hand") -> None:
        """What a hand that is gone may not have written."""
        while hand.unwritten:
            group, files, offsets = hand.unwritten.popleft()
            contents = made_of(group, self._shape, self._names).contents
            for file, offset, content in zip(files, offsets, contents, strict=True):
                file.write_at(offset, content)


def _write_at_ends(contents: Sequence[bytes], files: Sequence[LineFile]) -> None:
    for file, content in zip(files, contents, strict=True):
        file.write_at(file.num_bytes, content)


class Hand:
    """A process that makes groups for this one.

    ``unwritten`` is what it may not have written yet: the groups, and where they belong.
    """

    def __init__(
        self, shape: Shape, names: Pseudonyms, paths: Mapping[str, Sequence[Path]]
    ) -> None:
        self.unwritten: deque[tuple[Group, Sequence[LineFile], Sequence[int]]] = deque()
        command = [sys.executable, "-m", "training.exporters.hand"]
        self._process = subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pipesize=PIPE_BYTES
        )
        said = asdict(shape) | {
            "simulated": list(names.simulated),
            "paths": {
                split: [str(path.resolve()) for path in some] for split, some in paths.items()
            },
        }
        self._say(partial(say, said=said))

    def give(self, group: Group, names: Pseudonyms) -> None:
        self._say(partial(say_group, group=group, names=names))

    def take(self) -> Answer | None:
        """What it says of the oldest group that it was given; None where it is gone."""
        answer = heard_answer(self._stream(self._process.stdout))
        if answer is not None:
            # Of what was said before that group was given, all is written.
            while len(self.unwritten) >= GROUPS_OF_A_HAND:
                self.unwritten.popleft()
        return answer

    def write(self, group: Group, files: Sequence[LineFile]) -> None:
        """Let it write what it answered for last."""
        offsets = [file.num_bytes for file in files]
        self.unwritten.append((group, files, offsets))
        self._say(partial(say, said={"offsets": offsets}))

    def drop(self) -> None:
        """Let it forget what it answered for last."""
        self._say(partial(say, said={"offsets": None}))

    def leave(self) -> None:
        """When it has done all that it was told to."""
        with suppress(BrokenPipeError):
            self._stream(self._process.stdin).close()
        if self._process.wait() == 0:
            self.unwritten.clear()

    def end(self) -> None:
        self._process.kill()
        with suppress(BrokenPipeError), self._process:
            pass

    def _say(self, speak: Callable[[BinaryIO], None]) -> None:
        # A process that is gone answers nothing, and that is noticed there.
        with suppress(BrokenPipeError):
            speak(self._stream(self._process.stdin))

    @staticmethod
    def _stream(pipe: IO[bytes] | None) -> BinaryIO:
        return cast(BinaryIO, pipe)


@contextmanager
def makers_of(
    shape: Shape, names: Pseudonyms, paths: Mapping[str, Sequence[Path]], *, num_bytes: int
) -> Iterator[Makers]:
    """For about so many bytes of records; ``paths`` are the files of each split, which exist."""
    # Of the other kinds a unit is no record, and there are never so many.
    is_worth_it = shape.kind == "rm" and num_bytes > WORTHWHILE_BYTES
    number = min(HANDS_AT_MOST, os.cpu_count() or 1) if is_worth_it else 0
    with ExitStack() as stack:
        hands = []
        for _ in range(number if number > 1 else 0):
            hands.append(Hand(shape, names, paths))
            stack.callback(hands[-1].end)
        yield Makers(shape, names, hands)
