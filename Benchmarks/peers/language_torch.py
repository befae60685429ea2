"""The language models of `recurrent train generate` in PyTorch: the same text, rows, windows, model, first weights drawn
the same way, optimiser and loss. Prints one JSON line.

  language_torch.py ptb-small TRAIN VALIDATION [--epochs N] [--steps N] [--threads N]
  language_torch.py shakespeare TEXT [--epochs N] [--steps N] [--threads N]
"""
import argparse
import gzip
import json
import math
import time
from collections import Counter

import torch
from torch import nn
from torch.nn.functional import cross_entropy

PRESETS = {
    "ptb-small": dict(level="word", length=20, batch=20, embedding=200, hidden=200, layers=2, optimizer="sgd", rate=20.0,
                      clip=0.25, init=0.1, hold=3, factor=0.5),
    "shakespeare": dict(level="char", length=100, batch=50, embedding=64, hidden=512, layers=1, optimizer="adam",
                        rate=0.002, clip=1.0, init=None, hold=0, factor=1.0),
}


def read(path):
    opened = gzip.open(path, "rt", encoding="utf-8") if path.endswith(".gz") else open(path, encoding="utf-8")
    with opened as file:
        return file.read()


def symbols(text, level):
    return list(text) if level == "char" else text.replace("\n", " <eos> ").split()


def parts(arguments, level):
    """Training and validation symbols: two files, or 90 % and the next 5 % of one."""
    if level == "word":
        return symbols(read(arguments.files[0]), level), symbols(read(arguments.files[1]), level)
    text = read(arguments.files[0])
    share = int(0.05 * len(text))
    return list(text[:len(text) - 2 * share]), list(text[len(text) - 2 * share:len(text) - share])


def rows(ids, count):
    """Rows of equal length, the rest of the text left out: [steps + 1, rows]."""
    steps = (len(ids) - 1) // count
    starts = [row * steps for row in range(count)]
    return torch.tensor([ids[start:start + steps + 1] for start in starts]).t().contiguous()


class Model(nn.Module):
    def __init__(self, vocabulary, preset):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, preset["embedding"])
        self.lstm = nn.LSTM(preset["embedding"], preset["hidden"], preset["layers"])
        self.head = nn.Linear(preset["hidden"], vocabulary)
        if preset["init"]:
            for name, parameter in self.named_parameters():
                nn.init.uniform_(parameter, -preset["init"], preset["init"])
                if "bias_hh" in name:
                    # One bias vector, as ours.
                    nn.init.zeros_(parameter)
                    parameter.requires_grad_(False)

    def forward(self, tokens, state):
        outputs, state = self.lstm(self.embedding(tokens), state)
        return self.head(outputs), state


@torch.no_grad()
def evaluate(model, table, length):
    model.eval()
    state, total, count = None, 0.0, 0
    for start in range(0, len(table) - 1, length):
        window = table[start:start + length + 1]
        logits, state = model(window[:-1], state)
        total += cross_entropy(logits.flatten(0, 1), window[1:].flatten(), reduction="sum").item()
        count += window[1:].numel()
    model.train()
    return total / count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preset", choices=PRESETS)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--steps", type=int, help="stop after so many steps")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=42)
    arguments = parser.parse_args()
    preset = PRESETS[arguments.preset]
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(arguments.seed)

    training, validation = parts(arguments, preset["level"])
    counts = Counter(training)
    names = ["<unk>"] + sorted((name for name in counts if name != "<unk>"), key=lambda name: (-counts[name], name))
    ids = {name: number for number, name in enumerate(names)}
    table = rows([ids[name] for name in training], preset["batch"])
    judged = rows([ids.get(name, 0) for name in validation], preset["batch"])

    model = Model(len(names), preset)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    kind = torch.optim.SGD if preset["optimizer"] == "sgd" else torch.optim.Adam
    optimizer = kind(trained, lr=preset["rate"])
    steps, tokens, start = 0, 0, time.perf_counter()
    for epoch in range(arguments.epochs):
        for group in optimizer.param_groups:
            group["lr"] = preset["rate"] * preset["factor"] ** max(0, epoch - preset["hold"])
        state = None
        for place in range(0, len(table) - 1, preset["length"]):
            window = table[place:place + preset["length"] + 1]
            optimizer.zero_grad(set_to_none=True)
            logits, state = model(window[:-1], state)
            loss = cross_entropy(logits.flatten(0, 1), window[1:].flatten())
            loss.backward()
            nn.utils.clip_grad_norm_(trained, preset["clip"])
            optimizer.step()
            state = tuple(part.detach() for part in state)
            steps += 1
            tokens += window[1:].numel()
            if steps == arguments.steps:
                break
        if steps == arguments.steps:
            break
    seconds = time.perf_counter() - start
    loss = evaluate(model, judged, 200)
    print(json.dumps({
        "peer": "torch", "version": torch.__version__, "steps": steps, "tokens": tokens, "seconds": seconds,
        "tokens_per_second": tokens / seconds, "validation_loss": loss, "validation_perplexity": math.exp(loss),
        "parameters": sum(parameter.numel() for parameter in trained),
    }))


if __name__ == "__main__":
    main()
