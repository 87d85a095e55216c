"""What both sides of benchmarks.ppo train: one task, written to a folder that both read.

The tokenizer's words are `w0` .. `w8191` and its end of text is one id beyond the model's
vocabulary: nobody can sample it, so every answer has exactly as many tokens as are asked for.
"""

import json
import resource
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoModelForCausalLM, LlamaConfig, PreTrainedTokenizerFast

from training.ml.model_folders import save_folder
from training.ml.reward_folders import new_reward_model, save_reward_model
from training.ml.seeding import generator

NUM_PROMPTS = 256
LEARNING_RATE = 1e-5
KL_COEF = 0.02
KILOBYTE, MEGABYTE = 1024, 1e6


@dataclass(frozen=True)
class Task:
    """Sizes of the model, of a batch, and of the training."""

    width: int = 256
    num_layers: int = 8
    vocabulary: int = 8192
    prompt_tokens: int = 128
    response_tokens: int = 64
    batch_size: int = 32
    epochs: int = 1
    threads: int = 2
    precision: str = "fp32"

    @classmethod
    def read(cls, folder: Path) -> "Task":
        return cls(**json.loads((folder / "task.json").read_text()))


QUICK = Task(width=64, num_layers=2, prompt_tokens=16, response_tokens=8, batch_size=8)


def make_task(folder: Path, task: Task) -> None:
    """Random models, their tokenizer and random prompts, the same for everybody."""
    folder.mkdir(parents=True)
    (folder / "task.json").write_text(json.dumps(asdict(task)))
    tokenizer = _tokenizer(task)
    config = LlamaConfig(
        hidden_size=task.width,
        intermediate_size=task.width * 8 // 3,
        num_hidden_layers=task.num_layers,
        num_attention_heads=task.width // 64,
        num_key_value_heads=task.width // 64,
        vocab_size=task.vocabulary,
        max_position_embeddings=2 * (task.prompt_tokens + task.response_tokens),
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=None,
    )
    torch.manual_seed(1)
    save_folder(AutoModelForCausalLM.from_config(config), tokenizer, folder / "policy")
    reward = new_reward_model(folder / "policy", generator(2, "head"))
    save_reward_model(reward, tokenizer, folder / "reward_model", parent=folder / "policy")
    drawn = torch.randint(
        task.vocabulary, (NUM_PROMPTS, task.prompt_tokens), generator=generator(3)
    )
    rows = [
        {"prompt_id": str(number), "prompt": " ".join(f"w{id_}" for id_ in ids), "split": "train"}
        for number, ids in enumerate(drawn.tolist())
    ]
    (folder / "prompts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def _tokenizer(task: Task) -> PreTrainedTokenizerFast:
    words = {f"w{id_}": id_ for id_ in range(task.vocabulary)} | {"<end>": task.vocabulary}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="w0"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<end>", pad_token="<end>", unk_token="w0"
    )


class Conversation:
    """A side's part in the run: one iteration for every line it is sent, one line back for each."""

    def __init__(self) -> None:
        self._resident_before_mb = 0.0
        self._began = self._worked = 0.0

    def ready(self) -> None:
        """Everything is loaded and nothing has been computed yet."""
        self._resident_before_mb = _resident_mb()
        _say({"ready": True})

    def await_turn(self) -> None:
        """Returns when the other side has finished; ends the process when there is no more."""
        if not sys.stdin.readline().strip():
            sys.exit(0)
        self._began, self._worked = time.perf_counter(), time.process_time()

    def report(self, **phases: float) -> None:
        """The phases of the iteration in seconds; what lies outside them belongs to the total."""
        total = time.perf_counter() - self._began
        processor = time.process_time() - self._worked
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTE / MEGABYTE
        _say(
            {
                "total": total,
                "processor": processor,
                **phases,
                "peak_mb": peak,
                "added_mb": peak - self._resident_before_mb,
            }
        )


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / MEGABYTE
