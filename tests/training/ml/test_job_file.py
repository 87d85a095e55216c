"""A job file that names what its stage does not read is refused: somebody meant something by it."""

import json

import pytest

from training.ml.errors import BadInput
from training.ml.job_file import INPUTS, read_job
from training.services.stages import STAGES

JOB = {
    "stage": "sft",
    "seed": 1,
    "hyperparameters": {},
    "work_dir": "/nowhere",
    "inputs": {"base_model": "a", "demonstrations": "b"},
}


@pytest.fixture
def job_with(tmp_path):
    def write(**changes):
        path = tmp_path / "job.json"
        path.write_text(json.dumps(JOB | changes))
        return path

    return write


def test_the_roles_of_a_job_are_those_that_a_run_may_fill():
    of_runs = {name: {one.role for one in stage.inputs} for name, stage in STAGES.items()}

    assert {name: set(roles) for name, roles in INPUTS.items()} == of_runs


def test_what_is_optional_is_filled_in(job_with):
    read = read_job(job_with(), "sft")

    assert (read["weights"], read["evaluations"]) == ({}, [])
    assert read["inputs"] == JOB["inputs"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sead": 3}, "job.json: unknown sead"),
        ({"inputs": {"rewards_model": "a"}}, "inputs of job.json: unknown rewards_model"),
        ({"inputs": {"base_model": 3}}, r"inputs\.base_model of job.json is no path"),
        ({"seed": True}, "seed of job.json is of the wrong type"),
        ({"work_dir": 3}, "work_dir of job.json is of the wrong type"),
        ({"weights": {"policy": 1.0}}, "weights of job.json are read by sampling alone"),
    ],
)
def test_what_nobody_would_read_is_named(job_with, changes, said):
    with pytest.raises(BadInput, match=said):
        read_job(job_with(**changes), "sft")


def test_evaluations_are_of_policies(job_with):
    asked = job_with(stage="reward_model", inputs={}, evaluations=["answer_length"])

    with pytest.raises(BadInput, match=r"evaluations of job\.json are read by sft and ppo alone"):
        read_job(asked, "reward_model")
