"""Exports load in `datasets` as they are and train two steps in TRL, each file in its trainer.

TRL is no part of Concord: `pip install -r requirements-parity.txt` brings it, and without it
nothing is trained here. docs/data.md says when all of it last passed.
"""

from dataclasses import replace

import pytest

from tests.training.exporters.frozen import (
    exported,
    frozen_demonstration,
    frozen_task,
    wanted_of,
)
from tests.training.ml.tiny import lively_policy, lively_reward_model
from training.exporters.data_card import CardFacts, write_card
from training.exporters.rows import FILES
from training.exporters.twins import write_twin
from training.exporters.writing import SPLITS, write_on
from training.ml.model_folders import load_tokenizer

pytestmark = pytest.mark.filterwarnings("ignore")

# The second task has a category and a gap, the first has neither: types must hold for both.
TASKS = [
    frozen_task(1, (7, [1, 2, 2]), (8, [3, 1, 2])),
    frozen_task(2, (7, [None, 2, 1]), category="chat"),
    frozen_task(3, (8, [1, 2, 3]), split="validation"),
]
WRITTEN = [frozen_demonstration(n, f" Answer {n}", n) for n in range(4)]
ASKED = [{"prompt": f"Prompt {n}", "split": split} for n, split in enumerate(SPLITS)]
RECORDS = {"rm": TASKS, "sft": WRITTEN, "ppo": ASKED, "eval": ASKED}
# (file, trainer, what it is given to train)
TRAINED = [
    ("sft", "SFT", "policy"),
    ("sft_messages", "SFT", "policy"),
    ("preference", "Reward", "reward"),
    ("preference_messages", "Reward", "reward"),
    ("preference", "DPO", "policy"),
    ("preference_messages", "DPO", "policy"),
    ("unpaired", "KTO", "policy"),
]
FACTS = CardFacts("Spring", "rm", "own", {}, "ab" * 32, [], 0)
CHAT = "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"


@pytest.fixture(autouse=True)
def offline(monkeypatch, tmp_path):
    for name in ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "HF_DATASETS_OFFLINE"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))


def finished(tmp_path, kind):
    """A folder with its card, as it leaves the house."""
    out, progress = exported(tmp_path, kind, RECORDS[kind])
    write_card(out, replace(FACTS, kind=kind), progress)
    return out


def loaded(folder, base):
    from datasets import load_dataset

    return load_dataset(str(folder), base, cache_dir=str(folder.parent / "datasets"))


def test_the_card_tells_datasets_every_file_and_split(tmp_path):
    found = loaded(finished(tmp_path, "rm"), "ranking")

    assert {split: len(rows) for split, rows in found.items()} == {"train": 2, "validation": 1}
    assert found["train"][1]["rankings"] == [{"labeler": "labeler-1", "ranks": [None, 2, 1]}]
    assert found["train"][1]["category"] == "chat"


def test_compressed_lines_are_the_same_data_set(tmp_path):
    plain = loaded(finished(tmp_path, "rm"), "preference")
    folder = tmp_path / "compressed"
    folder.mkdir()
    wanted = wanted_of(tmp_path, "rm", TASKS, is_compressed=True)
    write_card(folder, FACTS, write_on(wanted, folder, lambda: True))

    packed = loaded(folder, "preference")

    assert packed.keys() == plain.keys()
    for split, rows in plain.items():
        assert packed[split].to_list() == rows.to_list()


def test_prompts_load_in_their_splits(tmp_path):
    found = loaded(finished(tmp_path, "ppo"), "prompts")

    assert {split: rows.to_list() for split, rows in found.items()} == {
        split: [{"prompt": f"Prompt {n}"}] for n, split in enumerate(SPLITS)
    }


@pytest.mark.parametrize(("kind", "base"), [(kind, base) for kind in FILES for base in FILES[kind]])
def test_a_parquet_twin_is_the_same_data_set(tmp_path, kind, base):
    """But for the ratings, of which these rankings have none: Parquet has the column anyway."""
    from datasets import load_dataset

    out, _ = exported(tmp_path, kind, RECORDS[kind])
    lines = out / f"train/{base}.jsonl"
    twin = write_twin(lines, "parquet")

    found, again = [
        load_dataset(form, data_files=str(path), cache_dir=str(tmp_path / form))["train"].to_list()
        for form, path in (("json", lines), ("parquet", twin))
    ]

    for row in again:
        for ranking in row.get("rankings", ()):
            assert ranking.pop("axes") is None
    assert found == again


def test_rated_rankings_load_from_both_splits_of_parquet(tmp_path):
    """Ratings in one split only, under two names, whole numbers before fractions."""
    from datasets import load_dataset

    axes = [{"overall": 3}, {}, {"overall": 4.5, "clear": 1}]
    ratings = {"id": "r", "labeler": 7, "ranks": [1, 2, 3], "axes": axes}
    held_out = frozen_task(4, rankings=[ratings], split="validation")
    out, _ = exported(tmp_path, "rm", [TASKS[0], held_out])
    twins = {split: str(write_twin(out / f"{split}/ranking.jsonl", "parquet")) for split in SPLITS}

    found = load_dataset("parquet", data_files=twins, cache_dir=str(tmp_path / "parquet"))

    assert [one["axes"] for one in found["train"][0]["rankings"]] == [None, None]
    (loaded_ratings,) = found["validation"][0]["rankings"]
    assert [{r["name"]: r["value"] for r in each} for each in loaded_ratings["axes"]] == axes


@pytest.mark.parametrize(("base", "method", "model"), TRAINED)
def test_a_file_trains_two_steps_unchanged(tmp_path, base, method, model):
    trl = pytest.importorskip("trl", reason="pip install -r requirements-parity.txt")
    home = pytest.importorskip("trl.experimental.kto") if method == "KTO" else trl
    lively_policy(tmp_path / "policy", "gpt2")
    lively_reward_model(tmp_path / "reward", tmp_path / "policy")
    tokenizer = load_tokenizer(tmp_path / model)
    if base.endswith("messages"):
        tokenizer.chat_template = CHAT
    folder = finished(tmp_path, "sft" if method == "SFT" else "rm")

    trainer = getattr(home, f"{method}Trainer")(
        model=str(tmp_path / model),
        args=getattr(home, f"{method}Config")(
            output_dir=str(tmp_path / "trl"),
            per_device_train_batch_size=2,
            max_steps=2,
            report_to=[],
            bf16=False,
            use_cpu=True,
            save_strategy="no",
        ),
        train_dataset=loaded(folder, base)["train"],
        processing_class=tokenizer,
    )

    assert trainer.train().global_step == 2
