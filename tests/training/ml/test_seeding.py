"""Random streams that a resumed run must find where they were (P21)."""

import random

import numpy as np
import torch
from safetensors.torch import load, save

from training.ml.seeding import endless_order, random_states, restore_random_states, seed_everything


def draw():
    """From every global stream, leaving a normal number that was drawn with its twin behind."""
    return [random.gauss(0, 1), random.random(), np.random.normal(), torch.rand(3).tolist()]


def test_the_global_streams_go_on_where_they_were_stored():
    """P21: python, numpy and torch, as the tensors that a checkpoint keeps."""
    seed_everything(4)
    draw()
    stored = save(random_states())
    expected = [draw() for _ in range(3)]
    seed_everything(5)

    restore_random_states(load(stored))

    assert [draw() for _ in range(3)] == expected
    seed_everything(5)
    assert draw() != expected[0]


def test_any_place_of_an_endless_order_can_be_asked_for():
    """P21: the cursor of prompts and pretraining texts is the number of those drawn before."""
    whole = endless_order(5, 0, 17, 1, "texts")

    parts = [endless_order(5, first, num, 1, "texts") for first, num in ((0, 4), (4, 7), (11, 6))]

    assert [place for part in parts for place in part] == whole
    passes = [whole[first : first + 5] for first in (0, 5, 10)]
    assert all(sorted(one) == list(range(5)) for one in passes)
    assert passes[0] != passes[1]
