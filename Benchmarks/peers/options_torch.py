"""Options of recurrent cells as people write them in PyTorch: the input's product for all steps at once, then a loop over time.

    python options_torch.py NAME T,B,I,H [--threads N] [--runs N]

Where PyTorch has the option built in, that is what is timed. Prints {"ms": median of forward and backward to weights, biases
and input}. Names are those of `recurrent bench --cells`, and `zoneout`, `state-dropout`, `weight-drop` before one.
"""
import argparse
import json
import statistics
import time

import torch
from torch import nn
from torch.nn import functional as F


class Loop(nn.Module):
    """W x for all steps, then `step` for each; subclasses say what a step does."""

    gates, states = 4, 2

    def __init__(self, inputs, hidden):
        super().__init__()
        self.hidden = hidden
        self.width = self.output_width(hidden)
        self.input = nn.Linear(inputs, self.gates * hidden)
        if self.recurrent_gates():
            self.weight = nn.Parameter(torch.randn(self.recurrent_gates() * hidden, self.width) / hidden ** 0.5)
        self.prepare()

    def recurrent_gates(self):
        return self.gates

    def output_width(self, hidden):
        return hidden

    def prepare(self):
        pass

    def project(self, x):
        return self.input(x)

    def recurrent(self, h):
        return F.linear(h, self.weight)

    def before(self, x):
        """Once for each sequence."""

    def forward(self, x):
        self.before(x)
        h, c = x.new_zeros(x.shape[1], self.width), x.new_zeros(x.shape[1], self.hidden)
        outputs = []
        for t, gates in enumerate(self.project(x).unbind(0)):
            self.time = t
            h, c = self.step(gates, h, c)
            outputs.append(h)
        return torch.stack(outputs)


class LSTM(Loop):
    def open(self, gates, h):
        return gates + self.recurrent(h)

    def clip(self, c):
        return c

    def show(self, c):
        return torch.tanh(c)

    def step(self, gates, h, c):
        i, f, g, o = self.open(gates, h).chunk(4, 1)
        c = self.clip(torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g))
        return torch.sigmoid(o) * self.show(c), c


class Peepholes(LSTM):
    def prepare(self):
        self.peepholes = nn.ParameterList([nn.Parameter(torch.randn(self.hidden) * 0.1) for _ in range(3)])

    def step(self, gates, h, c):
        i, f, g, o = self.open(gates, h).chunk(4, 1)
        pi, pf, po = self.peepholes
        c_next = torch.sigmoid(f + pf * c) * c + torch.sigmoid(i + pi * c) * torch.tanh(g)
        return torch.sigmoid(o + po * c_next) * torch.tanh(c_next), c_next


class Coupled(LSTM):
    gates = 3

    def step(self, gates, h, c):
        f, g, o = self.open(gates, h).chunk(3, 1)
        f = torch.sigmoid(f)
        c = f * c + (1 - f) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


class LayerNormalized(LSTM):
    def prepare(self):
        self.norms = nn.ModuleList([nn.LayerNorm(4 * self.hidden) for _ in range(2)] + [nn.LayerNorm(self.hidden)])

    def project(self, x):
        return self.norms[0](self.input(x))

    def recurrent(self, h):
        return self.norms[1](super().recurrent(h))

    def show(self, c):
        return torch.tanh(self.norms[2](c))


class BatchNormalized(LSTM):
    """Statistics of every step: one norm for each is the usual way, here without running ones."""

    def prepare(self):
        self.norms = nn.ModuleList([nn.BatchNorm1d(4 * self.hidden, track_running_stats=False) for _ in range(2)]
                                   + [nn.BatchNorm1d(self.hidden, track_running_stats=False)])

    def open(self, gates, h):
        return self.norms[0](gates) + self.norms[1](self.recurrent(h))

    def show(self, c):
        return torch.tanh(self.norms[2](c))


class Clipped(LSTM):
    def clip(self, c):
        return c.clamp(-3, 3)


class Hard(LSTM):
    def step(self, gates, h, c):
        i, f, g, o = self.open(gates, h).chunk(4, 1)
        c = F.hardsigmoid(f) * c + F.hardsigmoid(i) * F.hardtanh(g)
        return F.hardsigmoid(o) * F.hardtanh(c), c


class Zoneout(LSTM):
    def step(self, gates, h, c):
        new = super().step(gates, h, c)
        return tuple(torch.where(torch.rand_like(b) < 0.1, a, b) for a, b in zip((h, c), new))


class StateDropout(LSTM):
    def recurrent(self, h):
        return super().recurrent(F.dropout(h, 0.2))


class WeightDrop(nn.Module):
    """The fused module with its matrix masked anew for each sequence."""

    def __init__(self, inputs, hidden):
        super().__init__()
        self.lstm = nn.LSTM(inputs, hidden)

    def forward(self, x):
        masked = {"weight_hh_l0": F.dropout(self.lstm.weight_hh_l0, 0.5)}
        return torch.func.functional_call(self.lstm, masked, (x,))[0]


class GRUResetBefore(Loop):
    gates = 3

    def step(self, gates, h, c):
        rz, n = gates.split([2 * self.hidden, self.hidden], 1)
        w, wn = self.weight.split([2 * self.hidden, self.hidden], 0)
        r, z = torch.sigmoid(rz + F.linear(h, w)).chunk(2, 1)
        n = torch.tanh(n + F.linear(r * h, wn))
        return n + z * (h - n), c


class GRUTakesNew(Loop):
    gates = 3

    def step(self, gates, h, c):
        r, z, n = gates.chunk(3, 1)
        hr, hz, hn = self.recurrent(h).chunk(3, 1)
        n = torch.tanh(n + torch.sigmoid(r + hr) * hn)
        return h + torch.sigmoid(z + hz) * (n - h), c


class GRULayerNormalized(GRUTakesNew):
    def prepare(self):
        self.norms = nn.ModuleList([nn.LayerNorm(3 * self.hidden) for _ in range(2)])

    def project(self, x):
        return self.norms[0](self.input(x))

    def recurrent(self, h):
        return self.norms[1](super().recurrent(h))


class Elman(Loop):
    gates = 1

    def step(self, gates, h, c):
        return F.softsign(gates + self.recurrent(h)), c


class Leaky(Loop):
    gates = 1

    def step(self, gates, h, c):
        return 0.7 * h + 0.3 * torch.tanh(gates + self.recurrent(h)), c


class Independent(Loop):
    gates = 1

    def recurrent_gates(self):
        return 0

    def prepare(self):
        self.u = nn.Parameter(torch.rand(self.hidden))

    def step(self, gates, h, c):
        return torch.relu(gates + self.u * h), c


class MGU(Loop):
    gates = 2

    def step(self, gates, h, c):
        f, n = gates.chunk(2, 1)
        wf, wn = self.weight.chunk(2, 0)
        f = torch.sigmoid(f + F.linear(h, wf))
        return h + f * (torch.tanh(n + F.linear(f * h, wn)) - h), c


class MinGRU(Loop):
    """The recurrence is h + z (n - h): a loop is faster here than the parallel scan in logarithms, which is meant for GPUs."""

    gates = 2

    def recurrent_gates(self):
        return 0

    def project(self, x):
        z, n = self.input(x).chunk(2, 2)
        return torch.cat([torch.sigmoid(z), n], 2)

    def step(self, gates, h, c):
        z, n = gates.chunk(2, 1)
        return torch.lerp(h, n, z), c


class MinLSTM(MinGRU):
    gates = 3

    def project(self, x):
        f, i, n = self.input(x).chunk(3, 2)
        f, i = torch.sigmoid(f), torch.sigmoid(i)
        return torch.cat([i / (f + i), n], 2)


class BuiltIn(nn.Module):
    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, x):
        return self.module(x)[0]


OPTIONS = {
    "LSTM": lambda i, h: BuiltIn(nn.LSTM(i, h)), "GRU": lambda i, h: BuiltIn(nn.GRU(i, h)),
    "RNN": lambda i, h: BuiltIn(nn.RNN(i, h)), "RNN-relu": lambda i, h: BuiltIn(nn.RNN(i, h, nonlinearity="relu")),
    "LSTM-projection": lambda i, h: BuiltIn(nn.LSTM(i, h, proj_size=h // 2)),
    "LSTM-peepholes": Peepholes, "LSTM-coupled-gates": Coupled, "LSTM-layer-norm": LayerNormalized,
    "LSTM-batch-norm": BatchNormalized, "LSTM-cell-clip": Clipped, "LSTM-hard": Hard, "LSTM zoneout": Zoneout,
    "LSTM state-dropout": StateDropout, "LSTM weight-drop": WeightDrop, "GRU-reset-before": GRUResetBefore,
    "GRU-takes-new-state": GRUTakesNew, "GRU-layer-norm": GRULayerNormalized, "RNN-softsign": Elman, "RNN-leaky": Leaky,
    "IndRNN": Independent, "MGU": MGU, "minGRU": MinGRU, "minLSTM": MinLSTM,
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=OPTIONS)
    parser.add_argument("shape", help="T,B,I,H")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.set_num_interop_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    steps, batch, inputs, hidden = map(int, arguments.shape.split(","))
    module = OPTIONS[arguments.name](inputs, hidden)
    x = torch.randn(steps, batch, inputs, requires_grad=True)
    gradient = torch.randn_like(module(x))

    def call():
        module.zero_grad(set_to_none=True)
        x.grad = None
        module(x).backward(gradient)

    call()
    times = []
    for _ in range(arguments.runs):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    print(json.dumps({"ms": round(statistics.median(times) * 1e3, 4)}))


if __name__ == "__main__":
    main()
