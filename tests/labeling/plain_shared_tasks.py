"""Agreement as the translation shared tasks reported it: a reference for the page's."""

from dataclasses import dataclass

from labeling.agreement.judgments import FloatArray, PairJudgments


@dataclass(frozen=True)
class RankingAgreement:
    """Counts and their quotients; None where nothing could be compared, or chance explains all.

    ``chance`` is that two labelers who say tie as often as here and otherwise toss a coin give the
    same answer; ``kappa`` is (agreement - chance) / (1 - chance).
    """

    num_comparable: int
    num_same: int
    agreement: float | None
    chance: float
    kappa: float | None
    half_credit: float | None


def agreement_of_rankings(judgments: PairJudgments, *, bound_to_order: bool) -> RankingAgreement:
    """Ternary agreement and its kappa; ``bound_to_order`` compares only what was shown alike.

    Chance comes from all judgments, as published, and not only from those that can be compared.
    Source: Bojar et al. 2016, section 3.3; their programs find a pair only in the order shown.
    """
    by_order = judgments.counts_by_order_shown()
    counts = by_order.reshape(-1, by_order.shape[-1]) if bound_to_order else by_order.sum(axis=0)
    comparable, same, half = _compared(counts)
    ties = float((judgments.sign == 0).mean()) if len(judgments.sign) else 0.0
    chance = ties**2 + (1 - ties) ** 2 / 2
    agreement = same / comparable if comparable else None
    return RankingAgreement(
        num_comparable=round(comparable),
        num_same=round(same),
        agreement=agreement,
        chance=chance,
        kappa=None if agreement is None or chance == 1 else (agreement - chance) / (1 - chance),
        half_credit=half / comparable if comparable else None,
    )


def _compared(counts: FloatArray) -> tuple[float, float, float]:
    labelers = counts.sum(axis=1)
    comparisons = float((labelers * (labelers - 1) / 2).sum())
    same = float((counts * (counts - 1) / 2).sum())
    opposed = float((counts[:, 0] * counts[:, 2]).sum())
    return comparisons, same, same + (comparisons - same - opposed) / 2
