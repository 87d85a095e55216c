"""The figures of docs/learning-curves.md are those of the runs that are stored beside them."""

import json

import pytest

from benchmarks import learning_curve_drawings
from benchmarks.learning_curves import FIGURES, IMAGES, ROOT, check_names, collect, kind_of


def write_run(folder, stage, *, outcome="succeeded", inputs=(), hyperparameters=None):
    folder.mkdir()
    job = {"stage": stage, "seed": 1, "inputs": dict.fromkeys(inputs, "x")}
    job["hyperparameters"] = hyperparameters or {}
    lines = [{"step": step, "metrics": {"loss": loss}} for step, loss in ((1, 3), (2, 9), (2, 2))]
    report = {"selection": {"by": "loss"}, "validation": {"loss": 2.5, "scores": [[1, 0.5]]}}
    (folder / "job.json").write_text(json.dumps(job))
    (folder / "progress.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "result.json").write_text(json.dumps({"outcome": outcome, "report": report}))
    return folder


def test_the_drawings_in_the_docs_are_drawn_from_the_stored_figures():
    """`python -m benchmarks.learning_curves` draws them anew."""
    drawn = learning_curve_drawings.draw_all(json.loads(FIGURES.read_text()))

    committed = {path.name: path.read_text() for path in IMAGES.glob("curves-*.svg")}
    assert committed == {f"curves-{name}.svg": svg for name, svg in drawn.items()}
    page = (ROOT / "docs" / "learning-curves.md").read_text()
    assert all(f"images/{name}" in page for name in committed)


def test_every_stored_metric_is_one_that_the_glossary_explains():
    """R47."""
    check_names(json.loads(FIGURES.read_text()))


def test_a_metric_that_nobody_explains_is_not_drawn():
    run = {"stage": "sft", "steps": [{"step": 1, "loss": 1.0, "dreams": 2.0}]}

    with pytest.raises(SystemExit, match="sft: dreams"):
        check_names({"sft": run})


@pytest.mark.parametrize(
    ("stage", "inputs", "hyperparameters", "kind"),
    [
        ("sft", (), {}, "sft"),
        ("sft", ("reward_model",), {}, "sft_judged"),
        ("ppo", (), {"ptx_coef": 0.0}, "ppo"),
        ("ppo", (), {"ptx_coef": 1.0}, "ppo_ptx"),
        ("sampling", (), {}, None),
    ],
)
def test_a_run_is_told_by_its_stage_and_what_it_read(stage, inputs, hyperparameters, kind):
    job = {"stage": stage, "inputs": dict.fromkeys(inputs), "hyperparameters": hyperparameters}

    assert kind_of(job) == kind


def test_the_newest_finished_run_counts_and_a_repeated_step_as_it_went_last(tmp_path):
    good = write_run(tmp_path / "a", "sft")
    failed = write_run(tmp_path / "b", "sft", outcome="failed")
    (tmp_path / "c").mkdir()

    runs = collect([failed, good, tmp_path / "c"])

    assert runs["sft"]["steps"] == [{"step": 1, "loss": 3.0}, {"step": 2, "loss": 2.0}]
    # What is as long as the data stays behind.
    assert runs["sft"]["report"]["validation"] == {"loss": 2.5}
