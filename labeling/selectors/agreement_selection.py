"""What a researcher chooses to look at, as conditions on what is stored."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from django.db.models import F, Q, QuerySet

from labeling.agreement.audiences import Audience
from labeling.agreement.judgments import BoolArray
from labeling.agreement.report import MINIMUM_OVERLAP
from labeling.models import LabelerDay, PromptAgreement, Ranking
from labeling.selectors.judged_pairs import RankingRows, counted_rankings


@dataclass(frozen=True)
class Selection:
    """None means any; all of it is hashable, to keep what was worked out.

    The days, both included and in UTC, are those of a prompt's last ranking. ``sources`` keeps the
    pairs whose two completions were written by these two.
    """

    project_id: int | None = None
    pool: Literal["training", "held_out"] | None = None
    include_simulated: bool = False
    min_overlap: int = MINIMUM_OVERLAP
    since: date | None = None
    until: date | None = None
    category: str | None = None
    k: int | None = None
    instructions_id: int | None = None
    sources: tuple[int, int] | None = None

    @property
    def chooses_pairs(self) -> bool:
        """Whether it chooses within a prompt, which the counts of a prompt cannot answer."""
        return self.sources is not None or self.min_overlap > MINIMUM_OVERLAP

    @property
    def audience(self) -> Audience:
        return Audience(self.pool, includes_simulated=self.include_simulated)

    def stored(self) -> QuerySet[PromptAgreement]:
        """The counted prompts that fit, one row each."""
        return PromptAgreement.objects.annotate(
            is_seen=F("audiences").bitand(self.audience.bit)
        ).filter(
            self.where(project="project", prompt="prompt", k="k", at="last_submitted_at"),
            is_seen__gt=0,
            num_labelers__gte=self.min_overlap,
        )

    def counted(self) -> QuerySet[PromptAgreement]:
        """Those of them on which two labelers judged the same: what the figures are over."""
        return self.stored().filter(comparisons__gt=0)

    def labeler_days(self) -> QuerySet[LabelerDay]:
        """What the people chosen ranked in this project; the rest chooses prompts."""
        chosen: dict[str, Any] = {
            "project": self.project_id,
            "labeler__pool": self.pool,
            "labeler__is_simulated": None if self.include_simulated else False,
        }
        return LabelerDay.objects.filter(
            **{name: value for name, value in chosen.items() if value is not None}
        )

    def rankings(self) -> QuerySet[Ranking]:
        """The sealed rankings that fit, whether or not anybody else judged the same."""
        rankings = counted_rankings(include_simulated=self.include_simulated).filter(
            self.where(
                project="task__project", prompt="task__prompt", k="task__k", at="submitted_at"
            )
        )
        return rankings if self.pool is None else rankings.filter(labeler__pool=self.pool)

    def of_rankings(self, rows: RankingRows) -> BoolArray:
        """Which of these fit, of prompts that do, whose days are theirs alone.

        Shapes: the answer, per ranking.
        """
        fits = self.audience.of(is_held_out=rows.is_held_out, is_simulated=rows.is_simulated)
        if self.k is not None:
            fits &= rows.k_of_task == self.k
        if self.instructions_id is not None:
            fits &= rows.instructions == self.instructions_id
        return fits

    def where(self, *, project: str, prompt: str, k: str, at: str) -> Q:
        """What is chosen but for the people, as a condition on rows with these paths."""
        chosen: dict[str, Any] = {
            project: self.project_id,
            f"{prompt}__category": self.category,
            k: self.k,
            "instructions": self.instructions_id,
            f"{at}__gte": None if self.since is None else _midnight(self.since),
            f"{at}__lt": None if self.until is None else _midnight(self.until + timedelta(days=1)),
        }
        return Q(**{name: value for name, value in chosen.items() if value is not None})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
