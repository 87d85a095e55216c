"""Which of three ways of reading a prompt with its completions costs least.

    shared   every prompt once, all in one row without padding; attention at its exact cost
    packed   every prompt once, one row per prompt, attention over the whole row behind a mask
    rows     every completion a row, its prompt repeated

Costs are counted per layer in multiplications and additions of a matrix product, the passes over
activations and the calls of kernels being worth as many as take the same time. The weights were
measured (docs/decisions/0015-how-prompts-are-shared.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from transformers import PreTrainedConfig

from training.ml.errors import BadInput
from training.ml.packing import can_pack
from training.ml.span_layout import LONG

SHARED, PACKED, ROWS = "shared", "packed", "rows"
# What the forms that read a prompt once must gain: where it is closer, rows are the safe choice.
MARGIN = 0.95

Shape = tuple[int, Sequence[int]]


@dataclass(frozen=True)
class Weights:
    """How much each kind of work takes, in operations of a matrix product."""

    # Norms, rotations, activations: per token and unit of width.
    activation: float
    # An operation of attention, by form.
    attention: Mapping[str, float]
    # Calling the kernels of one span or one long completion.
    call: float


MEASURED = Weights(activation=3000.0, attention={SHARED: 2.3, PACKED: 2.0, ROWS: 2.0}, call=9e6)


def choose_encoding(encoding: str, config: PreTrainedConfig, shapes: Sequence[Shape]) -> str:
    """The form asked for; for "auto" the cheapest for prompts of these lengths.

    A shape is the length of a prompt and the lengths of its completions.

    Raises: BadInput when a form is asked of an architecture that would ignore its mask.
    """
    if encoding == ROWS:
        return ROWS
    if not can_pack(config):
        if encoding == "auto":
            return ROWS
        raise BadInput(
            f"encoding: {config.model_type} is not known to read {encoding}; choose auto or rows"
        )
    if encoding != "auto":
        return encoding
    costs = costs_of(config, shapes)
    cheapest = min((SHARED, PACKED), key=costs.__getitem__)
    return cheapest if costs[cheapest] < MARGIN * costs[ROWS] else ROWS


def costs_of(
    config: PreTrainedConfig, shapes: Sequence[Shape], weights: Weights = MEASURED
) -> dict[str, float]:
    """The operations of one layer over all these prompts, by form."""
    per_token = operations_per_token(config) + weights.activation * config.hidden_size
    per_pair = 4.0 * config.num_attention_heads * _head_width(config)
    costs = dict.fromkeys((SHARED, PACKED, ROWS), 0.0)
    for prompt, completions in shapes:
        for form, tokens, pairs in _reads(prompt, completions):
            costs[form] += tokens * per_token + pairs * per_pair * weights.attention[form]
        num_long = sum(length >= LONG for length in completions)
        costs[SHARED] += weights.call * (1 + num_long)
    return costs


def _reads(prompt: int, completions: Sequence[int]) -> list[tuple[str, int, float]]:
    """The tokens that each form reads, and the pairs of tokens that its attention pays for."""
    answers, k = sum(completions), len(completions)
    packed, row = prompt + answers, prompt + max(completions)
    own = sum(length**2 for length in completions) / 2
    return [
        (SHARED, packed, prompt**2 / 2 + prompt * answers + own),
        (PACKED, packed, float(packed**2)),
        # Ragged rows pay for a mask as well, which this leaves out to their advantage.
        (ROWS, k * row, k * row**2 / 2),
    ]


def operations_per_token(config: PreTrainedConfig) -> float:
    """Twice the weights of one layer's matrices, grouped key-value heads counted as they are."""
    stored = config.to_dict()
    width, head = int(config.hidden_size), _head_width(config)
    queries = int(config.num_attention_heads) * head
    sharing = int(stored.get("num_key_value_heads") or config.num_attention_heads)
    attention = width * (2 * queries + 2 * sharing * head)
    inner = int(stored.get("intermediate_size") or stored.get("n_inner") or 4 * width)
    # The gated architectures have a third matrix in their MLP.
    num_matrices = 3 if config.model_type in {"llama", "qwen2", "qwen3", "mistral"} else 2
    return 2.0 * (attention + num_matrices * width * inner)


def _head_width(config: PreTrainedConfig) -> int:
    given = config.to_dict().get("head_dim")
    return int(given or config.hidden_size // config.num_attention_heads)
