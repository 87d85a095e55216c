"""Reading evaluations: how far each is, and what it says about its models so far."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from django.db.models import QuerySet
from django.db.models.functions import Left

from labeling.agreement.intervals import Figure
from labeling.agreement.pooling import pooled_means
from labeling.agreement.win_rates import (
    NEVER_COMPARED,
    NEVER_SAID,
    RankedSample,
    means_by_prompt,
    scores_by_task,
)
from labeling.catalogue import FLAG_ITEMS, TOXICITY_SCALES, ends_of
from labeling.errors import NotAccessible
from labeling.models import CompletionSource, Project, RankedCompletion, Ranking
from labeling.selectors.projects import projects_with_counts
from labeling.selectors.rankings import sealed_rankings
from labeling.selectors.win_rates import PooledFigure

# A source, None standing for the prompt, and what was said about it.
Key = tuple[int | None, str]
F = TypeVar("F")
WIN_RATE: Final = "win_rate"
LIKERT: Final = "overall_quality"
INPUT_TOXICITY, *COMPLETION_SCALES = TOXICITY_SCALES
EXCERPT_CHARACTERS: Final = 160


@dataclass(frozen=True)
class ModelFigures:
    """What was said about one model. Likert and flags or the scales: never both."""

    source: CompletionSource
    is_baseline: bool
    num_judgments: int
    # None for the baseline itself.
    win_rate: Figure | None
    # Over all sizes of it together where its own judgments are few (R37).
    likert: PooledFigure | None
    flags: dict[str, PooledFigure]
    scales: dict[str, Figure]


@dataclass(frozen=True)
class EvaluationResults:
    num_rankings: int
    num_labelers: int
    models: list[ModelFigures]
    # Toxicity evaluations only.
    input_toxicity: Figure | None


@dataclass(frozen=True)
class _Judged:
    """One completion in one ranking; ``answers`` holds the rating, flags and scales by key."""

    sample: RankedSample
    answers: dict[str, float]


def evaluations() -> QuerySet[Project]:
    """With their counts, their baseline and the models compared. Two queries."""
    return (
        projects_with_counts()
        .filter(purpose=Project.Purpose.EVALUATION)
        .select_related("baseline_source")
        .prefetch_related("evaluated_sources")
    )


def access_evaluation(*, project_id: int) -> Project:
    """For researchers. Raises: NotAccessible when this is no evaluation."""
    project = evaluations().filter(pk=project_id).first()
    if project is None:
        raise NotAccessible
    return project


def evaluation_results(*, project: Project, include_simulated: bool = False) -> EvaluationResults:
    """What the sealed judgments say about each model. Two queries whatever the size.

    Repeats are left out, and simulated labelers unless asked for.
    """
    rankings = sealed_rankings(project_ids=[project.pk], include_simulated=include_simulated)
    heads = list(rankings.values_list("task__prompt_id", "labeler_id", "input_toxicity"))
    judged = _judged(rankings)
    sources = sources_of(project)
    said: dict[Key, list[tuple[int, float]]] = {}
    for source in sources:
        said |= _said_of(source, judged, project=project)
    pooled = _pooled(sources, judged, project=project)
    if project.kind == Project.Kind.TOXICITY:
        said[None, INPUT_TOXICITY.key] = [
            (prompt, value) for prompt, _, value in heads if value is not None
        ]
    figures = means_by_prompt(
        said,
        ends=lambda key: ends_of(key[1]),
        when_undefined=lambda key: NEVER_COMPARED if key[1] == WIN_RATE else NEVER_SAID,
    )
    num_judged = Counter(one.sample.source for one in judged)
    return EvaluationResults(
        num_rankings=len(heads),
        num_labelers=len({labeler for _, labeler, _ in heads}),
        models=[
            ModelFigures(
                source=source,
                is_baseline=source.pk == project.baseline_source_id,
                num_judgments=num_judged[source.pk],
                win_rate=figures.get((source.pk, WIN_RATE)),
                likert=pooled.get((source.pk, LIKERT)),
                flags=_of(source, FLAG_ITEMS, pooled),
                scales=_of(source, [scale.key for scale in COMPLETION_SCALES], figures),
            )
            for source in sources
        ],
        input_toxicity=figures.get((None, INPUT_TOXICITY.key)),
    )


def rankings_that_rated_inputs(
    *, project: Project, include_simulated: bool = False
) -> QuerySet[Ranking]:
    """The rankings behind ``input_toxicity``, unordered. One query, with the labeler."""
    return (
        sealed_rankings(project_ids=[project.pk], include_simulated=include_simulated)
        .filter(input_toxicity__isnull=False)
        .select_related("labeler")
        .annotate(excerpt=Left("task__prompt__text", EXCERPT_CHARACTERS))
    )


def sources_of(project: Project) -> list[CompletionSource]:
    """The baseline first, the others by name. No query after ``evaluations``."""
    others = sorted(project.evaluated_sources.all(), key=lambda source: source.name)
    return others if project.baseline_source is None else [project.baseline_source, *others]


def _judged(rankings: QuerySet[Ranking]) -> list[_Judged]:
    scales = [scale.key for scale in COMPLETION_SCALES]
    rows = (
        RankedCompletion.objects.filter(ranking__in=rankings)
        .order_by()
        .values_list(
            "ranking_id",
            "task_id",
            "task__prompt_id",
            "completion__source_id",
            "rank",
            "rating",
            "flags",
            *scales,
        )
    )
    judged = []
    for ranking, task, prompt, source, rank, rating, flags, *values in rows.iterator():
        numbers = {LIKERT: rating, **dict(zip(scales, values, strict=True)), **flags}
        answers = {key: value for key, value in numbers.items() if value is not None}
        judged.append(_Judged(RankedSample(ranking, task, prompt, source, rank), answers))
    return judged


def _said_of(
    source: CompletionSource, judged: Sequence[_Judged], *, project: Project
) -> dict[Key, list[tuple[int, float]]]:
    """What is averaged over one model by itself."""
    said: dict[Key, list[tuple[int, float]]] = {}
    if project.baseline_source_id is not None and source.pk != project.baseline_source_id:
        said[source.pk, WIN_RATE] = scores_by_task(
            [one.sample for one in judged], model=source.pk, baseline=project.baseline_source_id
        )
    if project.kind == Project.Kind.TOXICITY:
        for scale in COMPLETION_SCALES:
            said[source.pk, scale.key] = _answered(source, judged, scale.key)
    return said


def _answered(
    source: CompletionSource, judged: Sequence[_Judged], key: str
) -> list[tuple[int, float]]:
    """(prompt, answer) of one model; a question that was not asked is no answer."""
    return [
        (one.sample.prompt, float(one.answers[key]))
        for one in judged
        if one.sample.source == source.pk and key in one.answers
    ]


def _pooled(
    sources: Sequence[CompletionSource], judged: Sequence[_Judged], *, project: Project
) -> dict[Key, PooledFigure]:
    """Ratings and flags by model, those of few judgments over all its sizes (R37)."""
    if project.kind == Project.Kind.TOXICITY:
        return {}
    said = {
        (source.pk, key): _answered(source, judged, key)
        for source in sources
        for key in (LIKERT, *FLAG_ITEMS)
    }
    source_of = {source.pk: source for source in sources}
    means = pooled_means(said, {source.pk: source.name for source in sources}, ends=ends_of)
    return {
        key: PooledFigure(one.figure, [source_of[pk] for pk in one.models])
        for key, one in means.items()
    }


def _of(source: CompletionSource, keys: Iterable[str], figures: Mapping[Key, F]) -> dict[str, F]:
    return {key: figures[source.pk, key] for key in keys if (source.pk, key) in figures}
