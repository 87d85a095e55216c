"""When a figure that is made of single answers must be made anew.

Reading some thousand rankings takes a second or two, so what was found is kept for as long as this
says the same. An answer counts once it is sealed and what is excluded is left out at once; whatever
else may change in hindsight (an account's pool, an imported ranking of long ago) is told by the
refresh of the agreement figures, which compares all rankings every minute or two.
"""

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Any, Final, ParamSpec, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, QuerySet, Subquery, Value

from labeling.models import (
    Adjudication,
    AgreementStore,
    Demonstration,
    DemonstrationReview,
    PromptAnnotation,
    PromptExclusion,
    Ranking,
    Role,
    User,
)
from labeling.selectors.sealing import sealed_answer

# Several, because one that was numbered or submitted earlier may be committed later.
NUM_NEWEST: Final = 100

# Questions that this process knows the answer of, of one kind; what was found at another moment is
# let go at once.
NUM_KEPT: Final = 32

ACCEPTED: Final = DemonstrationReview.Outcome.ACCEPTED

Moment = tuple[object, ...]
Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")
_KEPT: Final[list[Any]] = []


def kept(work: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """The same, read anew only at another moment. What it is asked must be hashable.

    Nothing in the answer may be something that changes without one, such as a name; and nothing
    large, for each process keeps it of many questions.
    """
    return kept_while(lambda: None)(work)


def kept_while(
    told: Callable[[], Hashable], *, most: int = NUM_KEPT
) -> Callable[[Callable[Asked, Answer]], Callable[Asked, Answer]]:
    """As ``kept``, for as long as ``told`` says the same, too; of so many questions."""

    def keeping(work: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
        def of_moment(_moment: object, *args: Any, **kwargs: Any) -> Answer:
            return work(*args, **kwargs)

        at: Any = lru_cache(maxsize=most)(of_moment)
        newest: object = None

        @wraps(work)
        def found(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
            nonlocal newest
            answers = moment_of_answers()
            if answers is None:
                return work(*args, **kwargs)
            moment = (answers, told())
            if moment != newest:
                at.cache_clear()
                newest = moment
            answer: Answer = at(moment, *args, **kwargs)
            return answer

        _KEPT.append(at)
        return found

    return keeping


def forget() -> None:
    """As a process that was just started."""
    for known in _KEPT:
        known.cache_clear()


def moment_of_answers() -> Moment | None:
    """None before the first refresh, when nothing is kept. One query."""
    sealed = Ranking.objects.filter(sealed_answer())
    found = (
        AgreementStore.objects.filter(pk=1)
        .values_list(
            "token",
            _first(sealed.order_by("-submitted_at", "-pk")),
            _first(Demonstration.objects.filter(sealed_answer()).order_by("-submitted_at", "-pk")),
            # Each takes a sealed demonstration out, of whatever day.
            _first(DemonstrationReview.objects.exclude(outcome=ACCEPTED).order_by("-pk")),
            # Of a category, which is read as it is now.
            _first(PromptAnnotation.objects.order_by("-pk")),
            _number(PromptExclusion.objects.all()),
            _number(PromptExclusion.objects.filter(lifted_at__isnull=True)),
            # What labelers are compared with.
            _number(Adjudication.objects.all()),
            _number(Adjudication.objects.filter(superseded_at__isnull=True)),
            ArraySubquery(User.objects.exclude(role=Role.LABELER).order_by("pk").values("pk")),
        )
        .first()
    )
    return None if found is None else tuple(map(_hashable, found))


def _first(rows: QuerySet[Any]) -> ArraySubquery:
    return ArraySubquery(rows.values("pk")[:NUM_NEWEST])


def _number(rows: QuerySet[Any]) -> Subquery:
    counted = rows.order_by().annotate(all=Value(1)).values("all").annotate(number=Count("pk"))
    return Subquery(counted.values("number"))


def _hashable(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
