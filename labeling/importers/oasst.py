"""Trees of messages whose replies were ranked.

JSON Lines, a tree a line: {"message_tree_id", "prompt": {"message_id", "text", "role", "lang",
"rank", "synthetic", "model_name", "deleted", "replies": [...]}}. Every message of a prompter with
several replies is a task, the thread down to it being the prompt. Rank 0 is the best and null was
not ranked; the ranks are the consensus of several people.

Source: Köpf et al. 2023, OpenAssistant Conversations.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from labeling.importers.conversations import MARK_OF_ROLE, Turn, answer_of, prompt_of
from labeling.importers.reading import (
    Row,
    one_of,
    read_any_text,
    read_name,
    read_rank,
    reader_of_json,
)
from labeling.importers.records import (
    Choice,
    Choices,
    DataFormat,
    Demonstrated,
    JudgedCompletion,
    JudgedTask,
    Judgment,
    LeftOut,
    Record,
)

CONSENSUS: Final = "consensus"
PEOPLE: Final = "people"
# Of a reply that no person wrote and whose model is not named.
MODEL: Final = "model"


def read_tree(row: Row, choices: Choices) -> tuple[Record, ...]:
    tree = row.name("message_tree_id")
    root = row.row("prompt")
    lang = root.optional("lang", read_name) or ""
    if choices["lang"] and lang != choices["lang"]:
        row.check()
        return (LeftOut(f"The tree is in the language {lang!r}."),)
    # A tree begins with what somebody asked and nobody took back.
    root.pass_over("synthetic", "deleted")
    # Other messages may be empty; what a tree begins with may not.
    root.text("text")
    read = demonstrations_of if choices["read"] == "demonstrations" else tasks_of
    found = tuple(read(root, [], tree))
    row.check()
    return found or (LeftOut("No message of the tree has replies to compare."),)


def tasks_of(message: Row, thread: Sequence[Turn], tree: str) -> Iterator[Record]:
    """One task for every message of a prompter that the assistant answered more than once."""
    here = [*thread, turn_of(message)]
    replies = replies_of(message)
    if len(replies) > 1 and is_prompter(message):
        yield JudgedTask(
            prompt=prompt_of(here),
            completions=tuple(completion_of(reply, here) for reply in replies),
            judgments=(
                Judgment(CONSENSUS, tuple(reply.optional("rank", read_rank) for reply in replies)),
            ),
            identity=message.name("message_id"),
            group=tree,
        )
    for reply in replies:
        yield from tasks_of(reply, here, tree)


def demonstrations_of(message: Row, thread: Sequence[Turn], tree: str) -> Iterator[Record]:
    """What people answered. Of ranked replies only the best one is worth imitating."""
    here = [*thread, turn_of(message)]
    replies = replies_of(message)
    if is_prompter(message):
        ranks = [reply.optional("rank", read_rank) for reply in replies]
        best = [reply for reply, rank in zip(replies, ranks, strict=True) if rank in {0, None}]
        for reply in best:
            answer = turn_of(reply)
            if reply.members.get("synthetic") is not True and answer.text.strip():
                yield Demonstrated(
                    prompt=prompt_of(here), text=answer_of([answer], after=here), group=tree
                )
    for reply in replies:
        yield from demonstrations_of(reply, here, tree)


def turn_of(message: Row) -> Turn:
    mark = message.read("role", one_of(MARK_OF_ROLE)) or ""
    return Turn(mark, message.read("text", read_any_text) or "")


def replies_of(message: Row) -> list[Row]:
    if message.members.get("replies") is None:
        return []
    return [one for one in message.rows("replies") if one.members.get("deleted") is not True]


def is_prompter(message: Row) -> bool:
    return bool(message.members.get("role") == "prompter")


def completion_of(reply: Row, thread: Sequence[Turn]) -> JudgedCompletion:
    somebody = MODEL if reply.members.get("synthetic") is True else PEOPLE
    source = reply.optional("model_name", read_name) or somebody
    return JudgedCompletion(
        source, answer_of([turn_of(reply)], after=thread), key=reply.name("message_id")
    )


OASST: Final = DataFormat(
    name="oasst",
    about="Message trees with ranked replies.",
    row="line",
    read=reader_of_json(read_tree),
    choices=(
        Choice("lang", "only trees of this language"),
        Choice(
            "read",
            "ranked replies, or what people answered",
            "rankings",
            ("rankings", "demonstrations"),
        ),
    ),
)
