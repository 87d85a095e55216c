"""Summaries compared in pairs, and summaries rated on axes.

Comparisons, JSON Lines: {"info": {"id", "post" | "article", "title", "subreddit"}, "summaries":
[{"text", "policy"}, {"text", "policy"}], "choice": 0 | 1, "worker", "batch", "split"}. Axes:
{"info", "summary": {"text", "policy", "axes": {"overall", "accuracy", "coverage", "coherence"}},
"worker"}; the summaries of a post that one worker rated are ordered by one axis. What else stands
beside the axes ("compatible": true) is no rating, and how sure a worker was ("extra") is not kept;
the report says both.

Source: Stiennon et al. 2020.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from labeling.importers.reading import (
    Row,
    ranks_by_score,
    read_any_text,
    read_identity,
    read_name,
    read_whole_number,
    reader_of_groups,
    reader_of_json,
)
from labeling.importers.records import (
    SOMEBODY,
    Choice,
    Choices,
    DataFormat,
    JudgedCompletion,
    JudgedTask,
    Judgment,
    LeftOut,
)
from labeling.text_hygiene import Split

RANKS_OF_CHOICE: Final[Mapping[int, tuple[int, int]]] = {0: (1, 2), 1: (2, 1)}
LIKERT: Final = range(1, 8)
AXES: Final = ("overall", "accuracy", "coverage", "coherence")
# The published parts: nothing of what was kept for validation or test trains here.
TRAINING: Final = "train"


def read_comparison(row: Row, _: Choices) -> JudgedTask:
    prompt, group = read_post(row.row("info"))
    summaries = [read_summary(one) for one in row.rows("summaries")]
    if len(summaries) != 2:
        row.problem("summaries", "Two summaries are compared.")
    ranks = row.read("choice", read_choice_number) or (1, 2)
    worker = row.read("worker", read_identity) or ""
    batch = row.optional("batch", read_identity) or ""
    split = row.optional("split", read_split)
    row.check()
    return JudgedTask(
        prompt=prompt,
        completions=tuple(summaries),
        # A worker who was given the pair again in another batch judged it again.
        judgments=(Judgment(worker, ranks, identity=batch),),
        group=group,
        split=split,
    )


def read_split(value: object) -> Split:
    return "train" if read_name(value) == TRAINING else "validation"


def read_post(info: Row) -> tuple[str, str]:
    """The text that was summarised, as the models were given it, and what tells it from others."""
    group = info.read("id", read_identity) or ""
    if info.members.get("post") is None:
        return f"{info.text('article')}\n\nTL;DR:", group
    parts = [
        ("SUBREDDIT: r/", info.optional("subreddit", read_any_text)),
        ("TITLE: ", info.optional("title", read_any_text)),
        ("POST: ", info.text("post")),
    ]
    lines = [f"{name}{text}" for name, text in parts if text]
    return "\n".join([*lines, "TL;DR:"]), group


def read_summary(row: Row) -> JudgedCompletion:
    return JudgedCompletion(row.name("policy"), row.any_text("text"))


def read_choice_number(value: object) -> tuple[int, int]:
    try:
        return RANKS_OF_CHOICE[read_whole_number(value)]
    except (ValueError, KeyError) as error:
        raise ValueError("0 or 1, the number of the chosen summary.") from error


def post_and_worker(row: Row, _: Choices) -> str:
    info = row.members.get("info")
    post = info.get("id") if isinstance(info, dict) else None
    # An id is the same one as a number and as a text.
    return repr([str(post), row.members.get("worker")])


def read_ratings(rows: Sequence[Row], choices: Choices) -> JudgedTask | LeftOut:
    first = rows[0]
    prompt, group = read_post(first.row("info"))
    worker = first.optional("worker", read_identity) or SOMEBODY
    split = first.optional("split", read_split)
    summaries = [row.row("summary") for row in rows]
    completions = tuple(read_summary(summary) for summary in summaries)
    axes = tuple(read_axes(summary.row("axes")) for summary in summaries)
    for row in rows:
        row.check()
    chosen = [ratings.get(choices["axis"]) for ratings in axes]
    if all(rating is None for rating in chosen):
        return LeftOut(f"No rating on the axis {choices['axis']!r}.")
    return JudgedTask(
        prompt=prompt,
        completions=completions,
        judgments=(
            Judgment(
                worker,
                ranks_by_score(chosen),
                likert=tuple(None if rating is None else int(rating) for rating in chosen),
                axes=axes,
            ),
        ),
        group=group,
        split=split,
    )


def read_axes(row: Row) -> dict[str, float]:
    """What was rated: an axis that was not asked for stands as null or not at all."""
    return {
        name: rating for name in AXES if (rating := row.optional(name, read_likert)) is not None
    }


def read_likert(value: object) -> float:
    if read_whole_number(value) not in LIKERT:
        raise ValueError("1 to 7.")
    return float(read_whole_number(value))


SUMMARIZE: Final = DataFormat(
    name="summarize",
    about="Two summaries of a post and the chosen one.",
    row="line",
    read=reader_of_json(read_comparison),
)
SUMMARIZE_AXES: Final = DataFormat(
    name="summarize-axes",
    about="Summaries of a post that one worker rated on several axes.",
    row="line",
    read=reader_of_groups(post_and_worker, read_ratings, is_gathered=True),
    choices=(Choice("axis", "the axis that orders the summaries of a post", "overall", AXES),),
)
