"""Reading models against each other: win rates, strengths, ratings, flags, panels (R35-R38)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from django.db.models import Exists, Min, OuterRef, QuerySet

from labeling.agreement.bradley_terry import Strength, bradley_terry
from labeling.agreement.contests import Contests, RankedModels, contests_of, head_to_head
from labeling.agreement.intervals import Figure, Size, undefined
from labeling.agreement.judgments import BoolArray, FloatArray, IntArray
from labeling.agreement.pooling import pooled_means
from labeling.agreement.win_rates import NEVER_COMPARED
from labeling.catalogue import FLAG_ITEMS, LIKERT_MAXIMUM, LIKERT_MINIMUM, ends_of
from labeling.errors import NotAccessible, Refused
from labeling.models import CompletionSource, Pool, Project, Prompt, RankedCompletion, Ranking
from labeling.selectors.item_columns import FLAGS, answers_to, item_columns
from labeling.selectors.moments import kept
from labeling.selectors.number_columns import large_read
from labeling.selectors.rankings import sealed_rankings
from labeling.selectors.writers import Writers, all_writers

# The newest of them: each is read, and its models resampled, while somebody waits.
MAXIMUM_RANKINGS: Final = 20_000
# A table of more is not read; the most judged stay.
MAXIMUM_MODELS: Final = 12
LIKERT: Final = "overall_quality"
RATINGS: Final = range(LIKERT_MINIMUM, LIKERT_MAXIMUM + 1)
# Below 0 the completion itself, where several wrote it.
WRITER: Final = (
    "CASE WHEN completion.sampling ? 'also_by' THEN -completion.id ELSE completion.source_id END"
)
NEVER_IN_PANEL: Final = (
    "No sealed ranking of these prompts by these labelers shows it beside the baseline yet."
)
PANELS: Final = tuple(
    (str(distribution), str(pool))
    for distribution in (Prompt.Distribution.GPT, Prompt.Distribution.INSTRUCT)
    for pool in (Pool.HELD_OUT, Pool.TRAINING)
)
# The place of a ranking's own in ``PANELS``.
PANEL: Final = "CASE {} END".format(
    " ".join(
        f"WHEN chosen.distribution = '{distribution}' AND chosen.pool = '{pool}' THEN {place}"
        for place, (distribution, pool) in enumerate(PANELS)
    )
)


@dataclass(frozen=True)
class Scope:
    """Which sealed rankings count; None means all. Screenings never do (R12)."""

    project_id: int | None = None
    pool: str | None = None
    distribution: str | None = None
    category: str | None = None
    include_simulated: bool = False

    def takes_in(self, panel: tuple[str, str]) -> bool:
        """Whether a panel can hold any of these rankings."""
        distribution, pool = panel
        return self.distribution in (None, distribution) and self.pool in (None, pool)

    def rankings(self) -> QuerySet[Ranking]:
        """Raises: NotAccessible for a project that is not there."""
        chosen = None if self.project_id is None else [self.project_id]
        if self.project_id is not None and not Project.objects.filter(pk=self.project_id).exists():
            raise NotAccessible
        rankings = sealed_rankings(
            project_ids=chosen, category=self.category, include_simulated=self.include_simulated
        ).exclude(task__project__purpose=Project.Purpose.SCREENING)
        if self.pool is not None:
            rankings = rankings.filter(labeler__pool=self.pool)
        if self.distribution is not None:
            rankings = rankings.filter(task__prompt__distribution=self.distribution)
        return rankings


@dataclass(frozen=True)
class PooledFigure:
    """Of the judgments of ``models``: of one, or of all its sizes where its own are few (R37)."""

    figure: Figure
    models: Sequence[CompletionSource]


@dataclass(frozen=True)
class ModelStanding:
    """One model; ``win_rate`` is None for the baseline, which has no ``panels`` either; of every
    other they are there by (distribution, pool), those that the choice takes in.

    ``ratings`` counts the judgments of 1, 2, ... 7.
    """

    source: CompletionSource
    is_baseline: bool
    num_judgments: int
    win_rate: Figure | None
    strength: Strength
    likert: PooledFigure
    ratings: Sequence[int]
    flags: Mapping[str, PooledFigure]
    panels: Mapping[tuple[str, str], Figure]


@dataclass(frozen=True)
class Leaderboard:
    """The strongest first. ``head_to_head`` by (source, source), where the two ever met."""

    num_rankings: int
    num_sealed: int
    num_models_left_out: int
    baseline: CompletionSource | None
    models: list[ModelStanding]
    head_to_head: dict[tuple[int, int], Figure]


@dataclass(frozen=True, eq=False)
class _Columns:
    """One entry per ranked completion, and per writer where it has several; ``source`` is who.

    ``panel`` is its place in ``PANELS``, ``rating`` 0 for none, ``flags`` as ``FLAGS`` reads them.
    """

    ranking: IntArray
    task: IntArray
    prompt: IntArray
    source: IntArray
    rank: IntArray
    panel: IntArray
    rating: IntArray
    flags: IntArray

    def of(self, chosen: BoolArray | IntArray) -> "_Columns":
        return _Columns(**{name: column[chosen] for name, column in vars(self).items()})

    def ranked(self, kept: Sequence[int]) -> RankedModels:
        """The models numbered in the order of ``kept``, which ascends."""
        model = np.searchsorted(kept, self.source).astype(np.int64)
        return RankedModels(self.ranking, self.task, self.prompt, model, self.rank)


def leaderboard(scope: Scope, *, baseline_id: int | None = None) -> Leaderboard:
    """Every model of the newest sealed rankings against every other. Nine queries at most.

    Without ``baseline_id`` it is the project's own, or the model that was judged most.
    Raises: NotAccessible, Refused("not_a_baseline") for a model that nobody judged here.
    """
    return _leaderboard(scope, baseline_id, _own_baseline(scope))


def _own_baseline(scope: Scope) -> int | None:
    if scope.project_id is None:
        return None
    own = Project.objects.filter(pk=scope.project_id)
    return own.values_list("baseline_source_id", flat=True).first()


@kept
def _leaderboard(scope: Scope, baseline_id: int | None, own: int | None) -> Leaderboard:
    rankings = scope.rankings()
    num_rankings, judged = _read(rankings.order_by("-submitted_at", "-pk")[:MAXIMUM_RANKINGS])
    counts = Counter(judged.source.tolist())
    listed = sorted(counts, key=lambda source: (-counts[source], source))
    baseline = _baseline(baseline_id, own, listed)
    kept = _kept(listed, baseline)
    if not kept:
        return Leaderboard(num_rankings, num_rankings, 0, None, [], {})
    sources = CompletionSource.objects.in_bulk(kept)
    columns = judged.of(np.isin(judged.source, kept))
    contests = contests_of(columns.ranked(kept), num_models=len(kept))
    against = head_to_head(contests)
    panels = [panel for panel in PANELS if scope.takes_in(panel)]
    standings = _standings(kept, sources, baseline, columns, contests, against, panels)
    return Leaderboard(
        num_rankings=num_rankings,
        num_sealed=_number_of(rankings) if num_rankings == MAXIMUM_RANKINGS else num_rankings,
        num_models_left_out=len(listed) - len(kept),
        baseline=None if baseline is None else sources[baseline],
        models=standings,
        head_to_head={(kept[a], kept[b]): figure for (a, b), figure in against.items()},
    )


def rankings_of_model(
    scope: Scope,
    *,
    model_id: int,
    other_id: int | None = None,
    flag: str | None = None,
    rating: int | None = None,
) -> QuerySet[Ranking]:
    """The sealed rankings behind a figure of a model, unordered.

    All that rank it, behind its strength and its ratings; with ``other_id`` those that rank both,
    behind a win rate; with ``flag`` those that said yes to it of the model, with ``rating`` those
    that gave it this one. Each with the best rank of either (1 is best, None without another one).
    Two queries, with the labeler and the prompt. Raises: NotAccessible.
    """
    items = RankedCompletion.objects.filter(ranking=OuterRef("pk"))
    # A model of no number wrote nothing.
    other = other_id or 0
    writers = Writers([model_id, other])
    of_model = items.filter(writers.wrote(model_id, "completion__"))
    if flag is not None:
        of_model = of_model.filter(flags__contains={flag: True})
    if rating is not None:
        of_model = of_model.filter(rating=rating)
    rankings = scope.rankings().filter(Exists(of_model))
    if other_id is not None:
        rankings = rankings.filter(Exists(items.filter(writers.wrote(other, "completion__"))))
    through = "items__completion__"
    return rankings.select_related("labeler", "task__prompt").annotate(
        model_rank=Min("items__rank", filter=writers.wrote(model_id, through)),
        other_rank=Min("items__rank", filter=writers.wrote(other, through)),
    )


def _baseline(baseline_id: int | None, own: int | None, listed: Sequence[int]) -> int | None:
    if baseline_id is not None:
        if baseline_id not in listed:
            said = "No sealed ranking that fits shows this model. Choose one that is listed."
            raise Refused("not_a_baseline", said, status=422, fields={"baseline": [said]})
        return baseline_id
    if own in listed:
        return own
    return listed[0] if listed else None


def _kept(listed: Sequence[int], baseline: int | None) -> list[int]:
    """The most judged, the baseline always among them, by their ids."""
    kept = list(listed[:MAXIMUM_MODELS])
    if baseline is not None and baseline not in kept:
        kept[-1] = baseline
    return sorted(kept)


def _number_of(rankings: QuerySet[Ranking]) -> int:
    with large_read():
        return rankings.count()


def _read(rankings: QuerySet[Ranking]) -> tuple[int, _Columns]:
    """How many rankings there are, and what they say of each writer of a completion.

    One query, and two more where some completion has several writers: it counts for each.
    """
    found = item_columns(
        rankings,
        {
            "task": "task_id",
            "prompt": "task__prompt_id",
            "distribution": "task__prompt__distribution",
            "pool": "labeler__pool",
        },
        {
            "task": "chosen.task",
            "prompt": "chosen.prompt",
            "source": WRITER,
            "rank": "item.rank",
            "panel": PANEL,
            "rating": "coalesce(item.rating, 0)",
            "flags": FLAGS,
        },
    )
    columns = _Columns(ranking=found.ranking, **found.named)
    shared = np.flatnonzero(columns.source < 0)
    if not len(shared):
        return found.num_rankings, columns
    writers = all_writers((-np.unique(columns.source[shared])).tolist())
    of_shared = [writers[-completion] for completion in columns.source[shared].tolist()]
    each = columns.of(np.repeat(shared, [len(some) for some in of_shared]))
    each = replace(each, source=np.array([pk for some in of_shared for pk in some], dtype=np.int64))
    alone = columns.of(columns.source > 0)
    return found.num_rankings, _Columns(
        **{name: np.concatenate([one, getattr(each, name)]) for name, one in vars(alone).items()}
    )


def _standings(
    kept: Sequence[int],
    sources: Mapping[int, CompletionSource],
    baseline: int | None,
    columns: _Columns,
    contests: Contests,
    against: Mapping[tuple[int, int], Figure],
    panels: Sequence[tuple[str, str]],
) -> list[ModelStanding]:
    number = None if baseline is None else kept.index(baseline)
    said = _means(columns, [sources[one] for one in kept])
    num_judgments = Counter(columns.source.tolist())
    in_panel = {
        panel: head_to_head(
            contests_of(
                columns.of(columns.panel == PANELS.index(panel)).ranked(kept), num_models=len(kept)
            )
        )
        for panel in panels
    }
    return [
        ModelStanding(
            source=sources[kept[one.model]],
            is_baseline=one.model == number,
            num_judgments=num_judgments[kept[one.model]],
            win_rate=_win_rate(one.model, number, against),
            strength=one,
            likert=said[one.model, LIKERT],
            ratings=_ratings(columns.rating[columns.source == kept[one.model]]),
            flags={key: said[one.model, key] for key in FLAG_ITEMS},
            panels={
                panel: win_rate
                for panel, found in in_panel.items()
                if (win_rate := _win_rate(one.model, number, found, NEVER_IN_PANEL)) is not None
            },
        )
        for one in bradley_terry(contests, names=[sources[one].name for one in kept])
    ]


def _win_rate(
    model: int,
    baseline: int | None,
    against: Mapping[tuple[int, int], Figure],
    when_never: str = NEVER_COMPARED,
) -> Figure | None:
    """None for the baseline itself; undefined with the reason where the two never met."""
    if baseline is None or model == baseline:
        return None
    never = undefined(when_never, size=Size(0, 0, 0))
    return against.get((model, baseline), never)


def _means(
    columns: _Columns, models: Sequence[CompletionSource]
) -> dict[tuple[int, str], PooledFigure]:
    """(model, question) -> the mean of its answers, or of those of all its sizes."""
    said = {
        (number, key): answers
        for number, model in enumerate(models)
        for key, answers in _said(columns.of(columns.source == model.pk)).items()
    }
    names = {number: model.name for number, model in enumerate(models)}
    means = pooled_means(said, names, ends=ends_of)
    return {
        key: PooledFigure(one.figure, [models[number] for number in one.models])
        for key, one in means.items()
    }


def _said(columns: _Columns) -> dict[str, FloatArray]:
    """Question -> prompt and answer of every judgment that answered it."""
    said = {LIKERT: (columns.rating > 0, columns.rating)}
    said |= {key: answers_to(columns.flags, key) for key in FLAG_ITEMS}
    return {
        key: np.column_stack([columns.prompt, answer])[is_said].astype(np.float64)
        for key, (is_said, answer) in said.items()
    }


def _ratings(ratings: IntArray) -> list[int]:
    counts = np.bincount(ratings, minlength=LIKERT_MAXIMUM + 1)
    return [int(counts[rating]) for rating in RATINGS]
