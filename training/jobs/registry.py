"""The job of every stage."""

from collections.abc import Mapping

from training.jobs import generalisation, ppo, reward_model, sampling, scoring, sft
from training.jobs.job import Job
from training.models import Run

JOBS: Mapping[str, Job] = {
    Run.Stage.SFT: sft,
    Run.Stage.REWARD_MODEL: reward_model,
    Run.Stage.GENERALISATION: generalisation,
    Run.Stage.PPO: ppo,
    Run.Stage.SAMPLING: sampling,
    Run.Stage.SCORING: scoring,
}
