"""The learning curves of docs/learning-curves.md, from the files that every run leaves behind.

    python -m benchmarks.learning_curves .concord/runs/*/

reads the job, the progress and the result of each run folder, keeps the newest of every kind in
benchmarks/results/learning-curves.json, and draws docs/images/curves-*.svg; without folders it only
draws. `./concord loop` makes an SFT, a reward-model and a PPO run, benchmarks.learning_curve_runs
the two others.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import learning_curve_drawings
from training.ml.metric_glossary import logged_by

ROOT = Path(__file__).resolve().parent.parent
FIGURES = ROOT / "benchmarks" / "results" / "learning-curves.json"
IMAGES = ROOT / "docs" / "images"
DIGITS = 6
# What the report of a stage adds to its curves.
REPORTED = {
    "sft": ("selection", "validation"),
    "reward_model": ("validation",),
    "ppo": ("validation", "first", "last"),
}
# Of a report, what is as long as the data.
TOO_LONG = {"scores", "by_labeler", "by_category", "by_k", "by_agreement"}


def kind_of(job: dict[str, Any]) -> str | None:
    """sft, sft_judged, reward_model, ppo or ppo_ptx; None for a run that has no curves here."""
    stage: str = job["stage"]
    if stage == "sft" and "reward_model" in job["inputs"]:
        return "sft_judged"
    if stage == "ppo" and job["hyperparameters"].get("ptx_coef"):
        return "ppo_ptx"
    return stage if stage in REPORTED else None


def read_run(folder: Path) -> tuple[str, dict[str, Any]] | None:
    """The kind of a finished run and its figures; None for any other folder."""
    job = json.loads((folder / "job.json").read_text())
    kind, result = kind_of(job), folder / "result.json"
    ended = json.loads(result.read_text()) if result.exists() else {}
    if kind is None or ended.get("outcome") != "succeeded":
        return None
    lines = map(json.loads, (folder / "progress.jsonl").read_text().splitlines())
    # A step that was repeated counts as it went last.
    steps = {line["step"]: line["metrics"] for line in lines}
    report = {name: _short(ended["report"][name]) for name in REPORTED[job["stage"]]}
    return kind, {
        "stage": job["stage"],
        "seed": job["seed"],
        "hyperparameters": job["hyperparameters"],
        "steps": [{"step": step, **_rounded(steps[step])} for step in sorted(steps)],
        "report": report,
    }


def collect(folders: Sequence[Path]) -> dict[str, Any]:
    """The newest finished run of every kind."""
    written = [folder for folder in folders if (folder / "progress.jsonl").exists()]
    oldest_first = sorted(written, key=lambda folder: (folder / "progress.jsonl").stat().st_mtime)
    return dict(found for folder in oldest_first if (found := read_run(folder)))


def check_names(runs: dict[str, Any]) -> None:
    """What is drawn is what docs/metrics.md explains. Raises: SystemExit naming the others."""
    strangers = {
        f"{kind}: {name}"
        for kind, run in runs.items()
        for step in run["steps"]
        for name in step.keys() - {"step"} - {metric.name for metric in logged_by(run["stage"])}
    }
    if strangers:
        raise SystemExit(f"The glossary does not know {', '.join(sorted(strangers))}.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="run folders, oldest or newest first")
    options = parser.parse_args()
    if options.folders:
        runs = collect(options.folders)
        check_names(runs)
        FIGURES.write_text(json.dumps(runs, indent=1) + "\n")
    runs = json.loads(FIGURES.read_text())
    for name, svg in learning_curve_drawings.draw_all(runs).items():
        (IMAGES / f"curves-{name}.svg").write_text(svg)
        print(f"docs/images/curves-{name}.svg")


def _rounded(metrics: dict[str, float]) -> dict[str, float]:
    return {name: float(f"{value:.{DIGITS}g}") for name, value in metrics.items()}


def _short(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    return {key: _short(child) for key, child in node.items() if key not in TOO_LONG}


if __name__ == "__main__":
    main()
