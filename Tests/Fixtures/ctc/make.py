#!/usr/bin/env python3
"""Golden values of connectionist temporal classification: losses and gradients of the logits.

    .peers/bin/python Tests/Fixtures/ctc/make.py

`torch.nn.functional.ctc_loss` on `log_softmax` of the logits, in double. Losses of targets that do not fit are infinite
there; `zero_infinity=True` makes them and their gradients 0. Keys are described in ../README.md.
"""

import sys
from pathlib import Path

import torch
from torch.nn.functional import ctc_loss, log_softmax

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from fixtures import Fixture, Values  # noqa: E402

fixture = Fixture(FOLDER / "ctc.safetensors", "torch in double, rounded to float32")


def case(name: str, symbols: int, lengths: list[int], target_lengths: list[int], blank: int = 0, scale: float = 1.0,
         repeats: bool = False) -> None:
    steps, batch, longest = max(lengths), len(lengths), max(target_lengths)
    values = Values(name)
    logits = values.normal(steps, batch, symbols, scale=scale).requires_grad_()
    # Of a range without the blank; few symbols where repeats are wanted.
    targets = values.integers(0, min(2, symbols - 1) if repeats else symbols - 1, longest, batch)
    targets = targets + (targets >= blank)
    upstream = values.uniform(0.5, 1.5, batch)

    def losses(zero_infinity: bool) -> torch.Tensor:
        return ctc_loss(log_softmax(logits, 2), targets.T, torch.tensor(lengths), torch.tensor(target_lengths), blank,
                        reduction="none", zero_infinity=zero_infinity)

    y = losses(True)
    (y * upstream).sum().backward()
    mean = ctc_loss(log_softmax(logits, 2), targets.T, torch.tensor(lengths), torch.tensor(target_lengths), blank,
                    zero_infinity=True)
    fixture.add(f"{name}/logits", logits)
    fixture.add(f"{name}/grad/logits", logits.grad)
    fixture.add(f"{name}/targets", targets)
    fixture.add(f"{name}/lengths", torch.tensor(lengths))
    fixture.add(f"{name}/target_lengths", torch.tensor(target_lengths))
    fixture.add(f"{name}/blank", torch.tensor([blank]))
    fixture.add(f"{name}/y", y)
    fixture.add(f"{name}/upstream/y", upstream)
    fixture.add(f"{name}/impossible", losses(False).isinf().long())
    fixture.add(f"{name}/mean", mean)


case("plain", 6, [9, 9], [3, 3])
case("ragged", 5, [8, 3, 10, 1], [3, 1, 4, 1])
case("blank_last", 7, [6, 9], [4, 2], blank=6)
case("blank_middle", 5, [7, 5, 9], [2, 2, 3], blank=2)
case("repeats", 4, [12, 9, 7], [5, 3, 2], repeats=True)
case("empty_targets", 4, [5, 3], [0, 2])
case("just_fits", 12, [4, 7], [4, 1])
case("impossible", 5, [3, 6, 4], [4, 2, 3], repeats=True)
case("steep", 6, [10, 8], [4, 3], scale=20.0)
case("wide", 40, [30, 21], [12, 9])
case("long", 12, [150], [60])
fixture.write()
