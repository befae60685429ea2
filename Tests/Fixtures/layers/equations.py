"""Recurrent layers written out step by step in PyTorch tensors, for cells and lengths that torch.nn does not have.

Shapes: x [T, N, I], lengths [N], output [T, N, D H], states [L D, N, H]. A row runs for its own length: its output is 0
past it, its last state is the one after its last step, and a row of length 0 keeps its initial state.
"""

import torch

LEAKY_SLOPE = 0.1


class Kinked:
    """An activation that is not smooth at 0, remembering how close to 0 its argument came. An argument of exactly 0 (a
    unit without bias whose inputs are all dead) is no danger: it is 0 in every precision."""

    def __init__(self, function):
        self.function = function
        self.closest = float("inf")

    def __call__(self, a):
        self.closest = min([self.closest, *a[a != 0].abs().tolist()])
        return self.function(a)


def activation(cell: str):
    return {
        "rnn_tanh": torch.tanh,
        "rnn_relu": Kinked(torch.relu),
        "rnn_leaky": Kinked(lambda a: torch.where(a > 0, a, LEAKY_SLOPE * a)),
        "rnn_sigmoid": torch.sigmoid,
        "rnn_identity": lambda a: a,
    }[cell]


def elman(f):
    def step(x, h, c, w, r, b, d):
        return f(x @ w.T + b + h @ r.T + d), c

    return step


def lstm(x, h, c, w, r, b, d):
    i, f, g, o = (x @ w.T + b + h @ r.T + d).chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


def gru(x, h, c, w, r, b, d):
    """Reset after the recurrent product, as torch.nn.GRU."""
    xr, xz, xn = (x @ w.T + b).chunk(3, dim=1)
    hr, hz, hn = (h @ r.T + d).chunk(3, dim=1)
    reset, update = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    n = torch.tanh(xn + reset * hn)
    return (1 - update) * n + update * h, c


def gru_before(x, h, c, w, r, b, d):
    """Reset before the recurrent product: n = tanh(W_n x + b_n + R_n (r h) + d_n)."""
    xr, xz, xn = (x @ w.T + b).chunk(3, dim=1)
    r_r, r_z, r_n = r.chunk(3, dim=0)
    d_r, d_z, d_n = d.chunk(3)
    reset = torch.sigmoid(xr + h @ r_r.T + d_r)
    update = torch.sigmoid(xz + h @ r_z.T + d_z)
    n = torch.tanh(xn + (reset * h) @ r_n.T + d_n)
    return (1 - update) * n + update * h, c


def one_direction(step, x, lengths, h, c, weights, reverse):
    steps = x.shape[0]
    outputs = [None] * steps
    for t in reversed(range(steps)) if reverse else range(steps):
        runs = (t < lengths)[:, None]
        h_next, c_next = step(x[t], h, c, *weights)
        outputs[t] = torch.where(runs, h_next, 0.0)
        h, c = torch.where(runs, h_next, h), torch.where(runs, c_next, c)
    return torch.stack(outputs), h, c


def stack(cell, layers, directions, parameters, x, lengths, h0, c0):
    """Runs a stack of equal layers; `parameters` has torch.nn's names, absent biases are 0.

    Gives output, last states, and how close an argument of the activation came to its kink.
    """
    f = activation(cell) if cell.startswith("rnn") else None
    step = elman(f) if f else {"lstm": lstm, "gru": gru, "gru_before": gru_before}[cell]
    h_n, c_n = [], []
    for layer in range(layers):
        outputs = []
        for direction in range(directions):
            suffix = f"l{layer}" + ("_reverse" if direction else "")
            w, r = parameters[f"weight_ih_{suffix}"], parameters[f"weight_hh_{suffix}"]
            zero = torch.zeros(w.shape[0], dtype=w.dtype)
            b, d = parameters.get(f"bias_ih_{suffix}", zero), parameters.get(f"bias_hh_{suffix}", zero)
            row = layer * directions + direction
            output, h, c = one_direction(step, x, lengths, h0[row], c0[row], (w, r, b, d), direction == 1)
            outputs.append(output)
            h_n.append(h)
            c_n.append(c)
        x = torch.cat(outputs, dim=2)
    return x, torch.stack(h_n), torch.stack(c_n), f.closest if isinstance(f, Kinked) else float("inf")
