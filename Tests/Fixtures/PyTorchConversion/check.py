"""Uses a trained text classifier of ours in Python as people would, without code of ours: safetensors, tokenizers and torch.

    .peers/bin/python Tests/Fixtures/PyTorchConversion/check.py .build/release/recurrent

Trains a small one with the tool, takes `tokenizer.json` of its folder and the state dict that `recurrent convert` writes, and compares
the probabilities with those of `recurrent classify`. Prints one JSON line; ends with 1 where they differ by more than half of the
last digit that the tool prints. Made for torch 2.13, tokenizers 0.23.3 and safetensors 0.8.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import nn

tool = Path(sys.argv[1]).resolve()
TEXTS = ["a fine warm film 3", "a dull cold film", "warm", "a film that nobody knows 77", "cold dull dull film 12"]


class Classifier(nn.Module):
    """What the layout in the file's metadata says: embedding, lstm, max, head=linear."""

    def __init__(self, words, size, units, labels):
        super().__init__()
        self.embedding = nn.Embedding(words, size)
        self.lstm = nn.LSTM(size, units, bidirectional=True)
        self.head = nn.Linear(2 * units, labels)

    def forward(self, symbols):
        return torch.softmax(self.head(self.lstm(self.embedding(symbols[:, None]))[0].amax(0)), -1)[0]


def run(*command, text=None):
    return subprocess.run([tool, *command], input=text, check=True, capture_output=True, text=True).stdout


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    rows = [f"good\ta fine warm film {n}\nbad\ta dull cold film {n}\n" for n in range(40)]
    (folder / "films.tsv").write_text("".join(rows))
    run("train", "classify", "--data", folder / "films.tsv", "--epochs", "8", "--output", folder / "films", "--quiet")
    run("convert", folder / "films", folder / "films.safetensors")
    lines = run("classify", folder / "films", "--probabilities", text="\n".join(TEXTS) + "\n").splitlines()

    weights = load_file(folder / "films.safetensors")
    words, size = weights["embedding.weight"].shape
    model = Classifier(words, size, weights["lstm.weight_hh_l0"].shape[1], weights["head.weight"].shape[0])
    model.load_state_dict(weights, strict=True)
    tokenizer = Tokenizer.from_file(str(folder / "films" / "model" / "tokenizer.json"))
    labels = ["bad", "good"]
    worst, wrong = 0.0, []
    for text, line in zip(TEXTS, lines, strict=True):
        with torch.no_grad():
            found = model(torch.tensor(tokenizer.encode(text).ids))
        label, probability = line.split("\t")
        worst = max(worst, abs(found.max().item() - float(probability)))
        if labels[int(found.argmax())] != label:
            wrong.append(text)

print(json.dumps({"torch": torch.__version__, "texts": len(TEXTS), "worst": worst, "wrong": wrong}))
sys.exit(1 if wrong or worst > 2e-6 else 0)
