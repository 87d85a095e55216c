"""Sample the demo's completions from the embedded model, as shipped in labeling/seed/.

    python -m benchmarks.sample_seed MODEL_FOLDER

Writes completions.jsonl (one completion a line, its prompt named by SHA-256) and
completions.manifest.json (model, settings, seed). The seed makes it the same file again on the
same machine; floating-point differences between machines may change a word here and there.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

SEED_FOLDER = Path(__file__).resolve().parent.parent / "labeling" / "seed"
SEED = 20
# Two temperatures give a ranking task answers that differ in more than wording.
TEMPERATURES = (0.7, 1.1)
COMPLETIONS_PER_TEMPERATURE = 3
MAX_TOKENS = 80


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def sample(model: Path, prompts: Path, temperature: float, folder: Path) -> list[dict[str, object]]:
    """Run the sampling stage as a job of its own; its samples."""
    work = folder / f"temperature-{temperature}"
    work.mkdir()
    job = {
        "stage": "sampling",
        "seed": SEED,
        "work_dir": str(work),
        "inputs": {"model": str(model), "prompts": str(prompts)},
        "hyperparameters": {
            "completions_per_prompt": COMPLETIONS_PER_TEMPERATURE,
            "temperature": temperature,
            "max_tokens": MAX_TOKENS,
            "max_rows_per_forward": 24,
        },
    }
    (work / "job.json").write_text(json.dumps(job))
    subprocess.run(
        [sys.executable, "-m", "training.ml.sampling", str(work / "job.json")], check=True
    )
    lines = (work / "output" / "samples.jsonl").read_text().splitlines()
    return [{**json.loads(line), "temperature": temperature} for line in lines]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    model = parser.parse_args().model
    texts = [
        json.loads(line)["text"]
        for line in (SEED_FOLDER / "prompts.jsonl").read_text().splitlines()
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prompts = folder / "prompts.jsonl"
        prompts.write_text(
            "".join(
                json.dumps({"prompt_id": number, "prompt": text, "split": "train"}) + "\n"
                for number, text in enumerate(texts)
            )
        )
        samples = [
            row
            for temperature in TEMPERATURES
            for row in sample(model, prompts, temperature, folder)
        ]
    rows = [
        {
            "prompt_sha256": sha256(texts[int(str(row["prompt_id"]))]),
            **{key: row[key] for key in ("temperature", "index", "seed", "text", "token_count")},
            "finish_reason": row["finish_reason"],
        }
        for row in samples
    ]
    (SEED_FOLDER / "completions.jsonl").write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    )
    manifest = {
        "model": model.name,
        "weights_sha256": hashlib.sha256((model / "model.safetensors").read_bytes()).hexdigest(),
        "max_tokens": MAX_TOKENS,
        "top_p": 1.0,
        "seed": SEED,
    }
    (SEED_FOLDER / "completions.manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    print(f"{len(rows)} completions for {len(texts)} prompts.")


if __name__ == "__main__":
    main()
