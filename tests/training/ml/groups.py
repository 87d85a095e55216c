"""Ranked prompts of given lengths, and what a reward model makes of batches of them."""

import torch

from training.ml.losses import ranking_loss
from training.ml.ranking_batches import EncodedGroup

END = 257


def group(number, prompt_length, *lengths):
    """Random ids, a strict order from best to worst; every completion ends one token later."""
    stream = torch.Generator().manual_seed(number)

    def ids(count):
        return torch.randint(1, 250, (count,), generator=stream).tolist()

    k = len(lengths)
    pairs = [(i, j) for i in range(k) for j in range(i + 1, k)]
    return EncodedGroup(
        prompt_id=str(number),
        prompt=ids(prompt_length),
        completion_ids=[f"{number}-{place}" for place in range(k)],
        completions=[[*ids(length), END] for length in lengths],
        text_lengths=list(lengths),
        pairs=pairs,
        judges=["amina"] * len(pairs),
        num_judged_pairs=len(pairs),
    )


GROUPS = [group(1, 12, 3, 9, 5, 1), group(2, 7, 4, 4), group(3, 1, 2, 6, 3)]
# Two completions are long enough to be read where they lie, the others stand in one block.
LONG_GROUPS = [group(4, 20, 70, 3, 66), group(5, 5, 8, 2)]


def rewards(model, batch):
    rows = batch.rows
    return model(
        rows.token_BT,
        rows.attention,
        rows.position_BT,
        layout=rows.layout,
        read_at=(batch.row_N, batch.column_N),
    )


def gradient(model, batch):
    model.zero_grad()
    loss = ranking_loss(
        rewards(model, batch),
        batch.pair_P2,
        batch.prompt_of_pair_P,
        divisor_of_prompt=batch.divisor_B,
    )
    loss.backward()
    return torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])
