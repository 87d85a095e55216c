"""How much there is in some rankings, counted by Postgres: no text of it is read."""

from dataclasses import dataclass, field
from typing import Final

from django.db.models import QuerySet

from labeling.models import Prompt, Ranking
from labeling.preferences import pair_counts
from labeling.selectors.number_columns import NOTHING, compiled, integer_columns, large_read

SOURCES: Final = tuple(Prompt.SourceKind.values)
COLUMNS: Final = 6 + len(SOURCES)
# A ladder is how many completions a ranking has at each rank: four bits for each, as there are no
# more than nine completions and ranks. Some thousand different ones tell all pairs and ties. A
# double holds it exactly, and is added up much faster than the numeric that a bigint becomes.
BITS: Final = 4
COUNTED: Final = "count(*) FILTER (WHERE source_kind = '{0}') AS {0}"
OF_SOURCE: Final = "(SELECT {} FROM sources)"
COUNTS: Final = """
WITH chosen (id, task_id, labeler_id) AS MATERIALIZED ({rankings}),
tasks AS MATERIALIZED (
    SELECT id, prompt_id FROM labeling_task WHERE id IN (SELECT task_id FROM chosen)
),
sources AS MATERIALIZED (
    SELECT {counted} FROM labeling_prompt WHERE id IN (SELECT prompt_id FROM tasks)
),
ladders AS (
    SELECT sum((1::bigint << %s * (rank - 1))::double precision)::bigint AS ladder
    FROM chosen JOIN labeling_rankedcompletion AS item ON item.ranking_id = chosen.id
    GROUP BY chosen.id
)
SELECT ladder, count(*) AS num,
    (SELECT count(*) FROM (SELECT FROM chosen GROUP BY labeler_id) AS each),
    (SELECT count(*) FROM tasks),
    (SELECT count(*) FROM tasks WHERE prompt_id IN ({held_out})),
    (SELECT count(*) FROM labeling_taskcompletion WHERE task_id IN (SELECT id FROM tasks)),
    {sources}
FROM ladders GROUP BY ladder
"""


@dataclass(frozen=True)
class RankingCounts:
    """``held_out`` are the tasks of held-out prompts; ``pairs`` are strict, the others ``ties``.

    ``sources`` are the prompts by where they came from (R1), without those of which there are none.
    """

    rankings: int = 0
    labelers: int = 0
    tasks: int = 0
    held_out: int = 0
    prompts: int = 0
    completions: int = 0
    pairs: int = 0
    ties: int = 0
    sources: dict[str, int] = field(default_factory=dict)


def count_rankings(rankings: QuerySet[Ranking], *, held_out: QuerySet[Prompt]) -> RankingCounts:
    """What these rankings, their tasks and their prompts come to. One query."""
    chosen, values = compiled(rankings.order_by().values_list("id", "task_id", "labeler_id"))
    if chosen == NOTHING:
        return RankingCounts()
    prompts, prompt_values = compiled(held_out.order_by().values_list("pk"))
    sql = COUNTS.format(
        rankings=chosen,
        held_out=prompts,
        counted=", ".join(COUNTED.format(one) for one in SOURCES),
        sources=", ".join(OF_SOURCE.format(one) for one in SOURCES),
    )
    with large_read():
        columns = integer_columns(sql, (*values, BITS, *prompt_values), num_columns=COLUMNS)
    ladders, numbers, *others = columns.tolist()
    if not ladders:
        return RankingCounts()
    labelers, tasks, num_held_out, completions, *prompts_of = (column[0] for column in others)
    of_ladder = [pair_counts(_ranks(ladder)) for ladder in ladders]
    return RankingCounts(
        rankings=sum(numbers),
        labelers=labelers,
        tasks=tasks,
        held_out=num_held_out,
        prompts=sum(prompts_of),
        completions=completions,
        pairs=sum(pairs * num for (pairs, _), num in zip(of_ladder, numbers, strict=True)),
        ties=sum(ties * num for (_, ties), num in zip(of_ladder, numbers, strict=True)),
        sources={one: num for one, num in zip(SOURCES, prompts_of, strict=True) if num},
    )


def _ranks(ladder: int) -> list[int]:
    """A ranking of this ladder: which completion stands where changes no count."""
    ranks: list[int] = []
    rank = 1
    while ladder:
        ranks += [rank] * (ladder % (1 << BITS))
        ladder >>= BITS
        rank += 1
    return ranks
