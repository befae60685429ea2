#!/usr/bin/env python3
"""Golden values of linear-chain conditional random fields: losses, best labels and gradients.

    .peers/bin/python Tests/Fixtures/tagging/make.py

Every labelling of a sequence is written out, in double: the loss is the logarithm of the sum over all of them, the best
labels are those with the largest score, and the gradients are PyTorch's of that sum. Keys are described in ../README.md.
"""

import sys
from itertools import product
from pathlib import Path

import torch

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from fixtures import Fixture, Values  # noqa: E402

fixture = Fixture(FOLDER / "linear_chain.safetensors", "torch in double, rounded to float32")


def score(labels, logits, transitions, start, end):
    total = start[labels[0]] + end[labels[-1]]
    for step, label in enumerate(labels):
        total = total + logits[step, label]
    for before, label in zip(labels, labels[1:]):
        total = total + transitions[before, label]
    return total


def case(labels: int, lengths: list[int], scale: float) -> None:
    steps, batch = max(lengths), len(lengths)
    name = f"l{labels}-n{batch}-t{steps}-scale{scale:g}"
    values = Values(name)
    arguments = {
        "logits": values.normal(steps, batch, labels, scale=scale),
        "transitions": values.normal(labels, labels, scale=scale),
        "start": values.normal(labels, scale=scale),
        "end": values.normal(labels, scale=scale),
    }
    targets = values.integers(0, labels, steps, batch)
    upstream = values.uniform(0.5, 1.5, batch)
    for argument in arguments.values():
        argument.requires_grad_()
    losses, best = [], torch.full((steps, batch), -1)
    for row, length in enumerate(lengths):
        if length == 0:
            losses.append(torch.zeros((), dtype=torch.float64))
            continue
        chain = (arguments["logits"][:length, row], arguments["transitions"], arguments["start"], arguments["end"])
        ways = list(product(range(labels), repeat=length))
        scores = torch.stack([score(way, *chain) for way in ways])
        right = score(targets[:length, row].tolist(), *chain)
        losses.append(torch.logsumexp(scores, 0) - right)
        best[:length, row] = torch.tensor(ways[int(scores.argmax())])
    y = torch.stack(losses)
    (y * upstream).sum().backward()
    fixture.add(f"{name}/y", y)
    fixture.add(f"{name}/upstream/y", upstream)
    fixture.add(f"{name}/targets", targets)
    fixture.add(f"{name}/lengths", torch.tensor(lengths))
    fixture.add(f"{name}/best", best)
    for key, argument in arguments.items():
        fixture.add(f"{name}/{key}", argument)
        fixture.add(f"{name}/grad/{key}", torch.zeros_like(argument) if argument.grad is None else argument.grad)


case(1, [3, 1], 1.0)
case(2, [1], 1.0)
case(3, [5, 0, 2, 4], 1.0)
case(3, [5, 3], 20.0)
case(9, [3, 2], 1.0)
case(17, [2, 2, 1], 2.0)
fixture.write()
