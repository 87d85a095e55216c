"""Place, length, formatting and a model's manner, on numbers a hand can check."""

import subprocess
import sys

import numpy as np
import pytest

from labeling.agreement.bias import ShownItems, preferences, wins_by_place
from labeling.agreement.leak import Rows, Seen, cross_validated, fit, leak
from labeling.agreement.presentation import formatting_of, word_features


def rows(
    rank: list[list[int]],
    *,
    length: list[list[int]] | None = None,
    lists: list[list[int]] | None = None,
    is_ordered: bool = True,
) -> ShownItems:
    """One prompt per ranking; texts are alike in length and without lists unless said."""
    shape = np.array(rank).shape
    return ShownItems(
        prompt=np.arange(shape[0]),
        is_ordered=np.full(shape[0], is_ordered),
        rank=np.array(rank),
        length=np.array(length) if length else np.full(shape, 100),
        has={"list": np.array(lists) > 0 if lists else np.zeros(shape, dtype=bool)},
    )


def many(ranking: list[int], number: int = 30, **fields: list[int]) -> ShownItems:
    return rows([ranking] * number, **{name: [one] * number for name, one in fields.items()})


class TestPreferences:
    def test_each_strict_pair_that_differs_counts_once(self):
        """[1, 2, 3]: three pairs. Longer: 1 over 0 won; 0 and 1 over 2 lost, being shorter."""
        found = preferences([many([1, 2, 3], length=[50, 60, 90])], ["list"])

        # The earlier one won all three of 90 pairs; the longer one none.
        assert (found["first_shown"].value, found["first_shown"].num_counted) == (1.0, 90)
        assert (found["longer"].value, found["longer"].num_counted) == (0.0, 90)

    def test_ties_and_pairs_alike_say_nothing(self):
        """[1, 1, 2] with lengths 10, 20, 20: of three pairs one is tied, one as long."""
        found = preferences([many([1, 1, 2], length=[10, 20, 20])], ["list"])

        # Left is first against third: the longer third lost.
        assert (found["longer"].value, found["longer"].num_counted) == (0.0, 30)

    def test_formatting_is_also_compared_among_texts_of_like_length(self):
        """The list that won was three times as long; the one as long as its rival lost."""
        found = preferences([many([1, 2, 3], length=[300, 100, 110], lists=[1, 0, 1])], ["list"])

        # Pairs that differ in lists: (0, 1) won by the list, (1, 2) lost by it.
        assert (found["list"].value, found["list"].num_counted) == (0.5, 60)
        # At most 1.25 times as long: (1, 2) alone.
        assert found["list:like_length"].value == 0.0

    def test_where_nothing_differs_there_is_a_reason_and_no_number(self):
        found = preferences([many([1, 2])], ["list"])

        assert found["list"].value is None
        assert "No strictly ordered pair differs" in found["list"].reason_undefined

    def test_rankings_without_a_known_order_say_nothing_about_places(self):
        found = preferences([rows([[1, 2]] * 30, length=[[1, 2]] * 30, is_ordered=False)], ["list"])

        assert found["first_shown"].value is None
        assert found["longer"].value == 0.0
        assert wins_by_place([rows([[1, 2]] * 30, is_ordered=False)]) == {}

    def test_nobody_at_all_is_undefined(self):
        assert preferences([], ["list"])["longer"].value is None
        assert wins_by_place([]) == {}

    def test_too_few_pairs_at_a_place_are_told_as_such(self):
        reason = wins_by_place([rows([[1, 2]] * 3)])[0].reason_undefined

        assert reason.startswith("Pairs with a completion shown at this place so far: 3.")
        assert "17 more" in reason

    def test_a_place_wins_its_pairs_and_a_tie_is_half(self):
        """[1, 1, 2]: first and second tie and both beat the third: 0.75, 0.75 and 0."""
        found = wins_by_place([many([1, 1, 2])])

        assert [found[place].value for place in range(3)] == [0.75, 0.75, 0.0]
        assert found[0].num_counted == 60

    def test_swapping_what_was_shown_first_turns_the_share_round(self):
        """Metamorphic: the columns reversed, the preference for the earlier is one less it."""
        generator = np.random.default_rng(3)
        rank = generator.integers(1, 4, size=(60, 4))
        there = preferences([rows(rank.tolist())], ["list"])["first_shown"]
        back = preferences([rows(rank[:, ::-1].tolist())], ["list"])["first_shown"]

        assert there.value == pytest.approx(1 - back.value)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Plain words - with a dash, and 3.5 too.", set()),
        ("Buy:\n- milk\n- bread", {"list"}),
        ("1. First\n2) Second", {"list"}),
        ("## Summary\nText", {"heading"}),
        ("#hashtag is no heading", set()),
        ("```py\nx = 1\n```", {"code"}),
        ("Call `len(x)` here.", {"code"}),
        ("This is **bold**, 2 ** 3 is not.", {"bold"}),
    ],
)
def test_formatting_is_found_as_the_board_draws_it(text, kinds):
    assert {kind for kind, there in formatting_of(text).items() if there} == kinds


class TestLeak:
    def completions(self, *manners: str, prompts: int = 60) -> list[Seen]:
        generator = np.random.default_rng(5)
        words = ["sea", "boat", "green", "wind", "rope", "sail"]
        return [
            Seen(prompt, source, " ".join(generator.choice(words, size=20)) + manner)
            for prompt in range(prompts)
            for source, manner in enumerate(manners)
        ]

    def test_a_model_that_always_says_the_same_phrase_is_found_out(self):
        found = leak(self.completions("", " As an assistant, indeed."))

        everything = found.figures["everything"]
        assert (found.chance, everything.num_prompts) == (0.5, 60)
        assert everything.value > 0.95
        assert everything.low is None or everything.low > 0.9
        assert found.recalls[1].value > 0.95

    def test_models_that_write_alike_are_not_told_apart(self):
        """The interval holds chance: it would not if a prompt's texts were on both sides."""
        everything = leak(self.completions("", "", prompts=150)).figures["everything"]

        assert everything.low < 0.5 < everything.high

    def test_a_perfect_leak_has_its_interval(self):
        """All of 60 prompts told right: at least 0.025^(1/60) = 0.940 of prompts are."""
        figure = leak(self.completions("", " As an assistant, indeed.")).figures["everything"]

        assert figure.value == 1.0
        assert (figure.low, figure.high) == (pytest.approx(0.940, abs=5e-4), 1.0)

    def test_what_is_written_about_is_no_manner_of_writing(self):
        """One writer under four names, each pair of names in a project about something else: the
        subject told which project it is, and who answers there was told right by luck or better.
        """
        generator = np.random.default_rng(2)
        topics = [[f"{topic}{n}" for n in range(60)] for topic in ("alpha", "beta")]
        seen = [
            Seen(
                prompt,
                source + 2 * (prompt % 2),
                " ".join(generator.choice(topics[prompt % 2], 40)),
            )
            for prompt in range(120)
            for source in range(2)
        ]

        found = leak(seen)

        assert (found.chance, found.num_prompts_left_out) == (0.5, 0)
        assert found.figures["everything"].value == pytest.approx(0.5, abs=0.15)

    def test_prompts_of_one_source_are_left_out_and_counted(self):
        """What only one of them answered says who by its subject, so only the others are told."""
        alone = [Seen(1_000 + n, 0, f"harbour {n}") for n in range(50)]
        rare = [Seen(2_000 + n, source, "words") for n in range(5) for source in (0, 7)]

        found = leak(self.completions("", "", prompts=30) + alone + rare)

        assert (found.num_prompts_left_out, found.sources) == (55, [0, 1])
        assert found.kept.tolist() == list(range(60))
        assert found.figures["everything"].num_prompts == 30

    def test_luck_is_as_good_as_one_in_the_sources_of_each_prompt(self):
        """Thirty prompts of two sources and thirty of three: the mean of 1/2 and 1/3 is 5/12.

        Texts that are all alike leave nothing but guessing, which is right as often as that,
        however often a source writes and whatever the company it is in.
        """
        seen = [
            Seen(prompt, source, "words")
            for prompt in range(60)
            for source in ((0, 1) if prompt < 30 else (0, 2, 3))
            for _ in range(3 if source == 0 else 1)
        ]

        found = leak(seen)

        assert found.chance == pytest.approx(5 / 12)
        assert found.figures["everything"].value == pytest.approx(5 / 12)

    def test_a_manner_shows_among_prompts_of_any_company(self):
        """A source that says its phrase is told in twos and threes, whatever the subject."""
        generator = np.random.default_rng(4)
        manners = {0: "", 1: " As an assistant, indeed.", 2: "\n- a\n- b"}
        seen = [
            Seen(
                prompt,
                source,
                " ".join(generator.choice([f"{prompt % 7}x{n}" for n in range(9)], 20))
                + manners[source],
            )
            for prompt in range(90)
            for source in ((0, 1), (1, 2), (0, 1, 2))[prompt % 3]
        ]

        found = leak(seen)

        assert found.figures["everything"].value > 0.95
        assert found.chance == pytest.approx((1 / 2 + 1 / 2 + 1 / 3) / 3)

    def test_only_length_gives_away_a_model_that_writes_more(self):
        seen = [
            Seen(prompt, source, "sea " * (10 + 10 * source + prompt % 5))
            for prompt in range(60)
            for source in range(2)
        ]

        figures = leak(seen).figures

        assert figures["length"].value == 1.0

    def test_too_little_is_undefined_with_the_reason(self):
        one_source = leak(self.completions(""))
        apart = leak([Seen(n, n % 2, "words") for n in range(80)])
        few_prompts = leak([Seen(n % 5, n % 2, "words") for n in range(80)])

        for found in (one_source, apart):
            reason = found.figures["everything"].reason_undefined
            assert reason == (
                "Two sources with at least 20 judged completions each, on prompts that both of "
                "them answered, are needed; there are 0."
            )
        assert (one_source.num_prompts_left_out, apart.num_prompts_left_out) == (60, 80)
        assert "At least 20 prompts" in few_prompts.figures["words"].reason_undefined
        assert leak([]).figures["length"].value is None

    def test_no_completion_is_told_by_a_model_that_saw_its_prompt(self):
        """Every prompt's label is its own secret: with folds by prompt nothing can be learned."""
        generator = np.random.default_rng(2)
        prompt = np.repeat(np.arange(100), 4)
        first = generator.integers(2, size=100)[prompt]
        label = np.where(np.arange(400) % 2 == 0, first, 1 - first)
        features = np.eye(200)[2 * prompt + np.arange(400) % 2]

        told = cross_validated(features, Rows.of(prompt, label), prompt % 5)

        assert abs((told == label).mean() - 0.5) < 0.2

    def test_the_fit_is_where_the_gradient_vanishes(self):
        """Two points at -1 and +1: the weight w solves w * 0.02 = 1 / (1 + exp(2 w)) per class."""
        weight = fit(
            np.array([[-1.0], [1.0]]),
            np.array([0, 1]),
            np.ones((2, 2), dtype=np.bool_),
            weight_of_row=np.ones(2),
        )

        w = weight[0, 1]
        assert weight[0, 0] == pytest.approx(-w, abs=1e-4)
        assert 0.02 * w == pytest.approx(1 / (1 + np.exp(2 * w)), abs=1e-4)

    def test_words_are_counted_alike_in_every_process(self):
        code = (
            "from labeling.agreement.presentation import word_features;"
            "print(word_features('Sea and sail').nonzero()[0].tolist())"
        )
        other = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )

        assert other.stdout.strip() == str(word_features("Sea and sail").nonzero()[0].tolist())
