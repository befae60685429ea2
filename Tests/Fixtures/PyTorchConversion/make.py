#!/usr/bin/env python3
"""State dicts of PyTorch as their users save them, with inputs and outputs.

    .peers/bin/python Tests/Fixtures/PyTorchConversion/make.py

Made with torch 2.13 and safetensors 0.8. NAME.safetensors is what `save_file(model.state_dict(), …)` writes, nothing added;
results.safetensors has for each NAME the input `NAME/x` (time-major, or symbols) and what the model gives, `NAME/y`,
computed in double from the same weights and rounded once. layouts.json has the layout that says what each model does; null where
the file needs none. Types other than float32 are made by `state_dict` of `model.half()` and the like.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from fixtures import Fixture, Values  # noqa: E402

STEPS, ROWS = 9, 3


class Bare(nn.Module):
    """One recurrent module, whose outputs at all steps count."""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, x):
        return self.module(x)[0]


class TextClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(11, 6)
        self.lstm = nn.LSTM(6, 5, 2)
        self.fc = nn.Linear(5, 3)

    def forward(self, x):
        return torch.softmax(self.fc(self.lstm(self.emb(x))[0][-1]), -1)


class BothEnds(nn.Module):
    """A head on the last states of both directions."""

    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(4, 5, bidirectional=True)
        self.head = nn.Sequential(nn.Linear(10, 6), nn.ReLU(), nn.Linear(6, 2))

    def forward(self, x):
        _, h = self.gru(x)
        return self.head(torch.cat([h[-2], h[-1]], 1))


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(9, 4)
        self.rnn = nn.RNN(4, 5, nonlinearity="relu", bidirectional=True)
        self.norm = nn.LayerNorm(10, eps=1e-6)
        self.out = nn.Linear(10, 4, bias=False)

    def forward(self, x):
        return torch.log_softmax(self.out(self.norm(self.rnn(self.embedding(x))[0])), -1)


class Signal(nn.Module):
    """Convolutions with running statistics before a projected LSTM."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv1d(4, 8, 3, padding="same")
        self.bn1 = nn.BatchNorm1d(8, eps=1e-3)
        self.conv2 = nn.Conv1d(8, 6, 3, stride=2, padding=1, groups=2, bias=False)
        self.lstm = nn.LSTM(6, 7, proj_size=3)
        self.fc = nn.Linear(3, 2)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x.permute(1, 2, 0))))
        x = torch.tanh(nn.functional.max_pool1d(self.conv2(x), 2, stride=1))
        return self.fc(self.lstm(x.permute(2, 0, 1))[0].mean(0))


class Language(nn.Module):
    """Vectors that also make the logits."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Embedding(8, 5)
        self.rnn = nn.GRU(5, 5)
        self.decoder = nn.Linear(5, 8)
        self.decoder.weight = self.encoder.weight

    def forward(self, x):
        return self.decoder(self.rnn(self.encoder(x))[0])

    def saved(self):
        return {name: value for name, value in self.state_dict().items() if name != "decoder.weight"}


class Flat(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(3, 4, 2, dilation=2)
        self.bn = nn.BatchNorm1d(4, affine=False)
        self.fc = nn.Linear(28, 2)

    def forward(self, x):
        return torch.sigmoid(self.fc(self.bn(self.conv(x.permute(1, 2, 0))).flatten(1)))


def bare_cases():
    """Recurrent modules alone: every cell with layers, directions and biases."""
    cases = {}
    shapes = [(1, 1, True), (1, 2, True), (2, 1, False), (2, 2, True), (3, 1, True), (3, 2, False)]
    for kind, name, options in [
        (nn.LSTM, "lstm", {}),
        (nn.GRU, "gru", {}),
        (nn.RNN, "rnn-tanh", {"nonlinearity": "tanh"}),
        (nn.RNN, "rnn-relu", {"nonlinearity": "relu"}),
        (nn.LSTM, "lstm-projected", {"proj_size": 2}),
    ]:
        for layers, directions, bias in shapes:
            module = kind(4, 5, layers, bias=bias, bidirectional=directions == 2, **options)
            suffix = f"l{layers}-{'bi' if directions == 2 else 'uni'}-{'bias' if bias else 'nobias'}"
            layout = f"rnn({options['nonlinearity']})" if "nonlinearity" in options else None
            cases[f"{name}-{suffix}"] = (Bare(module), "module", layout)
    return cases


def cases():
    result = bare_cases()
    result["classifier"] = (TextClassifier(), None, "emb=embedding, lstm, last, fc=linear, softmax")
    result["both-ends"] = (BothEnds(), None, "gru, final, head.0=linear, relu, head.2=linear")
    result["tagger"] = (Tagger(), None, "embedding, rnn(relu), norm=layer_norm(eps=1e-6), out=linear, log_softmax")
    result["signal"] = (
        Signal(),
        None,
        "conv1=conv(padding=same), bn1=batch_norm(eps=1e-3), relu, conv2=conv(padding=1, stride=2), "
        "max_pool(2, stride=1), tanh, lstm, mean, fc=linear",
    )
    result["language"] = (Language(), None, "encoder=embedding, rnn=gru, decoder=linear(tied=encoder)")
    result["flat"] = (Flat(), None, "conv(padding=0, dilation=2), bn=batch_norm(eps=1e-5), flatten(7), fc=linear, sigmoid")
    for name, element in [("half", torch.float16), ("bfloat", torch.bfloat16), ("double", torch.float64)]:
        result[name] = (TextClassifier().to(element), None, "emb=embedding, lstm, last, fc=linear, softmax")
    return result


def fill(model, values):
    """Weights that depend on the name of the case alone; running statistics as after some training."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(values.uniform(-0.6, 0.6, *parameter.shape))
        for name, buffer in model.named_buffers():
            if name.endswith("running_mean"):
                buffer.copy_(values.uniform(-0.3, 0.3, *buffer.shape))
            elif name.endswith("running_var"):
                buffer.copy_(values.uniform(0.4, 1.6, *buffer.shape))
            else:
                buffer.fill_(17)


def input_of(model, values):
    embedding = next((module for module in model.modules() if isinstance(module, nn.Embedding)), None)
    if embedding is not None:
        return values.integers(0, embedding.num_embeddings, STEPS, ROWS)
    return values.normal(STEPS, ROWS, 3 if isinstance(model, Flat) else 4)


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(1)
    results = Fixture(FOLDER / "results.safetensors", "torch.nn in double, rounded to float32")
    layouts = {}
    for name, (model, part, layout) in cases().items():
        values = Values(f"conversion-{name}")
        fill(model, values)
        saved = model.saved() if isinstance(model, Language) else (getattr(model, part) if part else model).state_dict()
        save_file({key: value.contiguous() for key, value in saved.items()}, FOLDER / f"{name}.safetensors")
        x = input_of(model, values)
        with torch.no_grad():
            y = model.double().eval()(x)
        assert y.std() > 1e-3, name
        results.add(f"{name}/x", x)
        results.add(f"{name}/y", y)
        layouts[name] = layout
    # So small that every single damage can be tried.
    save_file(nn.GRU(1, 1, bias=False).state_dict(), FOLDER / "gru-l1-uni-nobias-small.safetensors")
    results.write()
    (FOLDER / "layouts.json").write_text(json.dumps(layouts, indent=1) + "\n")


if __name__ == "__main__":
    main()
