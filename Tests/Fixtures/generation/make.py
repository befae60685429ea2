"""Writes the golden file of the language model's tests: a few steps of training on a stream, in PyTorch.

Two rows of running text are read in windows with carried, detached states; mean cross-entropy, clipped gradients, SGD.
Made with the versions that fixtures.py records in the file. Run: python Tests/Fixtures/generation/make.py
"""
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import cross_entropy

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from fixtures import Fixture, Values  # noqa: E402

SYMBOLS, EMBEDDING, HIDDEN, LAYERS, LENGTH, ROWS, WINDOWS = 11, 5, 6, 2, 4, 2, 5
RATE, CLIP = 2.0, 0.25


def main():
    torch.set_default_dtype(torch.float64)
    fixture = Fixture(Path(__file__).with_name("stream.safetensors"), "torch.nn language model in double")
    values = Values("stream")
    text = values.integers(0, SYMBOLS, ROWS * LENGTH * WINDOWS + 1)
    fixture.add("stream/text", text)

    embedding, head = nn.Embedding(SYMBOLS, EMBEDDING), nn.Linear(HIDDEN, SYMBOLS)
    lstm = nn.LSTM(EMBEDDING, HIDDEN, LAYERS)
    modules = nn.ModuleDict({"embedding": embedding, "stack": lstm, "head": head})
    with torch.no_grad():
        for name, parameter in modules.named_parameters():
            parameter.copy_(values.uniform(-0.5, 0.5, *parameter.shape))
            fixture.add(f"before/{name}", parameter)

    optimizer = torch.optim.SGD(modules.parameters(), lr=RATE)
    steps = LENGTH * WINDOWS
    rows = torch.stack([text[row * steps:(row + 1) * steps + 1] for row in range(ROWS)], dim=1)
    state, losses = None, []
    for start in range(0, steps, LENGTH):
        window = rows[start:start + LENGTH + 1]
        outputs, state = lstm(embedding(window[:-1]), state)
        loss = cross_entropy(head(outputs).flatten(0, 1), window[1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(modules.parameters(), CLIP)
        optimizer.step()
        state = tuple(part.detach() for part in state)
        losses.append(loss.item())
    fixture.add("stream/losses", torch.tensor(losses))
    for name, parameter in modules.named_parameters():
        fixture.add(f"after/{name}", parameter)
    with torch.no_grad():
        outputs, _ = lstm(embedding(rows[:-1]))
        fixture.add("stream/evaluated", cross_entropy(head(outputs).flatten(0, 1), rows[1:].flatten()))
    fixture.write()


main()
