"""Sampling jobs: every completion is the same whatever is sampled beside it."""

import json

import pytest

from tests.training.ml.tiny import progress_of, result_of, write_job, write_prompts
from training.ml import samplers, sampling
from training.ml.job import EXIT_STOPPED, run_stage
from training.ml.sampling import sample_completions
from training.ml.seeding import derive_seed

PROMPTS = ["Hi", "Say a word.", "A tale", "Why?", "Sum it up", ""]
# So hot that any token, the end of text too, is as likely as another.
HOT = {"completions_per_prompt": 3, "temperature": 10.0, "max_tokens": 32}


@pytest.fixture
def sample(tmp_path, policy_folder):
    prompts = write_prompts(tmp_path / "prompts.jsonl", PROMPTS)

    def run(name, stage=sample_completions, **changes):
        inputs = {"model": policy_folder(), "prompts": prompts}
        path = write_job(tmp_path / name, "sampling", inputs, HOT | changes)
        return path.parent, run_stage("sampling", stage, [str(path)])

    return run


def samples_of(work_dir):
    lines = (work_dir / "output" / "samples.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def test_every_prompt_gets_its_completions_in_order_with_their_seeds(sample):
    work_dir, code = sample("job")

    rows = samples_of(work_dir)
    assert code == 0
    expected = [(f"p{prompt}", index) for prompt in range(6) for index in range(3)]
    assert [(row["prompt_id"], row["index"]) for row in rows] == expected
    assert [row["seed"] for row in rows] == [derive_seed(5, *key) for key in expected]
    assert len({row["text"] for row in rows}) > 15
    assert result_of(work_dir)["report"]["num_completions"] == 18


def test_a_completion_that_ended_says_so_and_one_that_was_cut_too(sample):
    work_dir, _ = sample("job")

    rows = samples_of(work_dir)
    reasons = {row["finish_reason"] for row in rows}
    assert reasons == {"stop", "length"}
    for row in rows:
        # The end of text is neither counted nor printed.
        assert (row["token_count"] == 32) == (row["finish_reason"] == "length")
        assert "<|end|>" not in row["text"]


@pytest.mark.parametrize("max_rows_per_forward", [1, 32])
def test_the_size_of_a_batch_changes_no_completion(sample, max_rows_per_forward):
    reference, _ = sample("reference", max_rows_per_forward=7)

    work_dir, _ = sample("job", max_rows_per_forward=max_rows_per_forward)

    assert samples_of(work_dir) == samples_of(reference)


def test_what_was_written_before_a_stop_is_kept_and_not_written_again(sample):
    def stopping(job):
        steps = sample_completions(job)
        yield next(steps)
        (job.work_dir / "stop").write_text("pause", encoding="utf-8")
        yield from steps

    reference, _ = sample("reference", max_rows_per_forward=3)
    work_dir, code = sample("job", stopping, max_rows_per_forward=3)
    stopped = result_of(work_dir)
    (work_dir / "stop").unlink()

    _, resumed_code = sample("job", max_rows_per_forward=3)

    assert (code, resumed_code) == (EXIT_STOPPED, 0)
    assert (stopped["outcome"], stopped["reason"]) == ("stopped", "pause")
    assert result_of(work_dir)["resumed_from_step"] == stopped["steps"] >= 1
    assert samples_of(work_dir) == samples_of(reference)
    lines = (work_dir / "progress.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 6


def test_a_retry_with_smaller_batches_goes_on_and_writes_each_completion_once(sample):
    """Too little memory for three side by side; a batch of two may be half done already."""

    def stopping(job):
        steps = sample_completions(job)
        yield next(steps)
        (job.work_dir / "stop").write_text("pause", encoding="utf-8")
        yield from steps

    reference, _ = sample("reference", max_rows_per_forward=3)
    work_dir, _ = sample("job", stopping, max_rows_per_forward=3)
    (work_dir / "stop").unlink()

    _, code = sample("job", max_rows_per_forward=2)

    assert code == 0
    assert samples_of(work_dir) == samples_of(reference)
    assert result_of(work_dir)["report"]["num_completions"] == 18


def test_at_temperature_zero_all_completions_of_a_prompt_are_alike(sample):
    work_dir, _ = sample("job", temperature=0.0, max_tokens=8)

    texts = [row["text"] for row in samples_of(work_dir)]
    assert all(len(set(texts[first : first + 3])) == 1 for first in range(0, 18, 3))
    assert len(set(texts)) > 1


@pytest.fixture
def mix(tmp_path, policy_folder):
    prompts = write_prompts(tmp_path / "prompts.jsonl", PROMPTS)

    def run(name, weights, stage=sample_completions, architectures=("llama", "gpt2"), **changes):
        folders = dict(zip(("model", "model_2"), map(policy_folder, architectures), strict=False))
        settings = HOT | changes
        path = write_job(
            tmp_path / name, "sampling", folders | {"prompts": prompts}, settings, weights=weights
        )
        return path.parent, run_stage("sampling", stage, [str(path)])

    return run


def test_several_policies_share_each_prompt_by_weight(mix):
    """R85: 4 completions at 3 to 1; each row says who wrote it."""
    work_dir, code = mix("job", {"model": 3, "model_2": 1}, completions_per_prompt=4)

    rows = samples_of(work_dir)
    assert code == 0
    assert [(row["prompt_id"], row["index"]) for row in rows] == [
        (f"p{prompt}", index) for prompt in range(6) for index in range(4)
    ]
    assert [row["policy"] for row in rows] == ["model", "model", "model", "model_2"] * 6
    report = result_of(work_dir)["report"]
    assert report["by_policy"] == {"model": 18, "model_2": 6}
    assert report["probability_gap"] < 1e-5


def test_a_policy_writes_in_a_mix_what_it_writes_alone(mix):
    """The same completion comes back whatever else is sampled."""
    mixed, _ = mix("mixed", {"model": 1, "model_2": 1})
    first, _ = mix("first", {"model": 1}, architectures=("llama",))
    second, _ = mix("second", {"model": 1}, architectures=("gpt2",))

    alone = {"model": samples_of(first), "model_2": samples_of(second)}
    for place, row in enumerate(samples_of(mixed)):
        expected = alone[row["policy"]][place]
        assert (row["text"], row["seed"]) == (expected["text"], expected["seed"])
    assert {row["policy"] for row in samples_of(mixed)} == {"model", "model_2"}


def test_a_policy_without_weight_writes_nothing(mix):
    work_dir, code = mix("job", {"model": 0, "model_2": 2})

    assert code == 0
    assert {row["policy"] for row in samples_of(work_dir)} == {"model_2"}


def test_a_mix_goes_on_after_a_stop_with_the_policy_it_had_reached(mix):
    weights = {"model": 2, "model_2": 1}

    def stopping(job):
        steps = sample_completions(job)
        yield next(steps)
        (job.work_dir / "stop").write_text("pause", encoding="utf-8")
        yield from steps

    reference, _ = mix("reference", weights, max_rows_per_forward=4)
    work_dir, code = mix("job", weights, stopping, max_rows_per_forward=4)
    (work_dir / "stop").unlink()

    _, resumed_code = mix("job", weights, max_rows_per_forward=4)

    assert (code, resumed_code) == (EXIT_STOPPED, 0)
    assert samples_of(work_dir) == samples_of(reference)


def test_weights_of_other_policies_are_refused(mix):
    work_dir, code = mix("job", {"model": 1, "model_3": 1})

    assert code == 1
    assert result_of(work_dir)["reason"] == "bad_input"


def test_the_speed_of_a_batch_is_that_of_writing_alone(sample, monkeypatch):
    """P20: computing the first answers again is a check, and takes as long as it takes."""
    clock = [0.0]

    def taking(seconds, work):
        def working(*given, **named):
            clock[0] += seconds
            return work(*given, **named)

        return working

    monkeypatch.setattr(sampling.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(samplers, "write_answers", taking(2.0, samplers.write_answers))
    monkeypatch.setattr(sampling, "probability_gap", taking(50.0, sampling.probability_gap))

    work_dir, _ = sample("job")

    (step,) = progress_of(work_dir)
    tokens = sum(row["token_count"] for row in samples_of(work_dir))
    assert step["metrics"]["tokens_per_second"] == pytest.approx(tokens / 2.0)
    assert clock[0] == 52.0
