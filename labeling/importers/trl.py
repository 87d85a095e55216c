"""What TRL calls preference data, in each of its variants.

{"prompt", "chosen", "rejected"} as strings or lists of messages; the same without "prompt", which
is then what both begin with; and {"prompt", "completion", "label": true | false}, where rows of one
prompt that follow each other are one task: each answer labelled true comes before each that is not,
in a judgment of its own, since nobody compared the answers of one label.

Who judged may stand in "labeler", and what wrote an answer in "chosen_source" and
"rejected_source", or "completion_source", as in what is exported here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Final

from labeling.importers.concord import read_source
from labeling.importers.conversations import (
    ASSISTANT,
    HUMAN,
    Turn,
    answer_of,
    common_beginning,
    prompt_of,
    turns_of,
)
from labeling.importers.hh_rlhf import pair_of_transcripts
from labeling.importers.reading import Row, read_identity, reader_of_groups
from labeling.importers.records import (
    SIMULATED,
    SOMEBODY,
    Choices,
    DataFormat,
    JudgedCompletion,
    JudgedTask,
    Judgment,
    LeftOut,
    num_completions_problem,
)

SOURCE: Final = "assistant"
SIDES: Final = ("chosen", "rejected")


def key_of(row: Row, _: Choices) -> str:
    """Unpaired rows belong together with their neighbours of the same prompt and labeler."""
    is_one_of_several = {"completion", "prompt"} <= row.members.keys()
    names = ("prompt", "labeler")
    return repr([row.members.get(name) for name in names]) if is_one_of_several else ""


def read_task(rows: Sequence[Row], _: Choices) -> JudgedTask | LeftOut:
    if "completion" in rows[0].members:
        return labelled(rows)
    row = rows[0]
    sources = [source_of(row, side) for side in SIDES]
    labeler = labeler_of(row)
    is_conversation = isinstance(row.members.get("chosen"), list)
    found = conversations(row) if is_conversation else strings(row)
    if isinstance(found, LeftOut):
        return found
    completions = zip(found.completions, sources, strict=True)
    return replace(
        found,
        completions=tuple(replace(one, source=source) for one, source in completions),
        judgments=tuple(judgment_of(labeler, one.ranks) for one in found.judgments),
    )


def source_of(row: Row, side: str) -> str:
    return row.optional(f"{side}_source", read_source) or SOURCE


def labeler_of(row: Row) -> str:
    return row.optional("labeler", read_identity) or SOMEBODY


def judgment_of(labeler: str, ranks: tuple[int | None, ...]) -> Judgment:
    return Judgment(labeler, ranks, is_by_model=labeler.startswith(SIMULATED))


def labelled(rows: Sequence[Row]) -> JudgedTask | LeftOut:
    read = [prompt_and_answer(row) for row in rows]
    sources = [source_of(row, "completion") for row in rows]
    labeler = labeler_of(rows[0])
    labels = [row.read("label", read_label) for row in rows]
    for row in rows:
        row.check()
    if len(set(labels)) == 1:
        return LeftOut("All answers carry the same label, so none is preferred to another.")
    texts = [text for _, text in read]
    # Before the pairs are made, of which a file with one prompt throughout has billions.
    if problem := num_completions_problem(len(set(texts))):
        return LeftOut(problem)
    different = dict.fromkeys(zip(sources, texts, labels, strict=True))
    labels = [label for *_, label in different]
    said = f"{len(read)} labelled answers are {len(different)} different ones."
    return JudgedTask(
        prompt=read[0][0],
        completions=tuple(JudgedCompletion(source, text) for source, text, _ in different),
        judgments=tuple(judgment_of(labeler, ranks) for ranks in true_over_each_false(labels)),
        notes=(said,) if len(different) < len(read) else (),
    )


def true_over_each_false(labels: Sequence[bool | None]) -> Iterator[tuple[int | None, ...]]:
    places = range(len(labels))
    for better, worse in product(places, places):
        if labels[better] and not labels[worse]:
            yield tuple({better: 1, worse: 2}.get(place) for place in places)


def prompt_and_answer(row: Row) -> tuple[str, str]:
    if not isinstance(row.members.get("prompt"), list):
        return row.text("prompt"), row.any_text("completion")
    asked = turns_of(row, "prompt")
    if not says_anything(asked):
        row.problem("prompt", "Empty.")
    return prompt_of(asked), answer_of(turns_of(row, "completion"), after=asked)


def says_anything(asked: Sequence[Turn]) -> bool:
    return any(turn.text.strip() for turn in asked)


def read_label(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false.")
    return value


def strings(row: Row) -> JudgedTask | LeftOut:
    chosen, rejected = (row.any_text(side) for side in SIDES)
    if "prompt" in row.members:
        prompt = row.text("prompt")
        row.check()
        return pair(prompt, chosen, rejected)
    row.check()
    shared = common_beginning(chosen, rejected)
    if ASSISTANT in shared:
        return pair_of_transcripts(chosen, rejected)
    # A space goes with the word behind it, as models read it.
    prompt = shared.removesuffix(" ")
    if not prompt.strip():
        return LeftOut("There is no prompt, and the two answers begin differently.")
    return pair(prompt, chosen[len(prompt) :], rejected[len(prompt) :])


def conversations(row: Row) -> JudgedTask | LeftOut:
    """A prompt that is a string beside them is what they begin with, or stands alone."""
    chosen, rejected = (turns_of(row, side) for side in SIDES)
    if isinstance(row.members.get("prompt"), list):
        asked = turns_of(row, "prompt")
    else:
        asked = shared_turns(chosen, rejected)
        chosen, rejected = chosen[len(asked) :], rejected[len(asked) :]
        if not asked and "prompt" in row.members:
            asked = [Turn(HUMAN, row.text("prompt"))]
    row.check()
    if not says_anything(asked):
        return LeftOut("There is no prompt, and the two conversations begin differently.")
    answers = [answer_of(side, after=asked) for side in (chosen, rejected)]
    return pair(prompt_of(asked), *answers)


def shared_turns(first: Sequence[Turn], second: Sequence[Turn]) -> list[Turn]:
    shared = []
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        shared.append(one)
    return shared


def pair(prompt: str, chosen: str, rejected: str) -> JudgedTask:
    return JudgedTask(
        prompt=prompt,
        completions=(JudgedCompletion(SOURCE, chosen), JudgedCompletion(SOURCE, rejected)),
        judgments=(Judgment(SOMEBODY, (1, 2)),),
    )


TRL: Final = DataFormat(
    name="trl",
    about="Preference with or without a prompt, or labelled answers.",
    row="line",
    read=reader_of_groups(key_of, read_task),
)
