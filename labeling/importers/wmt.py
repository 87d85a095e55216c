"""Rankings of translations, in the three shapes in which WMT's were handed out.

None of them has the texts: a completion is known by the systems that wrote it. Systems whose
output was the same words were judged as one and are one completion here, credited to all of them.
A ranking is a task of its own, since which five of the systems it compares was drawn anew each
time; two rankings of a segment share the completions that both compare.

CSV, a pair a line: srclang, trglang, segmentId, judgeID, system1Id, system1rank, system2Id,
system2rank, rankingID, collapsed systems joined with "+". XML: HIT > ranking-task > ranking-result
[duration, user] > translation[system, rank], systems joined with ",". JSON Lines: {"task_id":
"wmt16/PAIR/SEGMENT", "ranking_id", "labeler", "duration_s", "items": [{"systems", "rank"}]}, or
with "lang_pair" and "segment" of their own.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from labeling.importers.csv_files import read_cell_rank
from labeling.importers.reading import (
    MISSING,
    Row,
    read_identity,
    read_name,
    read_seconds,
    reader_of_groups,
    reader_of_json,
)
from labeling.importers.records import (
    Choice,
    Choices,
    DataFormat,
    JudgedCompletion,
    JudgedTask,
    Judgment,
    LeftOut,
)
from labeling.importers.table_files import reader_of

SIDES: Final = (1, 2)
NEEDED: Final = (
    "srclang",
    "trglang",
    "segmentId",
    "judgeID",
    "system1Id",
    "system1rank",
    "system2Id",
    "system2rank",
    "rankingID",
)

RANKING: Final = ("srclang", "trglang", "segmentId", "judgeID", "rankingID")

# Systems of different languages never meet, and agreement is another one in each.
LANG_PAIR: Final = Choice("lang_pair", "only rankings of this pair of languages, as in ron-eng")

# The systems that wrote an output, in alphabetical order, and its rank.
Output = tuple[tuple[str, ...], int | None]


@dataclass(frozen=True)
class Ranked:
    """One ranking: of which segment, by whom, in what order."""

    lang_pair: str
    segment: str
    ranking: str
    labeler: str
    outputs: Sequence[Output]
    seconds: float | None = None


def task_of(ranked: Ranked) -> JudgedTask | LeftOut:
    told = Counter(name for systems in {one for one, _ in ranked.outputs} for name in systems)
    if twice := [name for name, times in told.items() if times > 1]:
        return LeftOut(f"{twice[0]!r} is said to have written two different outputs.")
    place = f"{ranked.lang_pair}/{ranked.segment}"
    return JudgedTask(
        prompt=f"Segment {ranked.segment} of {ranked.lang_pair}",
        completions=tuple(
            JudgedCompletion(systems[0], "", key="+".join(systems), also_by=systems[1:])
            for systems, _ in ranked.outputs
        ),
        judgments=(
            Judgment(
                ranked.labeler,
                tuple(rank for _, rank in ranked.outputs),
                seconds=ranked.seconds,
            ),
        ),
        identity=f"{place}/{ranked.ranking}",
        group=place,
        has_texts=False,
    )


def other_pair(lang_pair: str, choices: Choices) -> LeftOut | None:
    """Why a ranking of this pair is left out; None when it was chosen."""
    if choices["lang_pair"] in {"", lang_pair}:
        return None
    return LeftOut(f"The ranking is of the languages {lang_pair!r}.")


def read_ranking(row: Row, choices: Choices) -> JudgedTask | LeftOut:
    lang_pair, segment = read_segment(row)
    if left_out := other_pair(lang_pair, choices):
        row.check()
        return left_out
    ranked = Ranked(
        lang_pair=lang_pair,
        segment=segment,
        ranking=row.read("ranking_id", read_identity) or "",
        labeler=row.read("labeler", read_identity) or "",
        outputs=[
            (one.read("systems", read_systems) or ("",), one.read("rank", read_cell_rank))
            for one in row.rows("items")
        ],
        seconds=row.optional("duration_s", read_seconds),
    )
    row.check()
    return task_of(ranked)


def read_segment(row: Row) -> tuple[str, str]:
    """The languages and the segment: each by its own name, or out of the task's."""
    task = (row.optional("task_id", read_name) or "").split("/")
    _, lang_pair, segment = task if len(task) == 3 else ("", "", "")
    lang_pair = row.optional("lang_pair", read_name) or lang_pair
    segment = row.optional("segment", read_identity) or segment
    for name, found in (("lang_pair", lang_pair), ("segment", segment)):
        if not found:
            row.problem(name, MISSING)
    return lang_pair, segment


def read_systems(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError("A list of names.")
    return tuple(sorted({read_name(one) for one in value}))


def names_in(joined: str, mark: str) -> tuple[str, ...]:
    return tuple(sorted({name for name in joined.split(mark) if name})) or ("",)


def ranking_of_line(row: Row, _: Choices) -> str:
    """Two files put together may number rankings alike, but not those of one judge and segment."""
    return repr([row.members.get(name) for name in RANKING])


def read_pairs(rows: Sequence[Row], choices: Choices) -> JudgedTask | LeftOut:
    """The pairs of one ranking put together again: a rank for each system."""
    first = rows[0]
    lang_pair = f"{first.name('srclang')}-{first.name('trglang')}"
    if left_out := other_pair(lang_pair, choices):
        first.check()
        return left_out
    segment = first.read("segmentId", read_identity) or ""
    ranking = first.read("rankingID", read_identity) or ""
    judge = first.read("judgeID", read_identity) or ""
    rank_of: dict[tuple[str, ...], int | None] = {}
    for row in rows:
        for side in SIDES:
            systems = names_in(row.text(f"system{side}Id"), "+")
            rank = row.read(f"system{side}rank", read_cell_rank)
            if rank_of.setdefault(systems, rank) != rank:
                row.problem(f"system{side}rank", "Another rank than in the ranking's other rows.")
        row.check()
    return task_of(Ranked(lang_pair, segment, ranking, judge, list(rank_of.items())))


WMT: Final = DataFormat(
    name="wmt",
    about="Rankings of systems' outputs, as JSON lines.",
    row="line",
    read=reader_of_json(read_ranking),
    choices=(LANG_PAIR,),
)
WMT_CSV: Final = DataFormat(
    name="wmt-csv",
    about="Rankings of systems' outputs, one pair a line.",
    row="line",
    read=reader_of_groups(ranking_of_line, read_pairs, reader_of(NEEDED), is_gathered=True),
    choices=(LANG_PAIR,),
)
