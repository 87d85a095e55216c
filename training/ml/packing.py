"""Several texts in one row, each blind to the others.

Two uses: a prompt written once with its K completions behind it (every completion sees the prompt
and itself), and unrelated documents side by side (each sees itself alone). A row says who sees
whom by a mask over all its tokens, or, several prompts long, by a layout (span_attention.py).

Legend: B rows, T tokens, N completions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import PreTrainedConfig

from training.ml.batches import FILLER_ID, TokenBatch
from training.ml.span_layout import lay_out

SHARED = 0
PADDING = -1
# Architectures whose attention follows an explicit mask and explicit positions, each tested.
# Sliding windows, ALiBi and linear attention do not.
MASKABLE = ("llama", "gpt2", "gpt_neox", "qwen2", "qwen3", "mistral")


@dataclass(frozen=True)
class PackedRow:
    """One row: ids, positions that restart for every part, and the part each token belongs to.

    `ends` holds the column of the last token of every part but the shared one.
    """

    tokens: list[int]
    positions: list[int]
    segments: list[int]
    ends: list[int]


def can_pack(config: PreTrainedConfig) -> bool:
    """Whether the architecture honours an explicit attention mask in every layer."""
    if config.model_type not in MASKABLE:
        return False
    described = config.to_dict()
    # A window is given for the whole model (Mistral) or for some of its layers (Qwen).
    layer_types = described.get("layer_types") or []
    is_windowed = described.get("sliding_window") is not None
    return not is_windowed and all(kind == "full_attention" for kind in layer_types)


def pack_prompt(prompt: Sequence[int], completions: Sequence[Sequence[int]]) -> PackedRow:
    """The prompt once, then every completion at the positions that follow the prompt."""
    tokens, positions = list(prompt), list(range(len(prompt)))
    segments, ends = [SHARED] * len(prompt), []
    for number, completion in enumerate(completions, start=1):
        tokens += completion
        positions += range(len(prompt), len(prompt) + len(completion))
        segments += [number] * len(completion)
        ends.append(len(tokens) - 1)
    return PackedRow(tokens, positions, segments, ends)


def pack_documents(documents: Sequence[Sequence[int]]) -> PackedRow:
    """Documents side by side, each at positions from zero."""
    tokens: list[int] = []
    positions: list[int] = []
    segments: list[int] = []
    ends = []
    for number, document in enumerate(documents, start=1):
        tokens += document
        positions += range(len(document))
        segments += [number] * len(document)
        ends.append(len(tokens) - 1)
    return PackedRow(tokens, positions, segments, ends)


def join_spans(spans: Sequence[tuple[Sequence[int], Sequence[Sequence[int]]]]) -> TokenBatch:
    """Prompts, each with its completions, as one row without padding, and its layout."""
    rows = [pack_prompt(prompt, completions) for prompt, completions in spans]
    layout = lay_out([(len(prompt), [len(one) for one in some]) for prompt, some in spans])
    token_1T = torch.tensor([[token for row in rows for token in row.tokens]])
    position_1T = torch.tensor([[place for row in rows for place in row.positions]])
    # transformers passes a 4-D mask on as it is; the layout takes its place.
    return TokenBatch(token_1T, torch.ones(1, 1, 1, 1, dtype=torch.bool), position_1T, layout)


def stack_rows(rows: Sequence[PackedRow]) -> TokenBatch:
    """Packed rows as one batch with a (B, 1, T, T) mask, True where a query may look."""
    width = max(len(row.tokens) for row in rows)

    def padded(values: list[int], filler: int) -> list[int]:
        return values + [filler] * (width - len(values))

    token_BT = torch.tensor([padded(row.tokens, FILLER_ID) for row in rows])
    position_BT = torch.tensor([padded(row.positions, 0) for row in rows])
    segment_BT = torch.tensor([padded(row.segments, PADDING) for row in rows])
    return TokenBatch(token_BT, segment_attention(segment_BT), position_BT)


def segment_attention(segment_BT: Tensor) -> Tensor:
    """Each token sees the shared part and its own part, up to itself.

    Padding sees padding: a query that saw nothing would turn into NaN.
    Shapes: segment_BT whole numbers; the result (B, 1, T, T) boolean.
    """
    query_BT1, key_B1T = segment_BT[:, :, None], segment_BT[:, None, :]
    is_visible_BTT = (query_BT1 == key_B1T) | ((key_B1T == SHARED) & (query_BT1 != PADDING))
    width = segment_BT.shape[1]
    is_past_TT = torch.ones(width, width, dtype=torch.bool).tril()
    return (is_visible_BTT & is_past_TT)[:, None]


def fill_rows(lengths: Sequence[int], max_tokens: int) -> list[list[int]]:
    """Which documents share a row: longest first, each into the first row with room."""
    order = sorted(range(len(lengths)), key=lambda index: (-lengths[index], index))
    rows: list[list[int]] = []
    room: list[int] = []
    for index in order:
        length = lengths[index]
        for row, free in enumerate(room):
            if length <= free:
                rows[row].append(index)
                room[row] -= length
                break
        else:
            rows.append([index])
            room.append(max_tokens - length)
    return rows
