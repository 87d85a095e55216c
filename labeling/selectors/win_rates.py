"""Reading models against each other: win rates, strengths, ratings, flags, panels (R35-R38)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from django.db.models import Exists, Min, OuterRef, QuerySet

from labeling.agreement.bradley_terry import Strength, bradley_terry
from labeling.agreement.contests import Contests, RankedModels, contests_of, head_to_head
from labeling.agreement.intervals import Figure, Size, undefined
from labeling.agreement.judgments import BoolArray, IntArray
from labeling.agreement.pooling import pooled_means
from labeling.agreement.win_rates import NEVER_COMPARED
from labeling.catalogue import FLAG_ITEMS, LIKERT_MAXIMUM, LIKERT_MINIMUM, ends_of
from labeling.errors import NotAccessible, Refused
from labeling.models import CompletionSource, Pool, Project, Prompt, RankedCompletion, Ranking
from labeling.selectors.rankings import sealed_rankings
from labeling.selectors.writers import ALSO_BY, Writers, ids_of_writers

# The newest of them: each is read, and its models resampled, while somebody waits.
MAXIMUM_RANKINGS: Final = 20_000
# A table of more is not read; the most judged stay.
MAXIMUM_MODELS: Final = 12
LIKERT: Final = "overall_quality"
RATINGS: Final = range(LIKERT_MINIMUM, LIKERT_MAXIMUM + 1)
NEVER_IN_PANEL: Final = (
    "No sealed ranking of these prompts by these labelers shows it beside the baseline yet."
)
PANELS: Final = tuple(
    (str(distribution), str(pool))
    for distribution in (Prompt.Distribution.GPT, Prompt.Distribution.INSTRUCT)
    for pool in (Pool.HELD_OUT, Pool.TRAINING)
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
    """One entry per ranked completion of the models listed, numbered in their order."""

    ranked: RankedModels
    panel: IntArray
    rating: IntArray
    flags: list[Mapping[str, bool]]

    def of_panel(self, panel: int) -> RankedModels:
        return _chosen(self.ranked, self.panel == panel)


@dataclass
class _Reading:
    """Rows as they come."""

    number_of: dict[Any, int] = field(default_factory=dict)
    rows: list[tuple[int, int, int, int, int, int, int]] = field(default_factory=list)
    flags: list[Mapping[str, bool]] = field(default_factory=list)


def leaderboard(scope: Scope, *, baseline_id: int | None = None) -> Leaderboard:
    """Every model of the newest sealed rankings against every other. Six queries at most.

    Without ``baseline_id`` it is the project's own, or the model that was judged most.
    Raises: NotAccessible, Refused("not_a_baseline") for a model that nobody judged here.
    """
    rankings = scope.rankings()
    newest = list(
        rankings.order_by("-submitted_at", "-pk").values_list("pk", flat=True)[:MAXIMUM_RANKINGS]
    )
    judged = _read(newest)
    counts = Counter(row[3] for row in judged.rows)
    listed = sorted(counts, key=lambda source: (-counts[source], source))
    baseline = _baseline(scope, baseline_id, listed)
    kept = _kept(listed, baseline)
    if not kept:
        return Leaderboard(len(newest), len(newest), 0, None, [], {})
    sources = CompletionSource.objects.in_bulk(kept)
    columns = _columns(judged, kept)
    contests = contests_of(columns.ranked, num_models=len(kept))
    against = head_to_head(contests)
    panels = [panel for panel in PANELS if scope.takes_in(panel)]
    standings = _standings(kept, sources, baseline, columns, contests, against, panels)
    return Leaderboard(
        num_rankings=len(newest),
        num_sealed=rankings.count() if len(newest) == MAXIMUM_RANKINGS else len(newest),
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


def _baseline(scope: Scope, baseline_id: int | None, listed: Sequence[int]) -> int | None:
    if baseline_id is not None:
        if baseline_id not in listed:
            said = "No sealed ranking that fits shows this model. Choose one that is listed."
            raise Refused("not_a_baseline", said, status=422, fields={"baseline": [said]})
        return baseline_id
    if scope.project_id is not None:
        own = Project.objects.values_list("baseline_source_id", flat=True).get(pk=scope.project_id)
        if own in listed:
            return own
    return listed[0] if listed else None


def _kept(listed: Sequence[int], baseline: int | None) -> list[int]:
    """The most judged, the baseline always among them, by their ids."""
    kept = list(listed[:MAXIMUM_MODELS])
    if baseline is not None and baseline not in kept:
        kept[-1] = baseline
    return sorted(kept)


def _read(rankings: Sequence[Any]) -> _Reading:
    """A row for each writer of each ranked completion, at the same rank."""
    rows = (
        RankedCompletion.objects.filter(ranking__in=rankings)
        .order_by()
        .values_list(
            "ranking_id",
            "task_id",
            "ranking__task__prompt_id",
            "completion__source_id",
            "rank",
            "rating",
            "flags",
            "ranking__task__prompt__distribution",
            "ranking__labeler__pool",
            f"completion__sampling__{ALSO_BY}",
        )
    )
    read = _Reading()
    of_others = []
    for ranking, task, prompt, source, rank, rating, flags, *panel, others in rows.iterator():
        number = read.number_of.setdefault(ranking, len(read.number_of))
        row = (number, task, prompt, source, rank, rating or 0, PANELS.index((panel[0], panel[1])))
        read.rows.append(row)
        read.flags.append(flags)
        if others:
            of_others.append((row, flags, others))
    id_of = ids_of_writers(others for _, _, others in of_others)
    for row, flags, others in of_others:
        for name in others:
            if name in id_of:
                read.rows.append((*row[:3], id_of[name], *row[4:]))
                read.flags.append(flags)
    return read


def _columns(judged: _Reading, kept: Sequence[int]) -> _Columns:
    columns = np.array(judged.rows, dtype=np.int64).reshape(-1, 7).T
    is_kept = np.isin(columns[3], kept)
    ranking, task, prompt, source, rank, rating, panel = columns[:, is_kept]
    return _Columns(
        ranked=RankedModels(
            ranking, task, prompt, np.searchsorted(kept, source).astype(np.int64), rank
        ),
        panel=panel,
        rating=rating,
        flags=[one for one, keep in zip(judged.flags, is_kept, strict=True) if keep],
    )


def _chosen(ranked: RankedModels, wanted: BoolArray) -> RankedModels:
    return RankedModels(
        ranked.ranking[wanted],
        ranked.task[wanted],
        ranked.prompt[wanted],
        ranked.model[wanted],
        ranked.rank[wanted],
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
    in_panel = {
        panel: head_to_head(
            contests_of(columns.of_panel(PANELS.index(panel)), num_models=len(kept))
        )
        for panel in panels
    }
    return [
        ModelStanding(
            source=sources[kept[one.model]],
            is_baseline=one.model == number,
            num_judgments=int((columns.ranked.model == one.model).sum()),
            win_rate=_win_rate(one.model, number, against),
            strength=one,
            likert=said[one.model, LIKERT],
            ratings=_ratings(columns, one.model),
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
    said = _said(columns, len(models))
    names = {number: model.name for number, model in enumerate(models)}
    means = pooled_means(said, names, ends=ends_of)
    return {
        key: PooledFigure(one.figure, [models[number] for number in one.models])
        for key, one in means.items()
    }


def _said(columns: _Columns, num_models: int) -> dict[tuple[int, str], list[tuple[int, float]]]:
    """(model, question) -> (prompt, answer) of every judgment that answered it."""
    said: dict[tuple[int, str], list[tuple[int, float]]] = {
        (model, key): [] for model in range(num_models) for key in (LIKERT, *FLAG_ITEMS)
    }
    for model, prompt, rating, flags in zip(
        columns.ranked.model.tolist(),
        columns.ranked.prompt.tolist(),
        columns.rating.tolist(),
        columns.flags,
        strict=True,
    ):
        if rating:
            said[model, LIKERT].append((prompt, float(rating)))
        for key, answer in flags.items():
            if (model, key) in said:
                said[model, key].append((prompt, float(answer)))
    return said


def _ratings(columns: _Columns, model: int) -> list[int]:
    counts = np.bincount(
        columns.rating[columns.ranked.model == model], minlength=LIKERT_MAXIMUM + 1
    )
    return [int(counts[rating]) for rating in RATINGS]
