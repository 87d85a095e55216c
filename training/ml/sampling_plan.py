"""Who writes which completions of which prompts, and in which batches."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from labeling.mixing import allot
from training.ml.batches import TextEncoder
from training.ml.hyperparameters import SamplingHyperparameters
from training.ml.records import Prompt
from training.ml.seeding import SEED_BITS, derive_seed


@dataclass(frozen=True)
class Request:
    """Consecutive completions of one prompt, written side by side by one policy."""

    place: int
    prompt_id: str
    prompt: list[int]
    indices: range


Batch = list[Request]


def completions_by_policy(
    weights: Mapping[str, float], count: int, *, seed: int, prompt_id: str
) -> dict[str, range]:
    """Which of a prompt's completions 0 .. count each policy writes, by role (R85).

    Depends on the seed and the prompt alone, never on the prompts beside it.
    """
    offset = Fraction(derive_seed(seed, "policies", prompt_id), 2**SEED_BITS)
    given = allot(list(weights.values()), count, offset)
    indices, first = {}, 0
    for role, number in zip(weights, given, strict=True):
        indices[role] = range(first, first + number)
        first += number
    return indices


def requests_of(
    prompts: Sequence[Prompt],
    encoder: TextEncoder,
    shares: Sequence[range],
    settings: SamplingHyperparameters,
) -> list[Request]:
    """What one policy writes: its share of each prompt, cut to what fits one batch."""
    return [
        Request(place, prompt.prompt_id, encoder.prompt(prompt.text), span)
        for place, (prompt, share) in enumerate(zip(prompts, shares, strict=True))
        for span in _spans(share, settings.max_rows_per_forward)
    ]


def in_batches(requests: Sequence[Request], max_rows: int) -> list[Batch]:
    """Requests of one size share a batch, so that random streams go to prompts in equal shares.

    Prompts of similar length stand together: what pads them is computed too.
    """
    ordered = sorted(
        requests, key=lambda request: (len(request.indices), len(request.prompt), request.place)
    )
    batches: list[Batch] = []
    for request in ordered:
        size = len(request.indices)
        open_batch = batches[-1] if batches else []
        fits = (len(open_batch) + 1) * size <= max_rows
        if open_batch and fits and len(open_batch[0].indices) == size:
            open_batch.append(request)
        else:
            batches.append([request])
    return batches


def _spans(indices: range, size: int) -> Iterator[range]:
    return (indices[first : first + size] for first in range(0, len(indices), size))
