"""The starting point of every experiment: a small language model trained on real text.

A tokenizer is learned from the text, a random model is trained by the SFT stage on the stories of
`experiments.stories` mixed with that text (the paper's C.3), and a part of the text is kept from
every stage so that the loss on it means something.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, LlamaConfig, PreTrainedTokenizerFast

from experiments.jobs import Ended, read_rows, run_job, write_rows
from experiments.settings import BaseSize
from experiments.stories import Topic, all_topics, story
from training.ml.model_folders import save_folder

ROOT = Path(__file__).resolve().parents[1]
SEED = 1
PAD, END = "<|pad|>", "<|end|>"
CONTEXT = 256
# One document in ten is for judging alone.
HELD_OUT_EVERY = 10
NOTICE = "A small random model trained on the text of an experiment. Made by Concord.\n"


@dataclass(frozen=True)
class Base:
    """The trained model, the text to mix in, and the text to judge by."""

    model: Path
    demonstrations: Path
    pretraining: Path
    held_out: tuple[str, ...]


def own_text() -> str:
    """The prose that ships with the project: completions and demonstrations of the demo."""
    seed = ROOT / "labeling" / "seed"
    names = ("completions", "demonstrations", "story_demonstrations")
    rows = [row for name in names for row in read_rows(seed / f"{name}.jsonl")]
    return "\n\n".join(row["text"] for row in rows)


def documents(text: str, characters: int) -> list[str]:
    """Pieces of about this many characters, cut at spaces."""
    pieces, piece, length = [], [], 0
    for word in text.split(" "):
        piece.append(word)
        length += len(word) + 1
        if length >= characters:
            pieces.append(" ".join(piece))
            piece, length = [], 0
    return pieces


def split(pieces: Sequence[str], num: int) -> tuple[list[str], list[str]]:
    """(to learn from, held out): every tenth piece in the text's order is held out."""
    held_out = list(pieces[HELD_OUT_EVERY - 1 :: HELD_OUT_EVERY])
    kept = [piece for place, piece in enumerate(pieces) if (place + 1) % HELD_OUT_EVERY]
    random.Random(SEED).shuffle(kept)
    random.Random(SEED).shuffle(held_out)
    return kept[:num], held_out


def learned_tokenizer(texts: Sequence[str], vocabulary: int) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[PAD, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        eos_token=END,
        model_max_length=CONTEXT,
        clean_up_tokenization_spaces=False,
    )


def write_random_model(folder: Path, tokenizer: PreTrainedTokenizerFast, size: BaseSize) -> None:
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=size.width,
        intermediate_size=size.width * 8 // 3,
        num_hidden_layers=size.num_layers,
        num_attention_heads=size.width // 32,
        num_key_value_heads=size.width // 32,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.eos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        model = AutoModelForCausalLM.from_config(config)
    save_folder(model, tokenizer, folder, notice=NOTICE)


def make_base(folder: Path, text: str, size: BaseSize) -> Base:
    kept, held_out = split(documents(text, size.document_characters), size.num_documents)
    generator = random.Random(SEED)
    topics = all_topics(SEED)[: size.num_stories]
    stories = [(topic, story(topic, generator)) for topic in topics]
    demonstrations = [_demonstration(*pair, place) for place, pair in enumerate(stories)]
    inputs = {
        "base_model": folder / "random",
        "pretraining": write_rows(folder / "pretraining.jsonl", ({"text": t} for t in kept)),
        "demonstrations": write_rows(folder / "demonstrations.jsonl", demonstrations),
    }
    tokenizer = learned_tokenizer([*kept, *(s for _, s in stories)], size.vocabulary)
    write_random_model(inputs["base_model"], tokenizer, size)
    ended = _fine_tuned(folder / "sft", inputs, size)
    return Base(ended.model, inputs["demonstrations"], inputs["pretraining"], tuple(held_out))


def _demonstration(topic: Topic, text: str, place: int) -> dict[str, object]:
    split = "validation" if place % 16 == 15 else "train"
    return {"prompt_id": place, "prompt": topic.prompt, "completion": text, "split": split}


def _fine_tuned(work_dir: Path, inputs: dict[str, Path], size: BaseSize) -> Ended:
    settings = {
        "epochs": size.epochs,
        "batch_size": size.batch_size,
        "learning_rate": size.learning_rate,
        "residual_dropout": 0.0,
        "pretraining_share": size.num_documents / (size.num_documents + size.num_stories),
        "warmup_steps": 10,
        "keep_epochs": "selected",
        "checkpoint_every_steps": 0,
        "max_tokens_per_forward": 4096,
        "packing": False,
    }
    return run_job(work_dir, "sft", inputs, settings, seed=SEED)
