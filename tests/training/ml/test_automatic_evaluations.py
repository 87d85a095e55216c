"""Automatic evaluations of a trained policy: their figures by hand, and how they fare (R75)."""

import json

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer

from tests.training.ml.ppo_jobs import PROMPTS, weights
from tests.training.ml.processes import run_together
from tests.training.ml.tiny import lively_reward_model, result_of, write_jsonl, write_prompts
from training.ml.automatic_evaluations import FILE_NAME, figure_of, memory_kills, win
from training.ml.evaluation import wilson_interval
from training.ml.glossary.automatic_evaluations import AUTOMATIC_EVALUATIONS
from training.ml.job import EXIT_STOPPED
from training.ml.rollouts import Answer, SamplingRule, write_answers
from training.ml.seeding import generator

HELD_OUT = ["Tell me.", "What now?", "A bird", "Count", "Again"]
TEXTS = [{"text": f"Text number {n} says {n * n}."} for n in range(20)]
SHORT = {"episodes": 8, "max_response_tokens": 6}
SEED = 5


@pytest.fixture
def evaluated(tmp_path, ppo_jobs, policy_folder, reward_folder):
    """Runs a PPO job with held-out prompts that ends with evaluations; its folder and exit code."""
    second = tmp_path / "second"
    lively_reward_model(second, policy_folder("gpt2"))
    inputs = {
        "prompts": write_prompts(tmp_path / "held-out.jsonl", PROMPTS, HELD_OUT),
        "pretraining": write_jsonl(tmp_path / "texts.jsonl", TEXTS),
        "evaluation_reward_model": second,
        "evaluation_baseline": ppo_jobs.inputs["policy"],
    }

    def run(name, *names, changed=None, **changes):
        asked = names or list(AUTOMATIC_EVALUATIONS)
        changes = SHORT | changes
        return ppo_jobs.run(name, inputs=inputs | (changed or {}), evaluations=asked, **changes)

    return run


@pytest.fixture
def figures(evaluated):
    def found(name, *names, **changes):
        work_dir, code = evaluated(name, *names, **changes)
        assert code == 0, result_of(work_dir)
        return result_of(work_dir)["report"]["evaluations"], work_dir

    return found


def test_a_loss_is_all_nats_over_all_tokens_with_texts_drawn_anew():
    """R75: 2 nats on 1 token and 4 on 3 are 6 / 4; a draw of two texts gives 2, 1.5 or 4/3."""
    figure = figure_of("pretraining_loss", torch.tensor([[2.0, 1.0], [4.0, 3.0]]).double(), SEED)

    assert figure["value"] == 1.5
    assert (figure["low"], figure["high"]) == (pytest.approx(4 / 3), pytest.approx(2.0))
    assert (figure["num"], figure["unit"], figure["reason"]) == (2, "texts", "")


def test_a_mean_over_one_prompt_has_no_interval():
    figure = figure_of("second_reward", torch.tensor([[0.75, 1.0]]).double(), SEED)

    assert (figure["value"], figure["low"], figure["high"]) == (0.75, None, None)


@pytest.mark.parametrize(
    ("share", "num", "low", "high"),
    [(0.0, 10, 0.0, 0.2775), (0.5, 10, 0.2366, 0.7634), (1.0, 4, 0.5101, 1.0)],
)
def test_wilsons_interval_of_a_share(share, num, low, high):
    """R75: 0 of 10 is (0, z2/(10 + z2)) = (0, 3.8415/13.8415); all of 4 is (4/7.8415, 1)."""
    assert wilson_interval(share, num) == pytest.approx((low, high), abs=1e-4)


def test_a_share_without_exception_still_has_an_interval():
    """R75: a bootstrap of four equal units would be a point."""
    figure = figure_of("cut_share", torch.tensor([[1.0, 1.0]] * 4).double(), SEED)

    assert (figure["value"], figure["high"]) == (1.0, 1.0)
    assert figure["low"] == pytest.approx(0.5101, abs=1e-4)


def test_what_is_not_finite_is_no_figure():
    figure = figure_of("second_reward", torch.tensor([[float("nan"), 1.0]]).double(), SEED)

    assert (figure["value"], figure["reason"]) == (None, "it is not a finite number")


@pytest.mark.parametrize(
    ("own", "other", "rewards", "points"),
    [
        ([1, 2], [1, 3], (0.2, 0.1), 1.0),
        ([1, 2], [1, 3], (0.1, 0.2), 0.0),
        ([1, 2], [1, 3], (0.2, 0.2), 0.5),
        # The same words read in another batch may be a rounding apart.
        ([1, 2], [1, 2], (0.2000001, 0.2), 0.5),
    ],
)
def test_a_win_is_one_and_a_tie_half(own, other, rewards, points):
    """R75, R35."""
    answers = [Answer(ids, [0.0] * len(ids), has_eos=True) for ids in (own, other)]

    assert win(*answers, *rewards) == points


def test_every_figure_is_that_of_a_naive_reckoning(figures, policy_folder, reward_folder, tmp_path):
    """R75: answers, rewards and losses of the published folder, one at a time by transformers."""
    found, work_dir = figures("all")
    folder, baseline = work_dir / "output" / "model", policy_folder()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ours, theirs = answers_of(folder, tokenizer), answers_of(baseline, tokenizer)

    lengths = [len(one.ids) - one.has_eos for one in ours]
    assert found["answer_length"]["value"] == pytest.approx(sum(lengths) / 5)
    assert found["cut_share"]["value"] == sum(not one.has_eos for one in ours) / 5
    texts = [TEXTS[9]["text"], TEXTS[19]["text"]]
    assert found["pretraining_loss"]["value"] == pytest.approx(loss_of(folder, tokenizer, texts))
    assert (found["pretraining_loss"]["num"], found["pretraining_loss"]["unit"]) == (2, "texts")

    for name, judge in (("win_share", "own"), ("second_win_share", "second")):
        judge_folder = {"own": reward_folder(), "second": tmp_path / "second"}[judge]
        rewards = [rewards_of(judge_folder, tokenizer, answers) for answers in (ours, theirs)]
        points = [win(*pair) for pair in zip(ours, theirs, *rewards, strict=True)]
        assert found[name]["value"] == sum(points) / 5
        if judge == "second":
            mean = sum(rewards[0]) / 5
            assert found["second_reward"]["value"] == pytest.approx(mean, abs=1e-5)
    assert {figure["num"] for name, figure in found.items() if name != "pretraining_loss"} == {5}
    assert all(figure["low"] <= figure["value"] <= figure["high"] for figure in found.values())


def prompt_ids(tokenizer, text):
    return [
        *tokenizer("")["input_ids"][:1],
        *tokenizer(text, add_special_tokens=False)["input_ids"],
    ]


def answers_of(folder, tokenizer):
    policy = AutoModelForCausalLM.from_pretrained(folder).eval()
    rule = SamplingRule(1.0, 1.0, SHORT["max_response_tokens"], tokenizer.eos_token_id)
    return [
        write_answers(
            policy,
            [prompt_ids(tokenizer, text)],
            [generator(SEED, "automatic evaluation", place)],
            rule,
        )[0]
        for place, text in enumerate(HELD_OUT)
    ]


@torch.no_grad()
def rewards_of(folder, tokenizer, answers):
    judge = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    rows = [
        [*prompt_ids(tokenizer, text), *answer.ids]
        for text, answer in zip(HELD_OUT, answers, strict=True)
    ]
    return [judge(torch.tensor([row])).logits.item() for row in rows]


@torch.no_grad()
def loss_of(folder, tokenizer, texts):
    policy = AutoModelForCausalLM.from_pretrained(folder).eval()
    nats = tokens = 0.0
    for text in texts:
        ids = torch.tensor([prompt_ids(tokenizer, text)])
        logprob_TV = policy(ids).logits[0, :-1].log_softmax(-1)
        nats -= logprob_TV.gather(1, ids[0, 1:, None]).sum().item()
        tokens += ids.shape[1] - 1
    return nats / tokens


def test_the_texts_that_are_held_out_are_never_learned_from(evaluated, tmp_path):
    """R75: other words in them leave the weights as they are; in their neighbours they do not."""
    first, _ = evaluated("first", "pretraining_loss")
    for place, is_same in ((9, True), (8, False)):
        rows = [
            row if n != place else {"text": "Quite other words."} for n, row in enumerate(TEXTS)
        ]
        changed = {"pretraining": write_jsonl(tmp_path / f"other-{place}.jsonl", rows)}
        other, _ = evaluated(f"other-{place}", "pretraining_loss", changed=changed)
        assert (weights(first, "model") == weights(other, "model")) is is_same


def test_what_is_only_measured_changes_no_weight(ppo_jobs, evaluated):
    """R75: but for texts held out, a run is the same with evaluations and without."""
    with_them, _ = evaluated("with", "answer_length", "second_reward", "win_share")
    without, _ = evaluated("without", "answer_length")

    assert weights(with_them, "model") == weights(without, "model")


def test_what_cannot_be_worked_out_says_why_and_the_run_succeeds(figures, tmp_path, tiny_folder):
    """R75: another tokenizer, too few texts, nothing held out."""
    strange = tmp_path / "strange"
    lively_reward_model(strange, tiny_folder)
    tokenizer = AutoTokenizer.from_pretrained(strange)
    tokenizer.add_tokens(["<strange>"])
    tokenizer.save_pretrained(strange)
    few = write_jsonl(tmp_path / "few.jsonl", TEXTS[:9])
    nobody = write_prompts(tmp_path / "nobody.jsonl", PROMPTS)

    found, _ = figures(
        "odd",
        "second_reward",
        "pretraining_loss",
        changed={"evaluation_reward_model": strange, "pretraining": few},
    )
    bare, _ = figures("bare", "cut_share", changed={"prompts": nobody})

    assert found["second_reward"]["reason"] == (
        "inputs.evaluation_reward_model: it has another tokenizer than the policy; choose one of"
        " the same base, or leave out the evaluation that reads it"
    )
    assert found["pretraining_loss"]["reason"] == (
        "fewer than ten pretraining texts: none is held out"
    )
    assert bare["cut_share"]["reason"] == "no prompt is held out"
    assert {figure["value"] for figure in (*found.values(), *bare.values())} == {None}


def test_a_figure_that_is_there_is_kept_and_one_that_killed_two_attempts_is_given_up(
    figures, tmp_path
):
    """R75, P14: whatever an earlier attempt left in the run's folder."""
    kept = {"value": 3.25, "low": 3.0, "high": 3.5, "num": 5, "unit": "prompts", "reason": ""}
    folder = tmp_path / "again"
    folder.mkdir()
    # The kernel's own count only grows: one below it says that a process was ended since.
    starts = {
        "second_reward": {"times": 1, "memory_kills": memory_kills() + 1000},
        "cut_share": {"times": 2, "memory_kills": memory_kills() + 1000},
        "win_share": {"times": 1, "memory_kills": memory_kills() - 1},
    }
    content = {"figures": {"answer_length": kept}, "starts": starts}
    (folder / FILE_NAME).write_text(json.dumps(content))

    found, _ = figures("again", "answer_length", "second_reward", "cut_share", "win_share")

    assert found["answer_length"] == kept
    assert found["second_reward"]["reason"] == ""
    assert "ran out of memory" in found["win_share"]["reason"]
    assert found["cut_share"]["value"] is None
    assert "came to its end 2 times" in found["cut_share"]["reason"]


def test_a_run_stopped_at_its_evaluations_goes_on_there(evaluated, figures):
    """R74, R75: no step is trained again, and the figures are those of a run that never stopped."""
    whole, work_dir = figures("cut", "answer_length", "cut_share")
    (work_dir / FILE_NAME).unlink()
    (work_dir / "stop").write_text("pause")

    _, code = evaluated("cut", "answer_length", "cut_share")
    assert (code, (work_dir / FILE_NAME).exists()) == (EXIT_STOPPED, False)
    (work_dir / "stop").unlink()

    assert figures("cut", "answer_length", "cut_share")[0] == whole
    assert result_of(work_dir)["resumed_from_step"] == 2


def test_two_processes_come_to_the_figures_of_one(figures, tmp_path):
    """R75, P18: each answers and reads its share; a policy that does not move ties."""
    names = ("pretraining_loss", "answer_length", "cut_share", "win_share")
    expected, work_dir = figures("one", *names, learning_rate=1e-9)
    described = json.loads((work_dir / "job.json").read_text()) | {
        "work_dir": str(tmp_path / "two")
    }
    path = tmp_path / "two" / "job.json"
    path.parent.mkdir()
    path.write_text(json.dumps(described))

    assert run_together("ppo", path) == [0, 0]

    found = result_of(path.parent)["report"]["evaluations"]
    assert [figure["num"] for figure in found.values()] == [2, 5, 5, 5]
    for name, figure in expected.items():
        assert found[name]["value"] == pytest.approx(figure["value"], rel=1e-5), name
    assert found["win_share"]["value"] == 0.5
