"""Scoring jobs: N completions of a prompt, each with the reward of its text alone."""

import json

import pytest

from tests.training.ml.tiny import progress_of, result_of, write_job, write_jsonl
from training.ml.batches import right_padded
from training.ml.job import EXIT_STOPPED, run_stage
from training.ml.model_folders import load_tokenizer
from training.ml.networks import RewardModel
from training.ml.reward_folders import load_reward_model
from training.ml.reward_scoring import rewards_of
from training.ml.scoring import score_completions

PROMPTS = ["Tell me of the sea and of the land.", "Why?", "", "Sum it up in a word or in two."]
# Of 1 to 12 completions each, ids 100 * prompt + place.
COUNTS = [12, 1, 3, 5]


def answered():
    return [
        {
            "prompt_id": f"p{number}",
            "prompt": prompt,
            "completions": [
                {"id": 100 * number + place, "text": "so " * place + f"it is {number}"}
                for place in range(count)
            ],
            "split": "train",
        }
        for number, (prompt, count) in enumerate(zip(PROMPTS, COUNTS, strict=True))
    ]


@pytest.fixture
def score(tmp_path, reward_folder):
    completions = write_jsonl(tmp_path / "completions.jsonl", answered())

    def run(name, stage=score_completions, *, architecture="llama", **changes):
        inputs = {"reward_model": reward_folder(architecture), "completions": completions}
        path = write_job(tmp_path / name, "scoring", inputs, changes)
        return path.parent, run_stage("scoring", stage, [str(path)])

    return run


def rewards_in(work_dir):
    lines = (work_dir / "output" / "rewards.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def alone(folder, prompt, text):
    """The reward of prompt + completion + end of text as one row, by a plain forward pass."""
    tokenizer, network = load_tokenizer(folder), load_reward_model(folder)
    prompt_ids = tokenizer(prompt, add_special_tokens=False)["input_ids"]
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    row = (prompt_ids or [tokenizer.eos_token_id]) + ids + [tokenizer.eos_token_id]
    batch = right_padded([row])
    return float(network(batch.token_BT, batch.attention, batch.position_BT)[0, -1].detach())


@pytest.mark.parametrize("encoding", ["shared", "packed", "rows"])
def test_every_completion_gets_the_reward_of_its_text_alone(score, reward_folder, encoding):
    """RM2: whatever is scored beside it, and however its prompt is read."""
    work_dir, code = score("job", encoding=encoding, max_tokens_per_forward=128)

    assert code == 0
    rows = rewards_in(work_dir)
    texts = [
        (one["prompt"], completion["text"])
        for one in answered()
        for completion in one["completions"]
    ]
    ids = [
        (one["prompt_id"], str(shown["id"])) for one in answered() for shown in one["completions"]
    ]
    assert [(row["prompt_id"], row["id"]) for row in rows] == ids
    expected = [alone(reward_folder(), *pair) for pair in texts]
    assert [row["reward"] for row in rows] == pytest.approx(expected, abs=2e-5)
    assert len({round(reward, 3) for reward in expected}) == len(expected)


def test_a_prompt_is_read_once_for_the_completions_that_share_it(score, monkeypatch):
    """RM4: the tokens that enter the network, counted, are P + sum R and not K (P + R)."""
    seen = []
    read = RewardModel.forward

    def counting(network, token_BT, *rest, **named):
        seen.append(token_BT.numel())
        return read(network, token_BT, *rest, **named)

    monkeypatch.setattr(RewardModel, "forward", counting)
    shared, _ = score("shared", encoding="shared")
    num_shared = sum(seen)
    report = result_of(shared)["report"]
    tokens = [
        (max(len(one["prompt"]), 1), [len(shown["text"]) + 1 for shown in one["completions"]])
        for one in answered()
    ]

    once = sum(prompt + sum(lengths) for prompt, lengths in tokens)
    repeated = sum(len(lengths) * prompt + sum(lengths) for prompt, lengths in tokens)
    assert num_shared == once
    assert report["encoding"] == "shared"
    assert report["share_of_tokens_read"] == pytest.approx(once / repeated)


def test_more_completions_than_a_forward_pass_holds_are_cut_into_shares(score):
    whole, _ = score("whole")

    cut, code = score("cut", max_tokens_per_forward=80)

    assert code == 0
    assert len(progress_of(cut)) > len(progress_of(whole))
    rewards = [row["reward"] for row in rewards_in(whole)]
    assert [row["reward"] for row in rewards_in(cut)] == pytest.approx(rewards, abs=2e-5)


def test_what_was_scored_before_a_stop_is_kept_and_not_scored_again(score, monkeypatch):
    def stopping(job):
        steps = score_completions(job)
        yield next(steps)
        (job.work_dir / "stop").write_text("pause", encoding="utf-8")
        yield from steps

    reference, _ = score("reference", max_tokens_per_forward=80)
    work_dir, code = score("job", stopping, max_tokens_per_forward=80)
    (work_dir / "stop").unlink()
    scored = []
    monkeypatch.setattr(
        "training.ml.scoring.rewards_of",
        lambda *given: scored.append(len(given[1].row_N)) or rewards_of(*given),
    )

    _, resumed_code = score("job", max_tokens_per_forward=80)

    assert (code, resumed_code) == (EXIT_STOPPED, 0)
    assert rewards_in(work_dir) == rewards_in(reference)
    assert 0 < sum(scored) < sum(COUNTS)
    assert result_of(work_dir)["resumed_from_step"] > 0


def test_the_report_tells_what_choosing_the_best_has_to_work_with(score):
    """Of each prompt the highest reward, and how far its rewards are from their mean."""
    work_dir, _ = score("job")

    report = result_of(work_dir)["report"]
    of_prompt = {}
    for row in rewards_in(work_dir):
        of_prompt.setdefault(row["prompt_id"], []).append(row["reward"])
    every = [reward for rewards in of_prompt.values() for reward in rewards]
    means = {prompt: sum(rewards) / len(rewards) for prompt, rewards in of_prompt.items()}
    squares = [
        (reward - means[prompt]) ** 2 for prompt, rewards in of_prompt.items() for reward in rewards
    ]
    assert (report["num_completions"], report["num_prompts"]) == (21, 4)
    assert report["mean_reward"] == pytest.approx(sum(every) / 21)
    assert report["best_of_prompt"] == pytest.approx(sum(map(max, of_prompt.values())) / 4)
    assert report["deviation_within_prompts"] == pytest.approx((sum(squares) / 21) ** 0.5)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"prompt_id": 1, "prompt": "a", "completions": []}], "no completions"),
        ([{"prompt_id": 1, "prompt": "a", "completions": [{"id": 3}]}], "no 'text'"),
        (
            [
                {"prompt_id": n, "prompt": "a", "completions": [{"id": 3, "text": "b"}]}
                for n in (1, 2)
            ],
            "completion 3 is there 2 times",
        ),
    ],
)
def test_completions_that_cannot_be_used_are_named(tmp_path, reward_folder, rows, said):
    completions = write_jsonl(tmp_path / "bad.jsonl", rows)
    inputs = {"reward_model": reward_folder(), "completions": completions}
    path = write_job(tmp_path / "job", "scoring", inputs, {})

    assert run_stage("scoring", score_completions, [str(path)]) == 1

    result = result_of(tmp_path / "job")
    assert result["reason"] == "bad_input"
    assert said in result["detail"]


def test_a_model_that_writes_scores_nothing(tmp_path, policy_folder):
    completions = write_jsonl(tmp_path / "completions.jsonl", answered())
    inputs = {"reward_model": policy_folder(), "completions": completions}
    path = write_job(tmp_path / "job", "scoring", inputs, {})

    assert run_stage("scoring", score_completions, [str(path)]) == 1

    assert "is not a reward model" in result_of(tmp_path / "job")["detail"]
