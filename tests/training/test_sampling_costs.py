"""What a sampling run will take: completions share passes, policies share completions (R85)."""

import pytest

from tests.cast import client_of, make_prompt, make_source
from tests.training.chains import make_ended_run
from training.ml.hyperparameters import parse
from training.models import Artifact, ModelVersion
from training.selectors.estimates import Amount, Plan, size_of, whole_work
from training.selectors.sampling_costs import TOKENS_OF_A_PASS

# Prompts of ten tokens.
DATA = Amount(num_records=8, num_bytes=8 * 40)


def values(**changed):
    given = {"completions_per_prompt": 4, "max_tokens": 20, "max_rows_per_forward": 32}
    return parse("sampling", given | changed)


def model(num_bytes):
    return ModelVersion(artifact=Artifact(num_bytes=num_bytes))


def work(data=DATA, *, models=(1_000,), weights=None, **changed):
    roles = ["model", *(f"model_{number}" for number in range(2, len(models) + 1))]
    inputs = dict(zip(roles, map(model, models), strict=True))
    plan = Plan("sampling", values(**changed), inputs, (), weights or {})
    return whole_work(plan, data, size_of("sampling", inputs))


def test_a_batch_reads_the_weights_once_for_every_token():
    """Eight prompts of 10 tokens are read once each; 32 completions of 20 tokens are one batch."""
    assert work() == 1_000 * (8 * 10 + 32 * 20 + 20 * TOKENS_OF_A_PASS)


def test_fewer_completions_side_by_side_cost_nearly_as_much():
    """4 instead of 32 completions are an eighth of the tokens, and as many passes."""
    few = work(Amount(num_records=1, num_bytes=40))

    assert few == 1_000 * (10 + 4 * 20 + 20 * TOKENS_OF_A_PASS)
    assert few > work() / 2


def test_smaller_batches_take_more_passes():
    """32 completions eight at a time are four batches."""
    assert work(max_rows_per_forward=8) - work() == 1_000 * 3 * 20 * TOKENS_OF_A_PASS


def test_each_policy_writes_its_share():
    """Three quarters of 32 by one of 1,000 bytes, a quarter by one of 4,000: a batch each."""
    mixed = work(models=(1_000, 4_000), weights={"model": 3.0, "model_2": 1.0})

    assert mixed == (
        1_000 * (8 * 10 + 24 * 20 + 20 * TOKENS_OF_A_PASS)
        + 4_000 * (8 * 10 + 8 * 20 + 20 * TOKENS_OF_A_PASS)
    )


def test_one_policy_is_in_memory_at_a_time():
    assert size_of("sampling", {"model": model(1_000), "model_2": model(4_000)}) == 4_000
    assert size_of("sampling", {}) is None


@pytest.mark.django_db
class TestCheck:
    @pytest.fixture
    def larger(self, ada, base_model, make_artifact):
        """A second policy, of some bytes more than the first."""
        version = make_ended_run(
            by=ada,
            stage="sft",
            inputs={"base_model": base_model},
            artifact=make_artifact(Artifact.Kind.MODEL, {"config.json": '{"trained": true}'}),
        )
        version.completion_source = make_source("another")
        version.save()
        return version

    def check(self, browser, inputs, num_prompts):
        body = {
            "stage": "sampling",
            "inputs": {role: str(one.pk) for role, one in inputs.items()},
            "prompt_query": {"num_prompts": num_prompts},
        }
        answer = browser.post("/api/runs/check/", body, format="json").json()
        assert answer["fields"] == {}
        return answer["estimate"]

    def test_memory_is_that_of_the_largest_policy(self, rosa, base_model, larger):
        make_prompt("Say hi.")

        found = self.check(client_of(rosa), {"model": base_model, "model_2": larger}, 1)

        assert found["memory_bytes"] == larger.artifact.num_bytes

    def test_the_number_of_queries_does_not_grow_with_prompts_and_policies(
        self, rosa, base_model, larger, django_assert_num_queries
    ):
        for number in range(30):
            make_prompt(f"Say {number}.")
        browser = client_of(rosa)
        self.check(browser, {"model": base_model}, 1)

        # Session, account, both inputs, the prompts and their size, the slots, the finished runs.
        for inputs, num in (
            ({"model": base_model}, 1),
            ({"model": base_model, "model_2": larger}, 30),
        ):
            with django_assert_num_queries(8):
                found = self.check(browser, inputs, num)
            assert found["num_records"] == num
