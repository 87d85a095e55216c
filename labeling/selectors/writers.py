"""Who wrote a completion: its source, and for imported ones others who wrote the very same words.

Such a completion was judged once for all of its writers, so it counts for each of them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from django.db.models import Q

from labeling.models import Completion, CompletionSource

# In a completion's ``sampling``: the names of its other writers.
ALSO_BY: Final = "also_by"


class Writers:
    """Conditions on what leads to a completion that one of some sources wrote. One query."""

    def __init__(self, source_ids: Collection[int]) -> None:
        imported = CompletionSource.objects.filter(
            pk__in=source_ids, kind=CompletionSource.Kind.IMPORTED
        )
        self._names = dict(imported.values_list("pk", "name"))

    def wrote(self, source_id: int, through: str = "") -> Q:
        condition = Q(**{f"{through}source": source_id})
        if source_id in self._names:
            others = {ALSO_BY: [self._names[source_id]]}
            condition |= Q(**{f"{through}sampling__contains": others})
        return condition


def all_writers(completion_ids: Collection[int]) -> dict[int, list[int]]:
    """Everybody who wrote each of these completions, the source first. Two queries at most."""
    rows = Completion.objects.filter(pk__in=completion_ids).values_list(
        "pk", "source_id", f"sampling__{ALSO_BY}"
    )
    found = [(pk, source, others or ()) for pk, source, others in rows]
    id_of = ids_of_writers(others for _, _, others in found)
    return {
        pk: [source, *(id_of[name] for name in others if name in id_of)]
        for pk, source, others in found
    }


def ids_of_writers(others: Iterable[Sequence[str] | None]) -> Mapping[str, int]:
    """The sources that completions name besides their own, by name. One query, if there are any."""
    names = {name for some in others for name in some or ()}
    if not names:
        return {}
    return dict(CompletionSource.objects.filter(name__in=names).values_list("name", "pk"))
