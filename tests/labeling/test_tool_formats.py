"""What other tools export, so that their users can move in: orders are read, noise is named."""

import pytest

from labeling.importers.records import Demonstrated, LeftOut
from tests.labeling.import_samples import (
    ASSISTANT,
    HUMAN,
    TIDES,
    annotation,
    argilla_record,
    array,
    benchmark,
    label_studio_task,
    lines,
    message,
    problems,
    ranker,
    ranks,
    read,
    record,
    scored,
    some_tree,
    sources,
    table,
    texts,
    tree,
)


class TestOasst:
    def test_every_message_with_several_replies_is_a_task(self) -> None:
        first, second = read("oasst", lines(some_tree()))

        assert first.prompt == TIDES
        assert texts(first) == ["The sun.", "The moon.", "Gravity."]
        assert ranks(first) == [(3, 1, 2)]
        assert sources(first) == ["people", "people", "chip"]
        assert second.prompt == (
            f"{HUMAN}{TIDES}{ASSISTANT}The moon.{HUMAN}And at night?\n\nAssistant:"
        )
        # Rank 0 is the best, null was not ranked.
        assert ranks(second) == [(2, 1, None)]
        assert first.group == second.group

    def test_deleted_replies_are_gone_and_unranked_ones_compare_nothing(self) -> None:
        replies = [message("a", rank=0), message("b", rank=1, deleted=True)]

        assert isinstance(record("oasst", lines(tree(*replies))), LeftOut)
        replies = [message("a", rank=None), message("b", rank=None)]
        assert "fewer than two" in record("oasst", lines(tree(*replies))).reason

    def test_ten_replies_are_too_many(self) -> None:
        replies = [message(f"reply {n}", rank=n) for n in range(10)]

        assert record("oasst", lines(tree(*replies))).reason == (
            "10 completions; a task has at most 9."
        )

    def test_the_same_words_by_two_people_are_two_replies(self) -> None:
        replies = [message("Yes.", rank=0), message("Yes.", rank=1, message_id="other")]

        assert ranks(record("oasst", lines(tree(*replies)))) == [(1, 2)]

    def test_trees_of_other_languages_are_left_out_when_one_is_chosen(self) -> None:
        assert len(read("oasst", lines(some_tree()), lang="en")) == 2
        assert isinstance(record("oasst", lines(some_tree()), lang="de"), LeftOut)

    def test_what_people_wrote_best_can_be_read_as_demonstrations(self) -> None:
        """Not the synthetic one, nor what was ranked behind."""
        found = read("oasst", lines(some_tree()), read="demonstrations")

        assert [(one.text) for one in found] == ["The moon.", " The same.", " No."]

    def test_a_negative_rank_is_none_as_everywhere(self) -> None:
        replies = [message("a", rank=-1), message("b", rank=1), message("c", rank=0)]

        assert ranks(record("oasst", lines(tree(*replies)))) == [(None, 2, 1)]


class TestLabelStudio:
    def test_an_order_is_read_with_its_person_and_time(self) -> None:
        content = array(label_studio_task(annotation(ranker({"rank": ["g", "m", "s"]}))))

        task = record("label-studio", content)

        assert texts(task) == ["The moon.", "The sun.", "Gravity."]
        assert ranks(task) == [(2, 3, 1)]
        (judgment,) = task.judgments
        assert (judgment.labeler, judgment.seconds) == ("4", 31.5)
        assert judgment.judged_at is not None
        assert task.notes == ()

    def test_an_order_that_is_the_one_shown_is_noted_or_left_out(self) -> None:
        """An untouched page exports the same as an answer: nothing in the file tells them apart."""
        content = array(label_studio_task(annotation(ranker({"rank": ["m", "s", "g"]}))))

        task = record("label-studio", content)
        assert ranks(task) == [(1, 2, 3)]
        assert task.notes == ("4: the order is the one that was shown, perhaps untouched.",)

        assert isinstance(record("label-studio", content, untouched="leave-out"), LeftOut)

    def test_tiers_that_somebody_filled_are_an_answer_in_whatever_order_the_items_stand(
        self,
    ) -> None:
        tiers = {"Good": ["m"], "Fair": ["s"], "Bad": ["g"]}
        content = array(label_studio_task(annotation(ranker(tiers))))

        task = record("label-studio", content, untouched="leave-out")

        assert (ranks(task), task.notes) == ([(1, 2, 3)], ())

    def test_all_items_in_one_of_several_columns_as_shown_are_noted_or_left_out(self) -> None:
        columns = {"_": [], "Good": ["m", "s", "g"], "Bad": []}
        content = array(label_studio_task(annotation(ranker(columns))))

        task = record("label-studio", content)

        said = "4: all items are in one column, in the order that was shown, perhaps untouched."
        assert (ranks(task), task.notes) == ([(1, 1, 1)], (said,))
        assert isinstance(record("label-studio", content, untouched="leave-out"), LeftOut)
        moved = columns | {"Good": ["s", "m", "g"]}
        assert (
            record("label-studio", array(label_studio_task(annotation(ranker(moved))))).notes == ()
        )

    def test_tiers_are_tied_within_and_what_was_left_in_the_list_is_not_ranked(self) -> None:
        tiers = {"Good": ["g"], "Bad": ["m"], "_": ["s"]}

        task = record("label-studio", array(label_studio_task(annotation(ranker(tiers)))))

        assert ranks(task) == [(2, None, 1)]

    def test_cancelled_annotations_and_results_of_other_tags_do_not_count(self) -> None:
        order = ranker({"rank": ["g", "m", "s"]})
        cancelled = annotation(order, completed_by=5, was_cancelled=True)
        rating = {"type": "rating", "value": {"rating": 3}}

        task = record(
            "label-studio", array(label_studio_task(cancelled, annotation(rating, order)))
        )

        assert [judgment.labeler for judgment in task.judgments] == ["4"]

    @pytest.mark.parametrize(
        ("person", "labeler"),
        [({"id": 9, "email": "lea@here"}, "lea@here"), ({"id": 9}, "9"), ("lea@here", "lea@here")],
    )
    def test_a_person_is_a_number_an_address_or_an_object(
        self, person: object, labeler: str
    ) -> None:
        order = ranker({"rank": ["g", "m", "s"]})

        task = record(
            "label-studio", array(label_studio_task(annotation(order, completed_by=person)))
        )

        assert task.judgments[0].labeler == labeler

    def test_a_pair_has_a_left_and_a_right_text(self) -> None:
        data = {"question": TIDES, "text1": "Moon.", "text2": "Sun."}
        right = {"type": "pairwise", "value": {"selected": "right"}}

        task = record(
            "label-studio",
            array(label_studio_task(annotation(right), data=data)),
            prompt="question",
            left="text1",
            right="text2",
        )

        assert (texts(task), ranks(task)) == (["Moon.", "Sun."], [(2, 1)])

    def test_an_id_that_is_no_item_or_comes_twice_is_told(self) -> None:
        for ids in (["g", "x"], ["g", "g"]):
            content = array(label_studio_task(annotation(ranker({"rank": ids}))))

            assert "Not one of the items, or twice" in str(problems(read("label-studio", content)))


class TestArgilla:
    def test_names_best_first_are_ranks(self) -> None:
        task = record("argilla", array(argilla_record(["reply-2", "reply-1"])))

        assert (sources(task), ranks(task)) == (["reply-1", "reply-2"], [(2, 1)])

    def test_names_with_ranks_may_tie(self) -> None:
        tie = [{"value": "reply-1", "rank": 1}, {"value": "reply-2", "rank": 1}]

        assert ranks(record("argilla", array(argilla_record(tie)))) == [(1, 1)]

    def test_the_older_export_is_read_too_and_drafts_are_nobodys_answers(self) -> None:
        responses = [
            {
                "user_id": user,
                "status": status,
                "values": {
                    "ranking": {
                        "value": [{"value": "reply-2", "rank": 1}, {"value": "reply-1", "rank": 2}]
                    }
                },
            }
            for user, status in (("u1", "submitted"), ("u2", "draft"), ("u3", "discarded"))
        ]

        task = record("argilla", array(argilla_record([], responses=responses)))

        assert [(one.labeler, one.ranks) for one in task.judgments] == [("u1", (2, 1))]

    def test_fields_that_nobody_ranked_are_no_completions(self) -> None:
        fields = {"prompt": TIDES, "hint": "Think.", "reply-1": "Moon", "reply-2": "Sun"}

        task = record("argilla", array(argilla_record(["reply-1", "reply-2"], fields=fields)))

        assert sources(task) == ["reply-1", "reply-2"]

    def test_a_question_that_one_person_left_open_costs_nobody_elses_answer(self) -> None:
        order = [{"value": "reply-2", "rank": 1}, {"value": "reply-1", "rank": 2}]
        responses = [
            {"user_id": "u1", "status": "submitted", "values": {"comment": {"value": "Fine."}}},
            {"user_id": "u2", "status": "submitted", "values": {"ranking": {"value": order}}},
        ]

        task = record("argilla", array(argilla_record([], responses=responses)))

        assert [(one.labeler, one.ranks) for one in task.judgments] == [("u2", (2, 1))]

    @pytest.mark.parametrize("responses", [{}, [], [{"user_id": "u1", "status": "submitted"}]])
    def test_a_record_that_nobody_has_answered_is_left_out_with_the_questions_name(
        self, responses: object
    ) -> None:
        left_out = record("argilla", array(argilla_record([], responses=responses)))

        assert left_out == LeftOut("Nobody has submitted an answer to the question 'ranking'.")

    def test_a_name_that_is_no_field_is_told(self) -> None:
        found = read("argilla", array(argilla_record(["reply-1", "reply-9"])))

        assert "'reply-9'" in problems(found)["responses.ranking.0.value"]


class TestJudgeBench:
    def test_texts_of_one_prompt_are_ordered_by_each_annotators_scores(self) -> None:
        """The second annotator scored two of three; the third only one, which orders nothing."""
        content = benchmark(scored("a", 1, 4, 5), scored("b", 3, 4), scored("c", 2, None, None))

        task = record("judge-bench", content)

        assert ranks(task) == [(3, 1, 2), (1, 1, None)]
        assert task.notes == ("annotator 3: fewer than two completions ranked; not counted.",)

    def test_prompt_and_completion_may_stand_beside_the_instance_or_be_it(self) -> None:
        scores = {"annotations": {"engaging": {"individual_human_scores": [1]}}}
        better = {"annotations": {"engaging": {"individual_human_scores": [2]}}}
        beside = benchmark(
            {"id": 1, "instance": {}, "source": TIDES, "summary": "a"} | scores,
            {"id": 2, "instance": {}, "source": TIDES, "summary": "b"} | better,
        )
        itself = benchmark(
            {"id": 1, "instance": "a", "source": TIDES} | scores,
            {"id": 2, "instance": "b", "source": TIDES} | better,
        )

        for content in (beside, itself):
            task = record("judge-bench", content, prompt="source", completion="summary")
            assert (task.prompt, texts(task), ranks(task)) == (TIDES, ["a", "b"], [(2, 1)])

    def test_a_member_that_is_nowhere_is_named(self) -> None:
        found = read("judge-bench", benchmark(scored("a", 1)), prompt="question")

        assert problems(found) == {"instance.question": "Missing."}

    def test_a_scale_whose_best_is_its_lowest_is_turned_round(self) -> None:
        falling = [{"metric": "engaging", "category": "graded", "worst": 5, "best": 1}]

        assert ranks(
            record("judge-bench", benchmark(scored("a", 1), scored("b", 3), annotations=falling))
        ) == [(1, 2)]

    def test_a_metric_that_orders_nothing_cannot_be_chosen(self) -> None:
        (errors,) = read("judge-bench", benchmark(scored("a", 1)), metric="kind")

        assert "there are: engaging" in errors[0].message


class TestDemonstrations:
    def test_every_instance_of_an_instruction_is_a_prompt_of_one_group(self) -> None:
        row = {
            "id": "seed_task_1",
            "instruction": "Say the opposite.",
            "instances": [{"input": "Day", "output": "Night"}, {"input": "", "output": " "}],
        }

        first, second = read("self-instruct", lines(row))

        assert (first.prompt, first.text) == ("Say the opposite.\n\nDay", "Night")
        assert (first.group, first.is_by_model) == ("seed_task_1", False)
        assert isinstance(second, LeftOut)

    def test_alpacas_answers_are_a_models_unless_said_otherwise(self) -> None:
        row = {"instruction": "Shorten.", "input": "A long one.", "output": "One."}

        assert record("alpaca", array(row)).is_by_model
        edited = {"written-by": "people"}
        assert not record("alpaca", array(row), **edited).is_by_model

    def test_dollys_categories_are_ours_where_they_mean_the_same(self) -> None:
        row = {"instruction": TIDES, "context": "", "response": "Moon."}
        kinds = ["summarization", "creative_writing", "unheard_of"]

        found = read("dolly", lines(*(row | {"category": kind} for kind in kinds)))

        assert [one.category for one in found] == ["summarization", "generation", None]


class TestCsv:
    NAMES = ("prompt", "completion_a", "completion_b", "rank_a", "rank_b", "who", "best")

    def rows(self, *rows: tuple[object, ...]) -> bytes:
        return table(self.NAMES, *((TIDES, "Moon", "Sun", *row) for row in rows))

    @pytest.mark.parametrize(
        ("cells", "expected"),
        [
            ((1, 2), (1, 2)),
            ((1, 0), (2, 1)),
            (("2.0", 2), (1, 1)),
            ((7, 3), (2, 1)),
        ],
        ids=["from one", "from zero", "equal", "with gaps"],
    )
    def test_ranks_count_from_anywhere(
        self, cells: tuple[object, object], expected: tuple[int, int]
    ) -> None:
        content = self.rows((*cells, "lea", ""))

        task = record("csv", content, ranks="rank_a,rank_b", labeler="who")

        assert (ranks(task), task.judgments[0].labeler) == ([expected], "lea")

    @pytest.mark.parametrize("nothing", [-1, "", "null", "None", "NaN"])
    def test_what_was_not_ranked_leaves_nothing_to_compare(self, nothing: object) -> None:
        content = self.rows((1, nothing, "lea", ""))

        assert isinstance(record("csv", content, ranks="rank_a,rank_b"), LeftOut)

    @pytest.mark.parametrize(
        ("word", "expected"),
        [
            ("completion_a", (1, 2)),
            ("B", (2, 1)),
            ("2", (2, 1)),
            ("tie", (1, 1)),
            ("Both", (1, 1)),
            ("C", (1, 1)),
        ],
    )
    def test_the_preferred_one_is_a_column_a_letter_a_number_or_none(
        self, word: str, expected: tuple[int, int]
    ) -> None:
        assert ranks(record("csv", self.rows(("", "", "", word)), preferred="best")) == [expected]

    def test_codes_of_ties_can_be_chosen(self) -> None:
        content = self.rows(("", "", "", "0"))

        assert ranks(record("csv", content, preferred="best", tie="0")) == [(1, 1)]
        assert "best" in problems(read("csv", content, preferred="best"))

    def test_the_highest_score_is_the_best(self) -> None:
        content = self.rows(("-0.5", "2", "", ""))

        assert ranks(record("csv", content, scores="rank_a,rank_b")) == [(2, 1)]

    def test_without_a_judgment_the_first_completion_is_a_demonstration(self) -> None:
        found = record("csv", self.rows(("", "", "lea", "")), labeler="who")

        assert found == Demonstrated(prompt=TIDES, text="Moon", writer="lea")

    def test_a_column_that_is_not_there_is_told_once(self) -> None:
        (errors,) = read("csv", self.rows((1, 2, "", ""), (2, 1, "", "")), labeler="nobody")

        assert "'nobody' is missing" in errors[0].message

    def test_as_many_ranks_as_completions_are_chosen(self) -> None:
        (errors,) = read("csv", self.rows((1, 2, "", "")), ranks="rank_a")

        assert "As many ranks as completions" in errors[0].message

    def test_a_choice_that_there_is_not_is_refused_with_those_that_there_are(self) -> None:
        with pytest.raises(ValueError, match="csv leaves prompt, completions"):
            read("csv", b"", colour="red")
        with pytest.raises(ValueError, match="untouched is one of keep, leave-out"):
            read("label-studio", b"", untouched="maybe")
