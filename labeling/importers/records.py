"""What every format of other projects' data is read into: judged tasks and demonstrations.

All of it is plain text and numbers under the data set's own names. What a name means here, whose
account it becomes and which split a prompt falls into, is for the service that stores it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Final

from labeling.importers.prompts import RowError
from labeling.models.projects import K_MAXIMUM
from labeling.text_hygiene import Split

K_MINIMUM: Final = 2
# The only labeler of a data set that does not tell its labelers apart.
SOMEBODY: Final = "somebody"
# What the pseudonym of a simulated labeler begins with, in what is exported here.
SIMULATED: Final = "simulated-"


@dataclass(frozen=True)
class JudgedCompletion:
    """One of the completions of a task.

    ``source`` is what wrote it; ``key`` tells it from another one of the same words by the same
    source, where the data set does; ``also_by`` names others who wrote these very words.
    """

    source: str
    text: str
    key: str = ""
    also_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judgment:
    """What one labeler said about the completions of a task, each tuple aligned with them.

    ``ranks`` count from anywhere, the best is the lowest and None was not judged; ``likert`` is our
    own scale of 1 to 7 and ``axes`` are ratings on the data set's scales, either may be empty.
    ``identity`` tells it from another judgment in the same words, where the data set does, and
    ``is_by_model`` that no person made it.
    """

    labeler: str
    ranks: tuple[int | None, ...]
    judged_at: datetime | None = None
    seconds: float | None = None
    likert: tuple[int | None, ...] = ()
    axes: tuple[Mapping[str, float], ...] = ()
    identity: str = ""
    is_by_model: bool = False


@dataclass(frozen=True)
class JudgedTask:
    """A prompt with its completions and judgments of them.

    Rows of one ``identity`` are one task; where the data set has none, rows of one prompt and the
    same completions are. Prompts of one ``group`` share a split. Without ``has_texts`` the
    completions are only named, and nothing can ever be trained on them. A ``split`` is one that the
    prompt was in before. ``notes`` say what was read otherwise than it stands in the file, and
    ``not_kept`` what of it has no place here: in how many of its rows something stands there.
    It was read of ``num_rows`` rows of the file.
    """

    prompt: str
    completions: tuple[JudgedCompletion, ...]
    judgments: tuple[Judgment, ...]
    identity: str = ""
    group: str = ""
    category: str | None = None
    has_texts: bool = True
    split: Split | None = None
    notes: tuple[str, ...] = ()
    not_kept: Mapping[str, int] = field(default_factory=dict, compare=False)
    num_rows: int = field(default=1, compare=False)


@dataclass(frozen=True)
class Demonstrated:
    """A prompt with an answer to imitate, and who wrote it."""

    prompt: str
    text: str
    writer: str = SOMEBODY
    group: str = ""
    category: str | None = None
    is_by_model: bool = False
    split: Split | None = None
    notes: tuple[str, ...] = ()
    not_kept: Mapping[str, int] = field(default_factory=dict, compare=False)
    num_rows: int = field(default=1, compare=False)


@dataclass(frozen=True)
class LeftOut:
    """Sound rows with nothing in them that could be stored, and why."""

    reason: str
    num_rows: int = field(default=1, compare=False)


Record = JudgedTask | Demonstrated | LeftOut
NumberedRow = tuple[int, Record | list[RowError]]

# What the user of an import decided, by the name of the choice.
Choices = Mapping[str, str]


@dataclass(frozen=True)
class Choice:
    """Something that a file does not say: a column, an axis, who wrote the answers."""

    name: str
    help: str
    default: str = ""
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class DataFormat:
    """A file format: its name, what a file of it holds, what it calls a row, how to read one."""

    name: str
    about: str
    row: str
    read: Callable[[BinaryIO, Choices], Iterator[NumberedRow]]
    choices: tuple[Choice, ...] = field(default=())

    def choices_of(self, given: Choices) -> dict[str, str]:
        """What was chosen, with the defaults of the rest.

        Raises: ValueError with a sentence for the user.
        """
        known = {choice.name: choice for choice in self.choices}
        for name, value in given.items():
            if name not in known:
                names = ", ".join(known) or "nothing"
                raise ValueError(f"{self.name} leaves {names} to choose, not {name[:80]!r}.")
            if known[name].allowed and value not in known[name].allowed:
                raise ValueError(f"{name} is one of {', '.join(known[name].allowed)}.")
        return {name: given.get(name, choice.default) for name, choice in known.items()}


def num_completions_problem(num_completions: int) -> str:
    """Why a task of so many completions cannot be stored; empty when it can."""
    if num_completions < K_MINIMUM:
        found = "Only one different completion" if num_completions else "No completion"
        return f"{found}: there is nothing to compare."
    if num_completions > K_MAXIMUM:
        return f"{num_completions} completions; a task has at most {K_MAXIMUM}."
    return ""
