"""How far accuracy carries over to labelers that were left out (R64, RM11)."""

import json
import math

import pytest

from tests.training.ml.jobs import ALONE, ranked
from training.ml.errors import BadInput, StopRequested
from training.ml.generalisation import labeler_groups, mean_accuracy, measure_generalisation
from training.ml.job import Job
from training.ml.records import read_rankings

# Three prefer whoever ends with more "x"; Kay prefers the opposite.
TEXTS = ["axxx", "aaxx", "aaax", "aaaa"]
ORDERS = {"amina": [1, 2, 3, 4], "otto": [1, 2, 3, 4], "hana": [1, 2, 3, 4], "kay": [4, 3, 2, 1]}
RANKINGS = [
    ranked(number, f"Prompt {number}.", TEXTS, *ORDERS.items(), split=split)
    for number, split in enumerate(["train"] * 6 + ["validation"] * 2)
]
SETTINGS = {
    "num_groups": 4,
    "seeds_per_group": 2,
    "epochs": 8,
    "batch_size": 6,
    "learning_rate": 3e-3,
    "max_completion_tokens": 16,
}


def run(job_file, stop_after=None):
    """The report and the history; no report when it was stopped."""
    job = Job(job_file, "generalisation", ALONE)
    job.output_dir.mkdir(exist_ok=True)
    (job.work_dir / "stop").unlink(missing_ok=True)
    steps, history = measure_generalisation(job), []
    while True:
        try:
            history.append(next(steps))
        except StopIteration as ended:
            return ended.value, history
        except StopRequested:
            return None, history
        if len(history) == stop_after:
            (job.work_dir / "stop").write_text("stop")


def make(jobs, name="job", rankings=RANKINGS, **changes):
    return jobs.make("generalisation", SETTINGS | changes, name=name, rankings=rankings)


def test_labelers_are_dealt_out_by_their_number_of_comparisons(tmp_path):
    """R64: 12, 6, 6, 3 and 1 comparisons in two groups: 12 + 3 against 6 + 6 + 1."""
    orders = {
        "many": [1, 2, 3, 4],
        "some": [1, 2, 3, 4],
        "more": [4, 3, 2, 1],
        "few": [1, 2, 2, 2],
        "one": [1, 2, None, None],
    }
    rows = [
        ranked(1, "P", TEXTS, *orders.items()),
        ranked(2, "Q", TEXTS, ("many", [1, 2, 3, 4])),
    ]
    path = tmp_path / "rankings.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))

    groups = labeler_groups(read_rankings(path), 2)

    assert groups == [{"many", "few"}, {"more", "some", "one"}]


def test_a_labeler_who_judges_otherwise_is_ordered_wrongly_when_left_out(jobs):
    """R64, RM11: left out, the three are predicted from two of them; Kay is not from anybody."""
    report, history = run(make(jobs))

    by_left_out = {fold["left_out"][0]: fold for fold in report["folds"]}
    assert sorted(by_left_out) == ["amina", "hana", "kay", "otto"]
    assert len(report["folds"]) == 8
    assert by_left_out["kay"]["held_out"]["value"] == 0.0
    assert by_left_out["kay"]["in_group"]["value"] == 1.0
    assert by_left_out["otto"]["held_out"]["value"] == 1.0
    # Of the three that are learned from there, Kay's third of the comparisons is lost.
    assert by_left_out["otto"]["in_group"]["value"] == pytest.approx(2 / 3)
    assert by_left_out["otto"]["held_out"]["num_pairs"] == 2 * 6
    assert by_left_out["otto"]["in_group"]["num_pairs"] == 2 * 18
    assert len(history) == 8 * 8
    assert {step.metrics["fold"] for step in history} == {1, 2, 3, 4}


def test_the_mean_carries_the_standard_error_of_the_trainings():
    """R64: .7, .8 and .9 have a mean of .8 and a standard error of .1 / sqrt(3)."""
    folds = [{"held_out": {"value": value}} for value in (0.7, 0.8, 0.9)]

    found = mean_accuracy(folds, "held_out")

    assert found["value"] == pytest.approx(0.8)
    assert found["standard_error"] == pytest.approx(0.1 / math.sqrt(3))
    # 0.8 - 1.96 * 0.057735
    assert found["low"] == pytest.approx(0.686842, abs=1e-5)
    assert mean_accuracy(folds[:1], "held_out")["standard_error"] is None


def test_a_stopped_measurement_goes_on_within_its_training(jobs):
    """R74: stopped in the third of eight trainings; the same report in the end."""
    whole, _ = run(make(jobs, "whole"))
    halves = make(jobs, "halves")

    nothing, first = run(halves, stop_after=19)
    resumed, rest = run(halves)

    assert nothing is None
    assert [step.step for step in first + rest] == list(range(1, 65))
    assert resumed == whole


def test_a_measurement_goes_on_with_the_learning_rates_of_its_own_training(jobs):
    """R64, R74: without Amina there are 6 prompts and 6 steps, without anybody else 10 and 10."""
    of_amina_alone = [
        ranked(20 + number, f"Other {number}.", TEXTS, ("amina", ORDERS["amina"]))
        for number in range(4)
    ]
    changes = {
        "rankings": RANKINGS + of_amina_alone,
        "seeds_per_group": 1,
        "epochs": 2,
        "batch_size": 2,
    }
    whole, steps = run(make(jobs, "whole", **changes))
    halves = make(jobs, "halves", **changes)

    _, first = run(halves, stop_after=9)
    resumed, rest = run(halves)

    assert [step.metrics["fold"] for step in steps].count(1) == 6
    assert len(steps) == 6 + 3 * 10
    assert [step.metrics for step in first + rest] == [step.metrics for step in steps]
    assert resumed == whole


def test_too_few_labelers_or_nothing_held_out_is_refused(jobs):
    """The contract: bad_input, naming what is missing."""
    with pytest.raises(BadInput, match="5 groups need as many labelers"):
        run(make(jobs, "few", num_groups=5))
    with pytest.raises(BadInput, match="fold 1 has no strict comparison in its in-group part"):
        run(make(jobs, "unjudged", rankings=RANKINGS[:6]))
