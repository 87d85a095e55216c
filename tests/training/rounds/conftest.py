"""A policy, its prompts, and rounds that stand on them."""

import pytest

from tests.cast import make_completions, make_prompt, make_ranking_project, make_source
from tests.training.chains import make_ended_run
from tests.training.rounds.boards import end_sampling, link, post
from training.models import Round, RoundStep
from training.services.snapshots import freeze_these_prompts

TEXTS = ["one", "two", "three", "four"]


@pytest.fixture
def sft(ada, base_model, make_snapshot, artifact):
    version = make_ended_run(
        by=ada,
        stage="sft",
        artifact=artifact,
        inputs={"base_model": base_model, "demonstrations": make_snapshot("sft")},
    )
    version.completion_source = make_source("the supervised model")
    version.save()
    return version


@pytest.fixture
def prompts(db):
    return [make_prompt(f"Say {number}.") for number in range(3)]


@pytest.fixture
def body(ada, sft, prompts):
    frozen = freeze_these_prompts(by=ada, name="p", prompt_ids=[one.pk for one in prompts])
    return {
        "name": "Round 1",
        "policy": str(sft.pk),
        "project": make_ranking_project(k=4).pk,
        "prompts": str(frozen.pk),
        "num_prompts": 3,
        "completions_per_prompt": 4,
        "min_rankings": 2,
        "automatic": [],
    }


@pytest.fixture
def make_round(ada, body):
    def make(**changes):
        answer = post(ada, "", body | changes)
        assert answer.status_code == 201, answer.json()
        return Round.objects.get(pk=answer.json()["round"]["id"])

    return make


@pytest.fixture
def sampled(make_round, ada, sft, prompts, artifact):
    """A round whose policy has answered every prompt four times."""

    def make(**changes):
        opened = make_round(**changes)
        frozen = freeze_these_prompts(by=ada, name="s", prompt_ids=[one.pk for one in prompts])
        for prompt in prompts:
            make_completions(prompt, texts=TEXTS, source=sft.completion_source)
        link(opened, RoundStep.SAMPLING, run=end_sampling(ada, sft, frozen))
        return opened

    return make
