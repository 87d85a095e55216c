"""Whoever writes: one rule, the probabilities it drew from, and an alarm when they are wrong."""

import json
import sys
from dataclasses import replace
from types import ModuleType, SimpleNamespace

import pytest
import torch

from tests.training.ml.jobs import ALONE
from tests.training.ml.ppo_setup import EOS_ID, PROMPTS
from tests.training.ml.tiny import result_of, write_job, write_prompts
from training.ml import sampler_gap, vocabulary_head
from training.ml.hyperparameters import HyperparameterError, parse
from training.ml.job import run_stage
from training.ml.model_folders import load_policy
from training.ml.rollouts import Answer, SamplingRule, write_answers
from training.ml.sampler_gap import GAP_LIMIT, gap_warning, probability_gap
from training.ml.samplers import ContinuousSampler, OwnSampler, opened_sampler
from training.ml.sampling import sample_completions
from training.ml.tiny_models import ARCHITECTURES
from training.ml.world import World

COPIES = 2
SEEDS = list(range(COPIES * len(PROMPTS)))
RULE = SamplingRule(temperature=0.7, top_p=1.0, max_tokens=10, eos_id=EOS_ID)
REPEATED = [prompt for prompt in PROMPTS for _ in range(COPIES)]


def mean_gap(policy, answers, rule, *, is_filtered):
    total, count = probability_gap(
        policy, REPEATED, answers, rule, precision="fp32", is_filtered=is_filtered
    )
    return total / count


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_our_own_loop_is_as_exact_as_the_trainer(policy_folder, architecture):
    """P20, P4: temperature and prompts of unequal length included."""
    policy = load_policy(policy_folder(architecture))

    answers = OwnSampler(policy).write(PROMPTS, SEEDS, RULE)

    assert mean_gap(policy, answers, RULE, is_filtered=False) < 2e-6


@pytest.mark.parametrize("top_p", [1.0, 0.8])
def test_the_gap_is_worked_out_without_all_logits_at_once(policy_folder, monkeypatch, top_p):
    """P20: long answers over a large vocabulary would not fit; the figure is the same."""
    policy, rule = load_policy(policy_folder("gpt2")), replace(RULE, top_p=top_p)
    answers = OwnSampler(policy).write(PROMPTS, SEEDS, rule)
    is_filtered = top_p < 1
    whole = mean_gap(policy, answers, rule, is_filtered=is_filtered)
    sizes = []
    policy.get_output_embeddings().register_forward_hook(
        lambda _module, _given, logits: sizes.append(logits.numel())
    )

    monkeypatch.setattr(vocabulary_head, "rows_at_once", lambda *_: rule.max_tokens)
    monkeypatch.setattr(sampler_gap, "rows_at_once", lambda *_: rule.max_tokens)
    found = mean_gap(policy, answers, rule, is_filtered=is_filtered)

    assert found == pytest.approx(whole, abs=1e-6)
    assert sizes
    assert max(sizes) <= rule.max_tokens * policy.config.vocab_size
    assert sum(len(answer.ids) for answer in answers) > 2 * rule.max_tokens


def test_continuous_batching_follows_the_rule_and_repeats_itself(policy_folder):
    """P20: with a nucleus it tells probabilities inside the nucleus."""
    policy = load_policy(policy_folder())
    sampler, rule = ContinuousSampler(policy), replace(RULE, top_p=0.8)
    before = torch.random.get_rng_state()

    answers = sampler.write(PROMPTS, SEEDS, rule)
    again = sampler.write(PROMPTS, SEEDS, rule)

    assert len(answers) == len(SEEDS)
    assert mean_gap(policy, answers, rule, is_filtered=sampler.is_filtered) < 1e-5
    assert [one.ids for one in answers] == [one.ids for one in again]
    assert all(len(one.ids) == rule.max_tokens or one.has_eos for one in answers)
    # Nobody else's random stream moved.
    assert torch.equal(torch.random.get_rng_state(), before)


def test_an_answer_that_the_library_failed_to_finish_is_no_answer():
    """Cut off by a fault it would look like one that was cut off by its length."""
    fine = SimpleNamespace(generated_tokens=[65], logprobs=[-1.0], error=None)
    broken = SimpleNamespace(generated_tokens=[66], logprobs=[-2.0], error="no pages left")
    library = SimpleNamespace(generate_batch=lambda *_: {"a": fine, "b": broken})

    with pytest.raises(RuntimeError, match="failed 1 answers: no pages left"):
        ContinuousSampler(library).write([[1], [2]], [3, 4], RULE)


def test_continuous_batching_at_temperature_zero_is_our_own_loop(policy_folder):
    policy = load_policy(policy_folder())
    greedy = replace(RULE, temperature=0.0)

    answers = ContinuousSampler(policy).write(PROMPTS, SEEDS, greedy)

    own = OwnSampler(policy).write(PROMPTS, SEEDS, greedy)
    assert [one.ids for one in answers] == [one.ids for one in own]


def test_the_gap_notices_a_temperature_that_the_writer_forgot(policy_folder):
    """P20, the negative control."""
    policy = load_policy(policy_folder())

    cold = replace(RULE, temperature=0.2)

    answers = OwnSampler(policy).write(PROMPTS, SEEDS, RULE)

    gap = mean_gap(policy, answers, cold, is_filtered=False)
    assert gap > GAP_LIMIT
    [warning] = gap_warning(gap)
    assert "Set sampler to own" in warning
    assert gap_warning(GAP_LIMIT / 2) == gap_warning(None) == []


class FakeEngine:
    """vLLM's offline interface as far as it is used, on a policy of transformers."""

    def __init__(self, model, **options):
        self.options = options
        self.policy = load_policy(model)
        self.asked = []

    def generate(self, prompts, parameters, *, use_tqdm):
        assert not use_tqdm
        self.asked += zip(prompts, parameters, strict=True)
        return [self._output(*one) for one in zip(prompts, parameters, strict=True)]

    def _output(self, prompt, how):
        [eos_id] = how["stop_token_ids"]
        rule = SamplingRule(how["temperature"], how["top_p"], how["max_tokens"], eos_id)
        noise = [torch.Generator().manual_seed(how["seed"])]
        [answer] = write_answers(self.policy, [prompt["prompt_token_ids"]], noise, rule)
        told = zip(answer.ids, answer.logprobs, strict=True)
        logprobs = [{token: SimpleNamespace(logprob=logprob)} for token, logprob in told]
        return SimpleNamespace(
            outputs=[SimpleNamespace(token_ids=tuple(answer.ids), logprobs=logprobs)]
        )


@pytest.fixture
def fake_vllm(monkeypatch):
    module = ModuleType("vllm")
    module.LLM, module.SamplingParams = FakeEngine, dict
    monkeypatch.setitem(sys.modules, "vllm", module)
    return module


def test_vllm_is_asked_for_what_the_rule_says(policy_folder, fake_vllm):
    """A seed for each answer, the temperature's own log-probabilities, our end of text alone."""
    settings = parse("sampling", {"sampler": "vllm", "precision": "bf16"})

    with opened_sampler(settings, policy_folder(), ALONE) as sampler:
        answers = sampler.write(PROMPTS, SEEDS, RULE)

    own = OwnSampler(load_policy(policy_folder())).write(PROMPTS, SEEDS, RULE)
    assert [one.ids for one in answers] == [one.ids for one in own]
    assert [one.has_eos for one in answers] == [one.has_eos for one in own]
    assert answers[0].logprobs == pytest.approx(own[0].logprobs, abs=1e-5)
    options = sampler.engine.options
    assert options["logprobs_mode"] == "processed_logprobs"
    assert (options["generation_config"], options["dtype"]) == ("vllm", "bfloat16")
    prompt, how = sampler.engine.asked[COPIES]
    assert prompt == {"prompt_token_ids": PROMPTS[1]}
    assert (how["seed"], how["logprobs"], how["ignore_eos"]) == (COPIES, 0, True)


def test_a_machine_without_vllm_names_the_field_and_the_remedy(policy_folder):
    settings = parse("sampling", {"sampler": "vllm"})

    with (
        pytest.raises(HyperparameterError) as refusal,
        opened_sampler(settings, policy_folder(), ALONE),
    ):
        pass

    assert refusal.value.field == "sampler"
    assert "requirements-vllm.txt" in refusal.value.message
    assert "own" in refusal.value.message


def test_vllm_refuses_several_processes(policy_folder, fake_vllm):
    settings = parse("sampling", {"sampler": "vllm"})
    pair = World(rank=0, size=2, device=torch.device("cpu"))

    with (
        pytest.raises(HyperparameterError, match="one process"),
        opened_sampler(settings, policy_folder(), pair),
    ):
        pass


@pytest.fixture
def sample(tmp_path, policy_folder):
    prompts = write_prompts(tmp_path / "prompts.jsonl", ["Hi", "Say a word.", "Why?"])

    def run(name="job", **changes):
        settings = {"completions_per_prompt": 2, "max_tokens": 8, **changes}
        path = write_job(
            tmp_path / name, "sampling", {"model": policy_folder(), "prompts": prompts}, settings
        )
        return path.parent, run_stage("sampling", sample_completions, [str(path)])

    return run


@pytest.mark.parametrize(
    ("sampler", "precision"), [("own", "fp32"), ("own", "bf16"), ("continuous", "fp32")]
)
def test_a_job_reports_how_far_writer_and_trainer_are_apart(sample, sampler, precision):
    """P20."""
    work_dir, code = sample(sampler=sampler, precision=precision)

    report = result_of(work_dir)["report"]
    assert code == 0
    assert 0 <= report["probability_gap"] < {"fp32": 1e-5, "bf16": GAP_LIMIT}[precision]
    assert report["warnings"] == []


def test_a_writer_that_tells_lies_is_reported(sample, monkeypatch):
    """P20, the negative control: every probability is told too low."""
    honest = OwnSampler.write

    def lie(self, *asked):
        return [
            Answer(one.ids, [logprob - 1.0 for logprob in one.logprobs], one.has_eos)
            for one in honest(self, *asked)
        ]

    monkeypatch.setattr(OwnSampler, "write", lie)

    work_dir, _ = sample(temperature=0.2)

    report = result_of(work_dir)["report"]
    assert report["probability_gap"] > GAP_LIMIT
    assert any("one of the two is wrong" in warning for warning in report["warnings"])


def test_a_job_that_asks_for_vllm_in_vain_fails_with_the_reason(sample):
    work_dir, code = sample(sampler="vllm")

    result = result_of(work_dir)
    assert code == 1
    assert (result["outcome"], result["reason"]) == ("failed", "bad_input")
    assert json.dumps(result["detail"]).startswith('"sampler: vllm is not installed')
