"""Tokenizers built in code: a byte-level one for tiny models, and llama2.c's from its pieces."""

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

PAD, END, BEGIN = "<|pad|>", "<|end|>", "<|begin|>"
# SentencePiece writes a space as this mark.
SPACE_MARK = "\u2581"
CONTROL_PIECES = ["<unk>", "<s>", "</s>"]
# The file spells byte pieces as the character of that number; byte fallback needs this name.
BYTE_PIECES = [f"<0x{byte:02X}>" for byte in range(256)]


def byte_tokenizer(context: int) -> PreTrainedTokenizerFast:
    """One token per byte, then pad, end of text and beginning of text, each its own id."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {symbol: index for index, symbol in enumerate(alphabet)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        eos_token=END,
        bos_token=BEGIN,
        model_max_length=context,
        clean_up_tokenization_spaces=False,
    )


def stories_tokenizer(
    pieces: list[bytes], scores: list[float], context: int
) -> PreTrainedTokenizerFast:
    """A byte-fallback BPE tokenizer equal to llama2.c's greedy merging by score."""
    names = CONTROL_PIECES + BYTE_PIECES
    names += [piece.decode().replace(" ", SPACE_MARK) for piece in pieces[len(names) :]]
    vocabulary = {name: index for index, name in enumerate(names)}
    if len(vocabulary) != len(pieces):
        raise ValueError("two pieces of the tokenizer have the same name")
    tokenizer = Tokenizer(
        models.BPE(
            vocab=vocabulary,
            merges=_merges(vocabulary, scores),
            unk_token=CONTROL_PIECES[0],
            fuse_unk=True,
            byte_fallback=True,
        )
    )
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Prepend(SPACE_MARK), normalizers.Replace(" ", SPACE_MARK)]
    )
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace(SPACE_MARK, " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A $B", special_tokens=[("<s>", 1)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token=CONTROL_PIECES[0],
        bos_token=CONTROL_PIECES[1],
        eos_token=CONTROL_PIECES[2],
        pad_token=CONTROL_PIECES[0],
        model_max_length=context,
        clean_up_tokenization_spaces=False,
    )


def _merges(vocabulary: dict[str, int], scores: list[float]) -> list[tuple[str, str]]:
    """Every way to build a piece from two others, best-scored pieces first.

    Source: the slow-to-fast tokenizer conversion of transformers.
    """
    merges = []
    for piece, index in vocabulary.items():
        splits = [(piece[:cut], piece[cut:]) for cut in range(1, len(piece))]
        known = [split for split in splits if split[0] in vocabulary and split[1] in vocabulary]
        known.sort(key=lambda split: (vocabulary[split[0]], vocabulary[split[1]]))
        merges += [(scores[index], split) for split in known]
    merges.sort(key=lambda merge: merge[0], reverse=True)
    return [split for _, split in merges]
