"""The glossary of metrics against what runs of every stage really log and report (R47)."""

import json
import math

import pytest

from tests.training.ml.logged import figures_of, logged_names, report_of
from tests.training.ml.ppo_jobs import DOCUMENTS
from tests.training.ml.ppo_jobs import SETTINGS as PPO_SETTINGS
from tests.training.ml.test_generalisation import RANKINGS as JUDGED_BY_FOUR
from tests.training.ml.test_generalisation import SETTINGS as GENERALISATION_SETTINGS
from tests.training.ml.test_reward_model_jobs import (
    DEMONSTRATIONS,
    HELD_OUT,
    QUICK,
    RANKINGS,
)
from tests.training.ml.test_sft import HELD_OUT as HELD_OUT_DEMONSTRATIONS
from tests.training.ml.test_sft import ROWS
from tests.training.ml.tiny import write_job, write_jsonl
from training.ml.generalisation import measure_generalisation
from training.ml.glossary.automatic_evaluations import evaluations_of
from training.ml.hyperparameters import STAGES
from training.ml.job import run_stage
from training.ml.job_file import INPUTS
from training.ml.metric_glossary import REPORT_FIGURES, STEP_METRICS, logged_by, reported_by
from training.ml.ppo import train_ppo
from training.ml.reward_model import train_reward_model
from training.ml.sampling import sample_completions
from training.ml.scoring import score_completions
from training.ml.sft import train_sft

PROMPTS = [
    {"prompt_id": "p1", "prompt": "Hi", "split": "train"},
    {"prompt_id": "p2", "prompt": "Why?", "split": "validation"},
]
COMPLETIONS = [
    {
        "prompt_id": "p1",
        "prompt": "Hi",
        "completions": [{"id": 1, "text": "Ho"}, {"id": 2, "text": "Hello"}],
    }
]
# Every input and every setting that makes a stage say more than it would by default.
TALKATIVE = {
    "sft": (
        train_sft,
        {"epochs": 1, "batch_size": 4, "pretraining_share": 0.25, "selection_max_tokens": 4},
        {"demonstrations": ROWS + HELD_OUT_DEMONSTRATIONS, "pretraining": DOCUMENTS * 4},
    ),
    "reward_model": (
        train_reward_model,
        QUICK | {"epochs": 1, "num_seeds": 3},
        {"rankings": RANKINGS + HELD_OUT, "demonstrations": DEMONSTRATIONS},
    ),
    "generalisation": (
        measure_generalisation,
        GENERALISATION_SETTINGS | {"epochs": 1},
        {"rankings": JUDGED_BY_FOUR},
    ),
    "ppo": (
        train_ppo,
        PPO_SETTINGS | {"episodes": 4},
        {"prompts": PROMPTS, "pretraining": DOCUMENTS},
    ),
    "sampling": (sample_completions, {"max_tokens": 4}, {"prompts": PROMPTS}),
    "scoring": (score_completions, {}, {"completions": COMPLETIONS}),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory, policy_folder, reward_folder):
    """The work folder of a stage's talkative job, each run once."""
    finished = {}

    def folder(stage):
        if stage not in finished:
            work_dir = tmp_path_factory.mktemp(stage)
            train, settings, records = TALKATIVE[stage]
            models = {
                "base_model": policy_folder(),
                "policy": policy_folder(),
                "model": policy_folder(),
                "reward_model": reward_folder(),
                "evaluation_reward_model": reward_folder(),
                "evaluation_baseline": policy_folder(),
            }
            rows = {
                name: write_jsonl(work_dir / f"{name}.jsonl", records[name]) for name in records
            }
            asked = [one.name for one in evaluations_of(stage)]
            read = {role: place for role, place in models.items() if role in INPUTS[stage]}
            path = write_job(work_dir, stage, read | rows, settings, evaluations=asked)
            assert run_stage(stage, train, [str(path)]) == 0, stage
            finished[stage] = work_dir
        return finished[stage]

    return folder


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_every_metric_that_a_stage_logs_is_explained_and_no_other(run, stage):
    """R47: an entry that is missing, or that nothing logs, is named here."""
    assert logged_names(run(stage)) == {metric.name for metric in logged_by(stage)}


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_every_figure_of_a_report_is_explained_and_no_other(run, stage):
    """R47, R63."""
    found = figures_of(report_of(run(stage)))

    assert found == {figure.name for figure in reported_by(stage)}


def test_a_name_means_one_thing_in_a_stage():
    for place in (STEP_METRICS, REPORT_FIGURES):
        names = [(stage, metric.name) for metric in place for stage in metric.stages]
        assert len(names) == len(set(names))
        assert {stage for stage, _ in names} <= set(STAGES)


def test_an_entry_says_what_it_means_how_it_is_computed_and_what_is_healthy():
    for metric in STEP_METRICS + REPORT_FIGURES:
        assert all((metric.title, metric.formula, metric.healthy)), metric.name
        assert metric.meaning.endswith("."), metric.name
        assert not metric.otherwise or metric.otherwise.endswith("."), metric.name
        if metric.low is not None or metric.high is not None:
            # A band on a chart is a claim: it names whose.
            assert metric.source, metric.name


def test_figures_that_share_a_chart_share_its_unit():
    """R47: on one axis, one unit; else a curve would lie flat or mean nothing."""
    units = {}
    for metric in STEP_METRICS:
        for stage in metric.stages if metric.chart else ():
            units.setdefault((stage, metric.chart), set()).add(metric.unit)

    assert {chart: found for chart, found in units.items() if len(found) > 1} == {}


def test_the_floor_and_the_ceiling_of_labelers_who_agree_73_percent_of_the_time():
    """R63: what no reward model can foretell, as the entries of loss and accuracy say it.

    Alike on all pairs: p^2 + (1-p)^2 = .73, so p = .839, whose entropy is .441 nats. Sure of some
    pairs and split on the others: .54 of them are split, which leaves .73 right and .374 nats.
    """
    likelier = 0.5 + 0.5 * math.sqrt(2 * 0.73 - 1)
    alike = -(likelier * math.log(likelier) + (1 - likelier) * math.log(1 - likelier))
    split = 2 * (1 - 0.73)

    assert likelier == pytest.approx(0.839, abs=1e-3)
    assert (split * math.log(2), alike) == pytest.approx((0.374, 0.441), abs=1e-3)
    explained = {metric.name: metric.otherwise for metric in logged_by("reward_model")}
    assert "0.37 to 0.44 nats" in explained["loss"]
    assert "73 to 84% of pairs" in explained["accuracy"]


def test_the_healthy_range_of_what_is_exact_by_construction_is_met(run):
    """P1, P5, P20: with a tiny policy in fp32 the first iteration is on policy."""
    first = json.loads((run("ppo") / "progress.jsonl").read_text().splitlines()[0])["metrics"]

    for metric in logged_by("ppo"):
        if metric.name in {"first_ratio", "kl", "sampler_gap", "skipped_updates"}:
            assert metric.low <= first[metric.name] <= metric.high
