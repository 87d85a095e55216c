"""Every sub-command from its command line to its tables and figures, at the smallest size."""

import json
import signal

import pytest
import torch

from experiments import __main__ as command
from experiments.jobs import run_job
from experiments.settings import FULL, QUICK


@pytest.fixture(autouse=True)
def process_as_it_was():
    """Stages listen for signals and the command sets its threads: undo both."""
    handler, threads = signal.getsignal(signal.SIGTERM), torch.get_num_threads()
    yield
    signal.signal(signal.SIGTERM, handler)
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """One folder for all commands: what one has made the next one finds."""
    return tmp_path_factory.mktemp("experiments")


@pytest.fixture
def experiments(folder, monkeypatch):
    def run(name, *more):
        words = ["experiments", name, "--quick", "--workers", "1", "--out", str(folder), *more]
        monkeypatch.setattr("sys.argv", words)
        command.main()
        return json.loads((folder / "known-truth.json").read_text(encoding="utf-8"))[name]

    return run


@pytest.mark.parametrize("name", sorted(command.EXPERIMENTS))
def test_a_command_prints_its_tables_and_draws_its_figure(experiments, folder, capsys, name):
    found = experiments(name)

    assert found["runs"]
    assert "|---|--:" in capsys.readouterr().out
    assert "</svg>" in (folder / f"known-truth-{name}.svg").read_text(encoding="utf-8")


def test_ppo_is_watched_from_its_start_to_its_export(experiments):
    """At learning rate 0 nothing that is watched moves; the same seed starts alike in all arms."""
    runs = {(run["arm"], run["seed"]): run for run in experiments("ppo")["runs"]}
    still = runs["learning rate 0", 1]

    assert still["looks"]["iteration"] == [0, 1, 2]
    assert still["before"] | {"is_exported": 1, "iteration": 2} == still["after"]
    assert still["before"]["kl"] == 0
    learning = runs["PPO", 1]["looks"]
    assert learning["truth"][0] == still["looks"]["truth"][0]
    assert learning["lm_loss"][-1] != still["looks"]["lm_loss"][-1]


def test_what_is_stored_can_be_drawn_again(experiments, folder, capsys, monkeypatch):
    experiments("ptx")
    figure = folder / "known-truth-ptx.svg"
    drawn = figure.read_bytes()
    figure.unlink()
    printed = capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["experiments", "draw", "--results", str(folder)])

    command.main()

    assert figure.read_bytes() == drawn
    assert printed in capsys.readouterr().out


def test_what_the_jobs_have_cost_is_stored_by_part(experiments):
    """Found again or run just now: the sum is over what lies in the folder."""
    assert set(experiments("reward-model")["processor_seconds"]) >= {"base", "pools", "reward"}


def test_another_size_is_put_in_by_its_name():
    sizes = command.resized(FULL, ["ppo.iterations=7", "reward.num_prompts=3,5", "noise=0.5"])

    assert (sizes.ppo.iterations, sizes.reward.num_prompts, sizes.noise) == (7, (3, 5), 0.5)
    assert sizes.ppo.batch_size == FULL.ppo.batch_size


def test_a_size_that_does_not_exist_is_refused():
    with pytest.raises(SystemExit, match=r"no size ppo\.iteration"):
        command.resized(QUICK, ["ppo.iteration=7"])


def job(tmp_path, text, **changes):
    """A sampling job that cannot succeed, so that whether it ran shows."""
    prompts = tmp_path / "prompts.jsonl"
    prompts.write_text(text, encoding="utf-8")
    return run_job(tmp_path / "job", "sampling", {"prompts": prompts}, changes, seed=1)


def test_a_job_is_not_run_again_unless_something_differs(tmp_path):
    with pytest.raises(RuntimeError, match="bad_input"):
        job(tmp_path, "one")
    result = tmp_path / "job" / "result.json"
    result.write_text('{"outcome": "succeeded", "reason": null}', encoding="utf-8")

    assert job(tmp_path, "one").succeeded
    with pytest.raises(RuntimeError, match="bad_input"):
        job(tmp_path, "two")
    result.write_text('{"outcome": "succeeded", "reason": null}', encoding="utf-8")
    with pytest.raises(RuntimeError, match="bad_input"):
        job(tmp_path, "two", temperature=0.5)
