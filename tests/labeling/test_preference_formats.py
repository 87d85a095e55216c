"""Published preference data, each shape read as it is handed out; what a pair means is kept."""

import pytest

from labeling.catalogue import CATEGORIES
from labeling.importers.auto_j import SCENARIOS_OF
from labeling.importers.records import JudgedTask, LeftOut
from tests.labeling.import_samples import (
    ASSISTANT,
    HUMAN,
    TIDES,
    TULU_COLUMNS,
    array,
    assistant,
    best_of_four,
    dialogue,
    judged_pair,
    lines,
    post,
    problems,
    ranks,
    rated_by_gpt,
    read,
    record,
    sources,
    steered,
    summaries_compared,
    summary_rated,
    table,
    texts,
    tulu_row,
    user,
    vote,
    web_answers,
)


class TestHhRlhf:
    def test_the_prompt_is_the_shared_dialogue_and_nothing_is_lost(self) -> None:
        sample = dialogue()

        task = record("hh-rlhf", lines(sample))

        assert task.prompt.endswith(f"{HUMAN}{TIDES}\n\nAssistant:")
        assert [task.prompt + text for text in texts(task)] == [
            sample["chosen"],
            sample["rejected"],
        ]
        assert ranks(task) == [(1, 2)]

    def test_a_dialogue_shares_its_split_with_every_other_that_begins_alike(self) -> None:
        longer = dialogue()["chosen"] + f"{HUMAN}Really?{ASSISTANT}"
        other = dialogue(chosen=f"{longer}Yes.", rejected=f"{longer}No.")

        first, second = read("hh-rlhf", lines(dialogue(), other))

        assert first.prompt != second.prompt
        assert first.group == second.group == "Hello"

    def test_dialogues_that_part_earlier_keep_the_rest_as_the_completion(self) -> None:
        chosen = f"{HUMAN}Hi{ASSISTANT}Yes?{HUMAN}Tea{ASSISTANT}Green."
        rejected = f"{HUMAN}Hi{ASSISTANT}No.{HUMAN}Tea{ASSISTANT}Green."

        task = record("hh-rlhf", lines(dialogue(chosen=chosen, rejected=rejected)))

        assert task.prompt == f"{HUMAN}Hi\n\nAssistant:"
        assert texts(task)[1] == f" No.{HUMAN}Tea{ASSISTANT}Green."

    def test_the_same_dialogue_on_both_sides_compares_nothing(self) -> None:
        same = dialogue()["chosen"]

        found = record("hh-rlhf", lines(dialogue(rejected=same)))

        assert found == LeftOut("Only one different completion: there is nothing to compare.")

    def test_dialogues_without_a_shared_turn_are_left_out(self) -> None:
        assert isinstance(record("hh-rlhf", lines({"chosen": "a", "rejected": "b"})), LeftOut)

    def test_an_answer_may_be_empty(self) -> None:
        asked = f"{HUMAN}Hi{ASSISTANT}"

        task = record("hh-rlhf", lines(dialogue(chosen=f"{asked}Yes.", rejected=asked)))

        assert texts(task) == [" Yes.", " "]


ASKED = [user(TIDES)]
THREAD = [user("Hello"), assistant("Hello."), user(TIDES)]


class TestTrl:
    @pytest.mark.parametrize(
        "row",
        [
            {"prompt": TIDES, "chosen": "The moon.", "rejected": "A whale."},
            {
                "prompt": ASKED,
                "chosen": [assistant("The moon.")],
                "rejected": [assistant("A whale.")],
            },
            {
                "chosen": [*ASKED, assistant("The moon.")],
                "rejected": [*ASKED, assistant("A whale.")],
            },
        ],
        ids=["strings", "messages", "messages with the prompt in both"],
    )
    def test_each_variant_of_a_pair_is_the_same_task(self, row: dict[str, object]) -> None:
        task = record("trl", lines(row | {"score_chosen": 9.0}))

        assert task.prompt == TIDES
        assert texts(task) == ["The moon.", "A whale."]
        assert ranks(task) == [(1, 2)]

    def test_strings_without_a_prompt_share_what_both_begin_with(self) -> None:
        """The space goes with the word behind it: a tokenizer reads them as one."""
        row = {"chosen": "Q: Why? A: The moon.", "rejected": "Q: Why? A: A whale."}

        task = record("trl", lines(row))

        assert (task.prompt, texts(task)) == ("Q: Why? A:", [" The moon.", " A whale."])

    def test_transcripts_without_a_prompt_are_cut_at_the_assistants_turn(self) -> None:
        asked = f"{HUMAN}Why?{ASSISTANT}"

        task = record("trl", lines({"chosen": f"{asked}The moon", "rejected": f"{asked}The sun"}))

        assert (task.prompt, texts(task)) == (asked.rstrip(), [" The moon", " The sun"])

    def test_a_conversation_of_several_turns_is_a_transcript(self) -> None:
        row = {"prompt": THREAD, "chosen": [assistant("Moon")], "rejected": [assistant("Sun")]}

        task = record("trl", lines(row))

        assert task.prompt == f"{HUMAN}Hello{ASSISTANT}Hello.{HUMAN}{TIDES}\n\nAssistant:"
        assert texts(task) == [" Moon", " Sun"]

    def test_neighbouring_answers_with_labels_are_one_task_of_their_prompt(self) -> None:
        rows = [
            {"prompt": TIDES, "completion": "Moon", "label": True},
            {"prompt": TIDES, "completion": "Whale", "label": False},
            {"prompt": TIDES, "completion": "Gravity", "label": True},
            {"prompt": "Other?", "completion": "Yes", "label": True},
        ]

        first, second = read("trl", lines(*rows))

        assert (texts(first), ranks(first)) == (
            ["Moon", "Whale", "Gravity"],
            [(1, 2, None), (None, 2, 1)],
        )
        assert isinstance(second, LeftOut)

    def test_answers_with_one_and_the_same_label_compare_nothing(self) -> None:
        rows = [{"prompt": TIDES, "completion": text, "label": False} for text in "ab"]

        assert isinstance(record("trl", lines(*rows)), LeftOut)

    def test_a_label_that_is_a_number_is_told_with_its_line(self) -> None:
        rows = [{"prompt": TIDES, "completion": text, "label": 1} for text in "ab"]

        (errors,) = read("trl", lines(*rows))

        assert [(error.line, error.field) for error in errors] == [(1, "label"), (2, "label")]

    def test_pairs_without_anything_shared_are_left_out(self) -> None:
        assert isinstance(record("trl", lines({"chosen": "a", "rejected": "b"})), LeftOut)
        other = {"chosen": [user("a")], "rejected": [user("b")]}
        assert isinstance(record("trl", lines(other)), LeftOut)

    def test_an_unknown_role_is_told_with_its_place(self) -> None:
        row = {"prompt": TIDES, "chosen": [{"role": "owl", "content": "a"}], "rejected": []}

        assert "One of user" in problems(read("trl", lines(row)))["chosen.0.role"]


class TestSummarize:
    def test_a_comparison_knows_its_post_policies_and_worker(self) -> None:
        task = record("summarize", lines(summaries_compared()))

        assert task.prompt == (
            "SUBREDDIT: r/pets\nTITLE: Cat\nPOST: My cat hid for a week and came back fat.\nTL;DR:"
        )
        assert (sources(task), ranks(task)) == (["sup4", "ref"], [(2, 1)])
        assert texts(task)[0] == " Cat hid."
        assert (task.judgments[0].labeler, task.group) == ("w1", "t3_abc")

    def test_news_have_an_article_instead_of_a_post(self) -> None:
        info = {"id": "cnn", "article": "Rain."}

        task = record("summarize", lines(summaries_compared(info=info)))

        assert task.prompt == "Rain.\n\nTL;DR:"

    @pytest.mark.parametrize(
        ("changes", "place"),
        [
            ({"choice": 2}, "choice"),
            ({"choice": True}, "choice"),
            ({"summaries": []}, "summaries"),
            ({"worker": ""}, "worker"),
            ({"info": post(post="")}, "info.post"),
        ],
    )
    def test_each_mistake_is_named(self, changes: dict[str, object], place: str) -> None:
        assert place in problems(read("summarize", lines(summaries_compared(**changes))))

    @pytest.mark.parametrize(
        ("published", "kept"),
        [("train", "train"), ("valid1", "validation"), ("test", "validation")],
    )
    def test_what_was_published_to_validate_with_trains_nothing(
        self, published: str, kept: str
    ) -> None:
        compared = record("summarize", lines(summaries_compared(split=published)))
        rated = (summary_rated(" A", 3, split=published), summary_rated(" B", 6, split=published))

        assert compared.split == kept
        assert record("summarize-axes", lines(*rated)).split == kept

    def test_the_ratings_of_one_worker_order_the_summaries_of_a_post(self) -> None:
        """Rows of a worker and post are spread over the file; 6 and 6 tie above 3."""
        rows = [
            summary_rated(" A", 3),
            summary_rated(" Elsewhere", 5, worker="w2"),
            summary_rated(" B", 6),
            summary_rated(" C", 6),
        ]

        first, second = read("summarize-axes", lines(*rows))

        assert (texts(first), ranks(first)) == ([" A", " B", " C"], [(2, 1, 1)])
        assert first.judgments[0].likert == (3, 6, 6)
        assert first.judgments[0].axes[0] == {"overall": 3, "accuracy": 7, "coherence": 6}
        assert second == LeftOut("Only one different completion: there is nothing to compare.")

    def test_another_axis_can_be_chosen_and_one_that_nobody_rated_orders_nothing(self) -> None:
        content = lines(summary_rated(" A", 3), summary_rated(" B", 6))

        assert ranks(record("summarize-axes", content, axis="accuracy")) == [(1, 1)]
        assert isinstance(record("summarize-axes", content, axis="coverage"), LeftOut)

    def test_a_rating_outside_the_scale_is_told(self) -> None:
        rows = [summary_rated(" A", 8), summary_rated(" B", 0)]

        (errors,) = read("summarize-axes", lines(*rows))

        assert [(error.line, error.field) for error in errors] == [
            (1, "summary.axes.overall"),
            (2, "summary.axes.overall"),
        ]


class TestBestOfFour:
    def test_the_best_is_before_each_other_and_the_others_are_not_compared(self) -> None:
        task = record("lm-human-preferences", array(best_of_four()))

        assert ranks(task) == [(2, None, 1, None), (None, 2, 1, None), (None, None, 1, 2)]

    def test_tokens_are_refused_in_words(self) -> None:
        found = problems(read("lm-human-preferences", lines(best_of_four(query=[464, 318]))))

        assert "vocabulary of GPT-2" in found["query"]

    @pytest.mark.parametrize("best", [4, -1, True, "1", None])
    def test_a_best_that_is_none_of_the_four_is_told(self, best: object) -> None:
        assert "best" in problems(read("lm-human-preferences", lines(best_of_four(best=best))))


class TestRatedAnswers:
    def test_a_models_ratings_are_no_persons_and_what_it_did_not_rate_stays_out(self) -> None:
        task = record(
            "ultrafeedback", lines(rated_by_gpt("5", "2", "5", "N/A")), axis="helpfulness"
        )

        assert ranks(task) == [(1, 2, 1, None)]
        assert (task.judgments[0].labeler, task.judgments[0].is_by_model) == ("gpt-4", True)
        assert task.judgments[0].axes[0] == {"helpfulness": 5, "honesty": 3}

    def test_the_mean_of_the_axes_orders_unless_one_is_chosen(self) -> None:
        """(5+3)/2 = 4, (2+3)/2 = 2.5 and 3 alone, where helpfulness was not rated."""
        assert ranks(record("ultrafeedback", lines(rated_by_gpt("5", "2", "N/A")))) == [(1, 3, 2)]

    def test_neighbouring_responses_of_one_prompt_are_one_task(self) -> None:
        rows = [
            steered("Moon", 2),
            steered("Gravity", 4),
            steered("Yes", 1, "Other?"),
            steered("No", 1, "Other?"),
        ]

        first, second = read("helpsteer2", lines(*rows))

        assert (ranks(first), ranks(second)) == ([(2, 1)], [(1, 1)])
        assert first.judgments[0].axes[1]["helpfulness"] == 4
        assert ranks(read("helpsteer2", lines(*rows), axis="verbosity")[0]) == [(1, 1)]

    def test_a_rating_of_five_is_none_of_helpsteers(self) -> None:
        rows = [steered("Moon", 5), steered("Sun", 1)]

        assert "helpfulness" in problems(read("helpsteer2", lines(*rows)))

    def test_the_higher_score_is_the_better_answer_and_equal_scores_tie(self) -> None:
        rows = lines(web_answers(-0.5, 0.5), web_answers(0.0, 0.0))

        assert [ranks(task) for task in read("webgpt", rows)] == [[(2, 1)], [(1, 1)]]


class TestVotes:
    @pytest.mark.parametrize(("label", "expected"), [(0, (1, 2)), (1, (2, 1)), (2, (1, 1))])
    def test_the_label_two_is_a_tie(self, label: int, expected: tuple[int, int]) -> None:
        assert ranks(record("auto-j", lines(judged_pair(label)))) == [expected]

    @pytest.mark.parametrize("label", [3, -1, True, "tie", None])
    def test_any_other_label_is_told(self, label: int) -> None:
        assert "label" in problems(read("auto-j", lines(judged_pair(label))))

    def test_a_scenario_of_one_category_gives_the_prompt_that_and_breaks_no_row(self) -> None:
        scenarios = ("writing_email", "text_correction", "value_judgement", "", 7)
        rows = [judged_pair(0) | {"scenario": scenario} for scenario in scenarios]

        found = [task.category for task in read("auto-j", lines(*rows))]
        assert found == ["generation", "rewrite", None, None, None]
        assert set(SCENARIOS_OF) < set(CATEGORIES)

    def test_a_vote_on_the_first_turn_judges_the_first_answers(self) -> None:
        task = record("mt-bench", array(vote("model_b")))

        assert (task.prompt, texts(task)) == (TIDES, ["Because a.", "Because b."])
        assert (sources(task), ranks(task)) == (["alpaca-13b", "gpt-3.5"], [(2, 1)])
        assert not task.judgments[0].is_by_model

    def test_a_vote_on_the_second_turn_judges_all_that_follows_the_question(self) -> None:
        task = record("mt-bench", array(vote("tie (inconsistent)", turn=2, judge=["gpt-4", "v2"])))

        assert texts(task)[0] == f" Because a.{HUMAN}Shorter?{ASSISTANT}a"
        assert ranks(task) == [(1, 1)]
        assert task.judgments[0].is_by_model

    def test_votes_without_conversations_can_never_train(self) -> None:
        bare = {name: value for name, value in vote().items() if "conversation" not in name}

        task = record("mt-bench", lines(bare))

        assert (task.has_texts, sources(task)) == (False, ["alpaca-13b", "gpt-3.5"])

    def test_conversations_with_other_questions_are_left_out(self) -> None:
        other = vote(conversation_b=[user("Else?"), assistant("b")])

        assert isinstance(record("mt-bench", lines(other)), LeftOut)

    @pytest.mark.parametrize(
        ("changes", "place"),
        [
            ({"winner": "C"}, "winner"),
            ({"turn": 3}, "turn"),
            ({"judge": []}, "judge"),
            ({"conversation_a": [user(TIDES)]}, "conversation_a"),
        ],
    )
    def test_each_mistake_in_a_vote_is_named(self, changes: dict[str, object], place: str) -> None:
        assert place in problems(read("mt-bench", lines(vote(**changes))))


class TestTulu:
    @pytest.mark.parametrize(
        ("preference", "expected"),
        [
            ("a-is-better", (1, 2)),
            ("a-is-slightly-better", (1, 2)),
            ("tie", (1, 1)),
            ("b-is-slightly-better", (2, 1)),
            ("b-is-better", (2, 1)),
        ],
    )
    def test_five_levels_are_three_orders(self, preference: str, expected: tuple[int, int]) -> None:
        task = record("tulu", table(TULU_COLUMNS, tulu_row(preference)))

        assert ranks(task) == [expected]
        assert sources(task) == ["tulu-7b", "gpt-4"]
        assert task.judgments[0].axes == ({"acceptable": 1.0}, {"acceptable": 0.0})

    def test_cells_with_line_breaks_are_kept_and_lines_are_counted_by_their_first(self) -> None:
        broken = tulu_row("c")
        said = tulu_row("tie")
        said[6] = "The sun,\r\nmostly."

        task, errors = read("tulu", table(TULU_COLUMNS, said, broken))

        assert isinstance(task, JudgedTask)
        assert texts(task)[1] == "The sun,\r\nmostly."
        assert (errors[0].line, errors[0].field) == (4, "preference")

    def test_a_missing_column_is_told_once(self) -> None:
        names = [name for name in TULU_COLUMNS if name != "evaluator"]

        (errors,) = read("tulu", table(names, tulu_row("tie"), tulu_row("tie")))

        assert "'evaluator' is missing" in errors[0].message
