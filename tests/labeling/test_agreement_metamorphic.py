"""Agreement against slow, obvious code, and under changes whose effect is known (R42)."""

from collections.abc import Callable
from itertools import combinations

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling.agreement.alpha import Level
from labeling.agreement.judgments import FloatArray, PairJudgments, RankedItems
from labeling.agreement.people import meetings_by_prompt
from labeling.agreement.statistics import STATISTICS, cohen_quotient
from labeling.agreement.sums import sums_by_prompt
from labeling.preferences import dense_ranks, pair_signs

ORDER_FREE = ("strict", "ternary", "ternary_by_pair", "half_credit", "leave_one_out", "tie_share")
ALPHAS: dict[str, Level] = {
    "alpha_nominal": "nominal",
    "alpha_ordinal": "ordinal",
    "alpha_interval": "interval",
}
ALL = (*ORDER_FREE, *ALPHAS, "fleiss_kappa", "ternary_order_bound")

Cells = dict[tuple[int, int], int]


def saw_it_turned(pair: int, labeler: int) -> bool:
    """The order in which a labeler saw a pair; a renamed one (10 and more) keeps none of it."""
    return (3 * pair + labeler) % 2 == 1


def study(
    cells: Cells, *, has_sides: bool = False, turned: dict[tuple[int, int], bool] | None = None
) -> PairJudgments:
    """Judgments from {(pair, labeler): answer}; ``turned`` says who saw a pair the other way."""
    num_pairs = max((pair for pair, _ in cells), default=-1) + 1
    keys = np.array(list(cells), dtype=np.int64).reshape(-1, 2)
    return PairJudgments(
        pair=keys[:, 0],
        labeler=keys[:, 1],
        sign=np.array(list(cells.values()), dtype=np.int64),
        prompt=np.arange(num_pairs) // 3,
        has_sides=np.full(num_pairs, has_sides),
        longer=np.ones(num_pairs, dtype=np.int64),
        is_mirrored=np.array(
            [saw_it_turned(*key) if turned is None else turned[key] for key in cells],
            dtype=np.bool_,
        ),
    )


def values(judgments: PairJudgments, keys: tuple[str, ...] = ALL) -> dict[str, float | None]:
    total = sums_by_prompt(judgments).total()
    answer: dict[str, float | None] = {}
    for key in keys:
        if not total.pairs:
            answer[key] = None
            continue
        numerator, denominator = STATISTICS[key].formula(total)
        answer[key] = float(numerator / denominator) if denominator else None
    return answer


any_cells = st.dictionaries(
    st.tuples(st.integers(0, 7), st.integers(0, 4)), st.sampled_from([-1, 0, 1]), max_size=30
)


def met(cells: Cells) -> list[tuple[int, int]]:
    """The two answers of every comparison, counted one by one."""
    return [
        (answer, other)
        for (key, answer), (other_key, other) in combinations(cells.items(), 2)
        if key[0] == other_key[0]
    ]


def share(points: list[float]) -> float | None:
    return sum(points) / len(points) if points else None


# What each comparison adds to a figure, the comparisons that it drops left out.
POINTS: dict[str, Callable[[list[tuple[int, int]]], list[float]]] = {
    "strict": lambda pairs: [float(a == b) for a, b in pairs if 0 not in (a, b)],
    "ternary": lambda pairs: [float(a == b) for a, b in pairs],
    "half_credit": lambda pairs: [1 - abs(a - b) / 2 for a, b in pairs],
}


def bound_points(cells: Cells) -> list[float]:
    """Whether two labelers agree, where both saw the pair in the same order."""
    return [
        float(answer == other)
        for (key, answer), (other_key, other) in combinations(cells.items(), 2)
        if key[0] == other_key[0] and saw_it_turned(*key) == saw_it_turned(*other_key)
    ]


def kappas(judgments: PairJudgments) -> dict[frozenset[int], float | None]:
    """Cohen's kappa of every two labelers who met, however seldom."""
    met_on = meetings_by_prompt(judgments)
    tables: dict[frozenset[int], FloatArray] = {}
    for a, b, cells in zip(met_on.a.tolist(), met_on.b.tolist(), met_on.cells, strict=True):
        couple = frozenset([a, b])
        tables[couple] = tables.get(couple, np.zeros(9)) + cells
    answer: dict[frozenset[int], float | None] = {}
    for couple, table in tables.items():
        numerator, denominator = cohen_quotient(table.reshape(3, 3))
        answer[couple] = float(numerator / denominator) if denominator else None
    return answer


@settings(max_examples=60, deadline=None)
@given(any_cells)
def test_pooled_figures_equal_counting_comparisons_one_by_one(cells: Cells) -> None:
    comparisons = met(cells)
    strict = [pair for pair in comparisons if 0 not in pair]

    found = values(study(cells))

    assert found["ternary"] == pytest.approx(share([float(a == b) for a, b in comparisons]))
    assert found["strict"] == pytest.approx(share([float(a == b) for a, b in strict]))
    assert found["half_credit"] == pytest.approx(
        share([1 - abs(a - b) / 2 for a, b in comparisons])
    )


def mirrored(cells: Cells, pairs: set[int]) -> Cells:
    return {key: -answer if key[0] in pairs else answer for key, answer in cells.items()}


@settings(max_examples=60, deadline=None)
@given(any_cells, st.sets(st.integers(0, 7)))
def test_naming_the_completions_of_some_pairs_the_other_way_round_changes_nothing(
    cells: Cells, pairs: set[int]
) -> None:
    turned = {key: saw_it_turned(*key) != (key[0] in pairs) for key in cells}
    found = study(mirrored(cells, pairs), turned=turned)

    assert values(found) == pytest.approx(values(study(cells)))
    assert kappas(found) == pytest.approx(kappas(study(cells)))


@settings(max_examples=60, deadline=None)
@given(any_cells, st.booleans())
def test_reversing_every_ranking_changes_nothing(cells: Cells, has_sides: bool) -> None:
    before = study(cells, has_sides=has_sides)
    found = study(mirrored(cells, set(range(8))), has_sides=has_sides)

    assert values(found) == pytest.approx(values(before))
    assert kappas(found) == pytest.approx(kappas(before))


@settings(max_examples=60, deadline=None)
@given(any_cells, st.permutations(range(5)))
def test_renaming_labelers_changes_nothing(cells: Cells, names: list[int]) -> None:
    renamed = {(pair, 10 + names[labeler]): answer for (pair, labeler), answer in cells.items()}
    turned = {(pair, 10 + names[labeler]): saw_it_turned(pair, labeler) for pair, labeler in cells}
    found = study(renamed, turned=turned)

    assert values(found) == pytest.approx(values(study(cells)))
    assert kappas(found) == pytest.approx(
        {
            frozenset(10 + names[one] for one in couple): kappa
            for couple, kappa in kappas(study(cells)).items()
        }
    )


@settings(max_examples=60, deadline=None)
@given(any_cells, st.integers(0, 4))
def test_dropping_a_labeler_leaves_the_comparisons_of_the_others(cells: Cells, gone: int) -> None:
    rest = {key: answer for key, answer in cells.items() if key[1] != gone}

    found = values(study(rest))

    for key, points in POINTS.items():
        assert found[key] == pytest.approx(share(points(met(rest)))), key
    assert found["ternary_order_bound"] == pytest.approx(share(bound_points(rest)))
    of_all = kappas(study(cells))
    assert kappas(study(rest)) == pytest.approx(
        {couple: kappa for couple, kappa in of_all.items() if gone not in couple}
    )


@settings(max_examples=40, deadline=None)
@given(any_cells, st.integers(0, 4))
def test_the_alphas_without_a_labeler_are_those_of_the_package(cells: Cells, gone: int) -> None:
    rest = {key: answer for key, answer in cells.items() if key[1] != gone}
    table = np.full((5, 8), np.nan)
    for (pair, labeler), answer in rest.items():
        table[labeler, pair] = answer
    pairable = table[:, (~np.isnan(table)).sum(axis=0) > 1]
    given_values = np.unique(pairable[~np.isnan(pairable)])

    found = values(study(rest, has_sides=True), tuple(ALPHAS))

    for key, level in ALPHAS.items():
        if len(given_values) < 2:
            assert found[key] is None
            continue
        theirs = krippendorff.alpha(reliability_data=pairable, level_of_measurement=level)
        assert found[key] == pytest.approx(theirs), key


@settings(max_examples=60, deadline=None)
@given(any_cells)
def test_doubling_every_labeler_adds_exactly_the_comparisons_with_oneself(cells: Cells) -> None:
    """n judgments of a pair become 2n: each old comparison returns fourfold, plus n agreements."""
    doubled = cells | {(pair, labeler + 5): answer for (pair, labeler), answer in cells.items()}
    turned = {(pair, labeler): saw_it_turned(pair, labeler % 5) for pair, labeler in doubled}
    with_oneself = [(answer, answer) for answer in cells.values()]

    found = values(study(doubled, turned=turned))

    for key, points in POINTS.items():
        assert found[key] == pytest.approx(share(points(4 * met(cells) + with_oneself))), key
    oneself = [1.0] * len(cells)
    assert found["ternary_order_bound"] == pytest.approx(share(4 * bound_points(cells) + oneself))


def rankings(seed: int, num_tasks: int = 12) -> list[tuple[int, int, list[int | None]]]:
    """(task, labeler, ranks) with ties, and some completions that a labeler did not judge."""
    rng = np.random.default_rng(seed)
    rows = []
    for task in range(num_tasks):
        k = int(rng.integers(4, 10))
        for labeler in range(3):
            ranks: list[int | None] = [int(rank) for rank in rng.integers(1, k + 1, size=k)]
            for gap in rng.choice(k, size=int(rng.integers(0, 3)), replace=False):
                ranks[int(gap)] = None
            rows.append((task, labeler, dense_ranks(ranks)))
    return rows


def as_items(
    rows: list[tuple[int, int, list[int | None]]], shuffle: Callable[[list[int]], None]
) -> RankedItems:
    """The same rankings as columns, the completions of each in the order ``shuffle`` leaves."""
    items: list[tuple[int, int, int]] = []
    for index, (_, _, ranks) in enumerate(rows):
        positions = [position for position, rank in enumerate(ranks) if rank is not None]
        shuffle(positions)
        items += [(index, position, ranks[position] or 0) for position in positions]
    ranking, position, rank = np.array(items, dtype=np.int64).T
    num_tasks = max(task for task, _, _ in rows) + 1
    return RankedItems(
        ranking=ranking,
        position=position,
        rank=rank,
        length=position,
        task=np.array([task for task, _, _ in rows], dtype=np.int64),
        labeler=np.array([labeler for _, labeler, _ in rows], dtype=np.int64),
        prompt=np.arange(num_tasks) // 2,
        has_sides=np.zeros(num_tasks, dtype=np.bool_),
    )


def test_ranked_columns_give_the_signs_of_the_one_pure_function() -> None:
    """RM4's order of pairs and agreement's are the same derivation, gaps included."""
    rows = rankings(seed=1)
    expected = sorted(
        (task, labeler, sign) for task, labeler, ranks in rows for _, _, sign in pair_signs(ranks)
    )

    judgments = as_items(rows, shuffle=lambda _: None).pair_judgments()

    found = zip(judgments.pair, judgments.labeler, judgments.sign, strict=True)
    tasks = dict(zip(judgments.pair, _task_of(rows, judgments), strict=True))
    assert sorted((tasks[pair], labeler, sign) for pair, labeler, sign in found) == expected


def _task_of(rows: list[tuple[int, int, list[int | None]]], judgments: PairJudgments) -> list[int]:
    """The task of each judgment; pairs are numbered task by task."""
    pairs_of_task: dict[int, set[tuple[int, int]]] = {}
    for task, _, ranks in rows:
        pairs_of_task.setdefault(task, set()).update((i, j) for i, j, _ in pair_signs(ranks))
    bounds = np.cumsum([len(pairs_of_task[task]) for task in sorted(pairs_of_task)])
    return [int(np.searchsorted(bounds, pair, side="right")) for pair in judgments.pair]


def test_rankings_are_aligned_by_what_they_rank_not_by_the_order_shown() -> None:
    """Two labelers who see the completions in another order and agree fully must agree fully."""
    rows = rankings(seed=2)
    rng = np.random.default_rng(5)

    in_order = as_items(rows, shuffle=lambda _: None).pair_judgments()
    shuffled = as_items(rows, shuffle=rng.shuffle).pair_judgments()

    assert values(shuffled) == values(in_order)


def test_longer_follows_the_texts_of_the_pair() -> None:
    # Lengths equal the positions here, so the first of a pair is always the shorter one.
    judgments = as_items(rankings(seed=3), shuffle=lambda _: None).pair_judgments()

    assert set(judgments.longer) == {-1}


def test_rankings_of_nothing_make_no_judgments() -> None:
    none = np.empty(0, dtype=np.int64)
    items = RankedItems(none, none, none, none, none, none, none, np.empty(0, dtype=np.bool_))

    assert len(items.pair_judgments().pair) == 0
