"""A task as a format read it, made storable: dense ranks, each text once, no empty judgment."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from labeling.importers.records import (
    JudgedCompletion,
    JudgedTask,
    Judgment,
    LeftOut,
    num_completions_problem,
)
from labeling.preferences import dense_ranks

SAME_WORDS: Final = (
    "completions hold the same words and stay apart, since they were shown apart; an order of "
    "them says nothing about the words."
)


def settled(task: JudgedTask) -> JudgedTask | LeftOut:
    """The same task with what cannot be stored taken out, and a note for each thing that was.

    Completions of the same words by the same source were one answer to whoever judged them. A
    judgment that told them apart means nothing, and one of fewer than two completions says nothing.
    """
    kept = list(dict.fromkeys(task.completions))
    if problem := num_completions_problem(len(kept)):
        return LeftOut(problem)
    places = [kept.index(completion) for completion in task.completions]
    notes = list(task.notes)
    if len(kept) < len(places):
        notes.append(f"{len(places)} completions are {len(kept)} different ones.")
    if num_repeated := num_in_words_of_others(task, kept):
        notes.append(f"{num_repeated} {SAME_WORDS}")
    judgments = []
    for judgment in task.judgments:
        found = _judgment_of(judgment, places, len(kept))
        if isinstance(found, str):
            notes.append(f"{judgment.labeler}: {found}")
        else:
            judgments.append(found)
    if not judgments:
        said = notes[len(task.notes) :] or ["There is no judgment to import."]
        return LeftOut(" ".join(said))
    return replace(
        task, completions=tuple(kept), judgments=tuple(judgments), notes=tuple(dict.fromkeys(notes))
    )


def num_in_words_of_others(task: JudgedTask, kept: Sequence[JudgedCompletion]) -> int:
    times = Counter(one.text for one in kept) if task.has_texts else {}
    return sum(number for number in times.values() if number > 1)


def _judgment_of(judgment: Judgment, places: Sequence[int], k: int) -> Judgment | str:
    """The judgment of the k different completions, or why it is left out."""
    rank_of: dict[int, int] = {}
    source_of: dict[int, int] = {}
    for index, (place, rank) in enumerate(zip(places, judgment.ranks, strict=True)):
        if rank is None:
            continue
        if rank_of.setdefault(place, rank) != rank:
            return "two different ranks for the same words; not counted."
        source_of.setdefault(place, index)
    if len(rank_of) < 2:
        return "fewer than two completions ranked; not counted."
    ranks = dense_ranks([rank_of.get(place) for place in range(k)])
    chosen = [source_of.get(place) for place in range(k)]
    return replace(
        judgment,
        ranks=tuple(ranks),
        likert=tuple(None if n is None else judgment.likert[n] for n in chosen)
        if judgment.likert
        else (),
        axes=tuple({} if n is None else judgment.axes[n] for n in chosen) if judgment.axes else (),
    )
