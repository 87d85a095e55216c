"""The additive counts that every agreement figure is a quotient of.

Each is a sum over pairs of completions, or over threes, so the counts of a prompt add up to those
of the study, and a bootstrap over prompts is one matrix product.
"""

from dataclasses import dataclass, fields, replace

import numpy as np

from labeling.agreement.circles import threes_and_circles
from labeling.agreement.judgments import NUM_SIGNS, FloatArray, IntArray, PairJudgments


@dataclass(frozen=True, eq=False)
class Sums:
    """One entry per prompt, per resample, or a single one for the whole study.

    A *comparison* here is two labelers' judgments of one pair of completions.
    """

    # Comparisons, and those in which both labelers gave the same answer, a tie being an answer.
    comparisons: FloatArray
    same: FloatArray
    # One for the same answer, a half where exactly one of the two said tie.
    half_points: FloatArray
    # Comparisons in which neither said tie, and those with the same preference.
    strict_comparisons: FloatArray
    strict_same: FloatArray
    # Pairs of completions, and the sum over them of each pair's own share of same answers.
    pairs: FloatArray
    share_of_pair: FloatArray
    # Judgments, and how many hit the commonest answer of the others (an equal part where several
    # answers are commonest).
    judgments: FloatArray
    mode_points: FloatArray
    # Krippendorff's coincidences on the diagonal: same answers, weighted 1 / (labelers - 1).
    coincidences: FloatArray
    # The same off it, both directions together, by which two answers met; where the order of a
    # pair is arbitrary, a tie meets either preference half the time.
    second_and_tied: FloatArray
    tied_and_first: FloatArray
    second_and_first: FloatArray
    # Comparisons of labelers who saw the two completions in the same order, and the same answers.
    bound_comparisons: FloatArray
    bound_same: FloatArray
    # Judgments by answer; arbitrary order counts half in each direction.
    second: FloatArray
    tied: FloatArray
    first: FloatArray
    # Pairs with a more and a less preferred completion whose lengths differ, and those in which the
    # longer one is the more preferred.
    length_contests: FloatArray
    longer_preferred: FloatArray
    # The sum over pairs of the entropy of each pair's answers, in bits: 0 where all are the same.
    entropy: FloatArray
    # Threes of completions of which each pair has a majority, and those that go round in a circle.
    threes: FloatArray
    circles: FloatArray

    def total(self) -> "Sums":
        return Sums(*(np.asarray(column.sum()) for column in self.columns()))

    def columns(self) -> tuple[FloatArray, ...]:
        return tuple(vars(self).values())

    def matrix(self) -> FloatArray:
        """Shapes: prompts x counts, in the order of the fields."""
        return np.stack(self.columns(), axis=-1)


def sums_by_prompt(judgments: PairJudgments) -> Sums:
    """The counts of each prompt, over the pairs that at least two labelers judged."""
    overlapping = judgments.with_overlap(2)
    of_pair = _sums_by_pair(overlapping.counts(), overlapping)
    _, prompt = np.unique(overlapping.prompt, return_inverse=True)
    num_prompts = int(prompt.max(initial=-1)) + 1
    sums = Sums(*(add_up(column, by=prompt, groups=num_prompts) for column in of_pair.columns()))
    threes, circles = threes_and_circles(overlapping, prompt, num_prompts)
    return replace(sums, threes=threes, circles=circles)


def add_up(values: FloatArray, *, by: IntArray, groups: int) -> FloatArray:
    """The sum of the values of each group. Shapes: values and by alike; the result, groups."""
    sums: FloatArray = np.bincount(by, values, minlength=groups).astype(np.float64)
    return sums


def share_of_same(counts: FloatArray) -> FloatArray:
    """The share of labeler pairs that gave the same answer to an item.

    Shapes: counts, items x answers, at least two labelers each; the result, items.
    """
    labelers = counts.sum(axis=1)
    share: FloatArray = (counts * (counts - 1)).sum(axis=1) / (labelers * (labelers - 1))
    return share


def coincidences(counts: FloatArray) -> FloatArray:
    """Krippendorff's coincidences of equal answers, each pair weighted 1 / (labelers - 1).

    Shapes: counts, items x answers, at least two labelers each; the result, items.
    """
    weighted: FloatArray = share_of_same(counts) * counts.sum(axis=1)
    return weighted


def entropy_of_answers(counts: FloatArray) -> FloatArray:
    """Shannon's entropy of the answers to each item, in bits: 0 is one answer, log2 3 each alike.

    Shapes: counts, items x answers, at least one labeler each; the result, items.
    """
    shares = counts / counts.sum(axis=1, keepdims=True)
    bits = np.zeros_like(shares)
    np.log2(shares, out=bits, where=shares > 0)
    entropy: FloatArray = np.maximum(-(shares * bits).sum(axis=1), 0.0)
    return entropy


def sums_from_matrix(matrix: FloatArray) -> Sums:
    return Sums(*(matrix[..., index] for index in range(len(fields(Sums)))))


def _sums_by_pair(counts: FloatArray, judgments: PairJudgments) -> Sums:
    labelers = counts.sum(axis=1)
    comparisons = labelers * (labelers - 1) / 2
    same_by_sign = counts * (counts - 1) / 2
    same = same_by_sign.sum(axis=1)
    strict_labelers = labelers - counts[:, 1]
    opposed = counts[:, 0] * counts[:, 2]
    preferred = np.sign(counts[:, 2] - counts[:, 0])
    answers = np.where(judgments.has_sides[:, None], counts, (counts + counts[:, ::-1]) / 2)
    with_a_tie = 2 * counts[:, [0, 2]] * counts[:, [1]] / (labelers - 1)[:, None]
    met = np.where(judgments.has_sides[:, None], with_a_tie, (with_a_tie + with_a_tie[:, ::-1]) / 2)
    by_order = judgments.counts_by_order_shown()
    of_no_pair = np.zeros(len(counts))
    bound_labelers = by_order.sum(axis=2)
    return Sums(
        comparisons=comparisons,
        same=same,
        half_points=same + (comparisons - same - opposed) / 2,
        strict_comparisons=strict_labelers * (strict_labelers - 1) / 2,
        strict_same=same - same_by_sign[:, 1],
        pairs=np.ones(len(counts)),
        share_of_pair=share_of_same(counts),
        judgments=labelers,
        mode_points=_mode_points(counts),
        coincidences=coincidences(counts),
        second_and_tied=met[:, 0],
        tied_and_first=met[:, 1],
        second_and_first=2 * opposed / (labelers - 1),
        bound_comparisons=(bound_labelers * (bound_labelers - 1) / 2).sum(axis=0),
        bound_same=(by_order * (by_order - 1) / 2).sum(axis=(0, 2)),
        second=answers[:, 0],
        tied=answers[:, 1],
        first=answers[:, 2],
        length_contests=np.abs(preferred * judgments.longer),
        longer_preferred=(preferred * judgments.longer > 0).astype(np.float64),
        entropy=entropy_of_answers(counts),
        threes=of_no_pair,
        circles=of_no_pair,
    )


def _mode_points(counts: FloatArray) -> FloatArray:
    """How often a judgment is the commonest answer of the other labelers of its pair.

    Where several answers are equally common among the others, hitting one of them counts as an
    equal part, as if the mode were drawn from them.
    """
    points = np.zeros(len(counts))
    for answer in range(NUM_SIGNS):
        others = counts.copy()
        others[:, answer] -= 1
        is_mode = others == others.max(axis=1, keepdims=True)
        hit = is_mode[:, answer] / is_mode.sum(axis=1)
        points += counts[:, answer] * hit
    return points
