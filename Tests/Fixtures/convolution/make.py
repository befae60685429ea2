#!/usr/bin/env python3
"""Golden values of 1-D convolution, pooling and batch normalisation: results, gradients, running statistics.

    .peers/bin/python Tests/Fixtures/convolution/make.py

Inputs are exact in float32; results are computed by PyTorch in double and rounded to float32 once. Ragged cases run
PyTorch on each row by itself, cut to its length (batch normalisation: on the real steps of all rows laid end to end), so
that PyTorch never sees padding. Keys are described in ../README.md.
"""

import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from fixtures import Fixture, Values, tolerance_used  # noqa: E402

fixture = Fixture(FOLDER / "convolution.safetensors", "torch in double, rounded to float32")
single_use = 0.0


def padded(x: torch.Tensor, padding: str, kernel: int, dilation: int) -> torch.Tensor:
    """The padding that PyTorch has no name for."""
    return F.pad(x, (dilation * (kernel - 1), 0)) if padding == "causal" else x


def by_row(function, x: torch.Tensor, lengths: list[int] | None) -> torch.Tensor:
    """`function` of [N, C, L], or of each row by itself, results padded with zeros to the longest that L allows."""
    if lengths is None:
        return function(x)
    steps = function(torch.zeros_like(x)).shape[2]
    rows = []
    for row, length in enumerate(lengths):
        try:
            y = function(x[row:row + 1, :, :length]) if length else None
        except RuntimeError:  # shorter than a window
            y = None
        rows.append(torch.zeros(1, 0, 0, dtype=x.dtype) if y is None else y)
    channels = max(y.shape[1] for y in rows)
    return torch.cat([F.pad(y if y.shape[1] else y.new_zeros(1, channels, 0), (0, steps - y.shape[2])) for y in rows])


def store(name: str, function, inputs: dict, lengths: list[int] | None = None, extra: dict | None = None) -> None:
    """Stores inputs, the result `y`, the gradients and what `function` puts beside the result."""
    global single_use

    def run(dtype, upstream):
        arguments = {key: value.to(dtype).requires_grad_() for key, value in inputs.items()}
        y, beside = function(**arguments)
        if upstream is None:
            upstream = Values(f"{name}/upstream").normal(*y.shape)
        gradients = torch.autograd.grad(y, list(arguments.values()), upstream.to(dtype))
        return y, upstream, gradients, beside

    y, upstream, gradients, beside = run(torch.float64, None)
    single, _, measured, _ = run(torch.float32, upstream)
    forward = tolerance_used(single, y, 1e-6, 1e-5)
    backward = max(tolerance_used(a, b, 1e-5, 1e-4) for a, b in zip(measured, gradients))
    assert forward < 1 and backward < 1, f"{name}: float32 uses {forward:.2g} and {backward:.2g} of the tolerance"
    single_use = max(single_use, forward, backward)
    for key, value in inputs.items():
        fixture.add(f"{name}/{key}", value)
    fixture.add(f"{name}/y", y)
    fixture.add(f"{name}/upstream/y", upstream)
    for key, gradient in zip(inputs, gradients):
        fixture.add(f"{name}/grad/{key}", gradient)
    for key, value in (beside | (extra or {})).items():
        fixture.add(f"{name}/{key}", value)
    if lengths is not None:
        fixture.add(f"{name}/lengths", torch.tensor(lengths))


def convolutions() -> None:
    # N, C, D, L, K, stride, padding, dilation, groups, bias, lengths
    cases = [
        (1, 1, 1, 1, 1, 1, "0", 1, 1, 1, None),
        (1, 4, 2, 9, 3, 2, "0", 1, 1, 1, None),
        (3, 4, 5, 9, 3, 1, "0", 1, 1, 1, None),
        (3, 4, 5, 9, 3, 1, "0", 1, 1, 0, None),
        (2, 3, 4, 8, 1, 1, "0", 1, 1, 1, None),
        (2, 3, 4, 8, 1, 3, "0", 1, 1, 1, None),
        (2, 5, 7, 12, 4, 1, "2", 1, 1, 1, None),
        (2, 5, 7, 12, 4, 2, "3", 1, 1, 1, None),
        (2, 5, 7, 13, 3, 3, "1", 2, 1, 1, None),
        (2, 3, 17, 20, 5, 4, "4", 3, 1, 0, None),
        (2, 3, 4, 10, 3, 1, "same", 1, 1, 1, None),
        (2, 3, 4, 10, 4, 1, "same", 1, 1, 1, None),
        (2, 3, 4, 10, 4, 1, "same", 3, 1, 0, None),
        (2, 3, 4, 10, 2, 1, "valid", 4, 1, 1, None),
        (2, 3, 4, 10, 3, 1, "causal", 1, 1, 1, None),
        (2, 3, 4, 10, 3, 2, "causal", 1, 1, 1, None),
        (2, 3, 4, 11, 3, 1, "causal", 4, 1, 1, None),
        (2, 4, 6, 9, 3, 1, "1", 1, 2, 1, None),
        (2, 6, 6, 9, 3, 1, "1", 1, 6, 1, None),
        (2, 6, 12, 9, 3, 2, "1", 2, 6, 0, None),
        (2, 6, 9, 11, 2, 1, "causal", 2, 3, 1, None),
        (3, 33, 65, 7, 3, 1, "1", 1, 1, 1, None),
        (2, 15, 64, 24, 3, 1, "0", 1, 1, 1, None),
        (5, 2, 3, 40, 9, 1, "same", 1, 1, 1, None),
        (2, 3, 4, 3, 5, 1, "1", 1, 1, 1, None),
        (4, 3, 5, 9, 3, 1, "0", 1, 1, 1, [9, 4, 3, 6]),
        (4, 3, 5, 9, 3, 1, "1", 1, 1, 1, [2, 9, 1, 5]),
        (4, 3, 5, 9, 3, 2, "1", 1, 1, 1, [8, 3, 9, 5]),
        (4, 3, 5, 9, 4, 1, "same", 2, 1, 1, [9, 1, 0, 6]),
        (4, 3, 5, 9, 3, 1, "causal", 2, 1, 1, [0, 3, 8, 1]),
        (4, 3, 5, 9, 3, 1, "0", 2, 1, 1, [9, 2, 4, 5]),
        (4, 4, 6, 10, 3, 2, "2", 1, 2, 0, [7, 10, 1, 3]),
        (4, 4, 4, 10, 3, 1, "causal", 1, 4, 1, [7, 10, 0, 3]),
        (3, 4, 6, 8, 3, 1, "causal", 1, 1, 1, [7, 5, 3]),
    ]
    for n, c, d, steps, k, stride, padding, dilation, groups, bias, lengths in cases:
        name = f"conv-n{n}-c{c}-d{d}-t{steps}-k{k}-s{stride}-p{padding}-l{dilation}-g{groups}-b{bias}"
        if lengths:
            name += "-ragged" + "_".join(str(length) for length in lengths)
        v = Values(name)
        inputs = {"x": v.normal(n, c, steps), "weight": v.uniform(-0.5, 0.5, d, c // groups, k)}
        if bias:
            inputs["bias"] = v.uniform(-0.5, 0.5, d)
        torch_padding = padding if padding in ("same", "valid") else 0 if padding == "causal" else int(padding)

        def function(x, weight, bias=None):
            def row(x):
                return F.conv1d(padded(x, padding, k, dilation), weight, bias, stride, torch_padding, dilation, groups)
            return by_row(row, x, lengths), {}
        store(name, function, inputs, lengths)


def pools() -> None:
    # kind, N, C, L, K, stride, padding, dilation, lengths
    cases = [
        ("max", 2, 3, 9, 2, 2, 0, 1, None),
        ("max", 2, 3, 9, 3, 1, 1, 1, None),
        ("max", 2, 3, 10, 3, 2, 1, 2, None),
        ("max", 1, 1, 5, 5, 1, 0, 1, None),
        ("max", 3, 17, 12, 4, 3, 2, 1, None),
        ("max", 2, 3, 12, 2, 5, 0, 3, None),
        ("max", 4, 3, 9, 3, 2, 1, 1, [9, 1, 4, 7]),
        ("max", 4, 3, 9, 2, 2, 0, 1, [8, 0, 1, 5]),
        ("max", 4, 9, 9, 3, 1, 1, 2, [9, 3, 5, 6]),
        ("average", 2, 3, 9, 2, 2, 0, 1, None),
        ("average", 2, 3, 9, 3, 1, 1, 1, None),
        ("average", 3, 17, 12, 4, 3, 2, 1, None),
        ("average", 4, 3, 9, 3, 2, 1, 1, [9, 1, 4, 7]),
        ("average", 4, 3, 9, 2, 2, 0, 1, [8, 0, 1, 5]),
        ("averagereal", 2, 3, 9, 3, 1, 1, 1, None),
        ("averagereal", 3, 17, 12, 4, 3, 2, 1, None),
        ("averagereal", 4, 3, 9, 3, 2, 1, 1, [9, 1, 4, 7]),
        ("globalmax", 2, 3, 9, 0, 0, 0, 0, None),
        ("globalmax", 4, 5, 9, 0, 0, 0, 0, [9, 1, 4, 7]),
        ("globalaverage", 2, 3, 9, 0, 0, 0, 0, None),
        ("globalaverage", 4, 5, 9, 0, 0, 0, 0, [9, 1, 4, 7]),
    ]
    functions = {
        "max": lambda x, k, s, p, d: F.max_pool1d(x, k, s, p, d),
        "average": lambda x, k, s, p, d: F.avg_pool1d(x, k, s, p, count_include_pad=True),
        "averagereal": lambda x, k, s, p, d: F.avg_pool1d(x, k, s, p, count_include_pad=False),
        "globalmax": lambda x, k, s, p, d: F.adaptive_max_pool1d(x, 1),
        "globalaverage": lambda x, k, s, p, d: F.adaptive_avg_pool1d(x, 1),
    }
    for kind, n, c, steps, k, stride, padding, dilation, lengths in cases:
        name = f"{kind}-n{n}-c{c}-t{steps}-k{k}-s{stride}-p{padding}-l{dilation}"
        if lengths:
            name += "-ragged" + "_".join(str(length) for length in lengths)

        def function(x):
            return by_row(lambda x: functions[kind](x, k, stride, padding, dilation), x, lengths), {}
        store(name, function, {"x": Values(name).normal(n, c, steps)}, lengths)


def batch_norms() -> None:
    # shape [N, C] or [N, C, L], momentum, epsilon, affine, training, lengths; epsilons and momenta are exact in float32
    cases = [
        ((6, 3), 0.125, 2**-16, 1, 1, None),
        ((2, 5), 0.125, 2**-16, 1, 1, None),
        ((6, 3), 0.125, 2**-16, 0, 1, None),
        ((6, 3), 0.125, 2**-16, 1, 0, None),
        ((4, 3, 7), 0.125, 2**-16, 1, 1, None),
        ((4, 3, 7), 0.5, 2**-6, 0, 1, None),
        ((4, 3, 7), 0.125, 2**-16, 1, 0, None),
        ((3, 17, 50), 0.25, 2**-16, 1, 1, None),
        ((3, 70, 5), 0.0, 2**-16, 1, 1, None),
        ((4, 3, 7), 0.125, 2**-16, 1, 1, [7, 2, 5, 1]),
        ((4, 3, 7), 0.125, 2**-16, 0, 1, [3, 0, 6, 2]),
        ((4, 3, 7), 0.125, 2**-16, 1, 0, [7, 2, 0, 1]),
    ]
    for shape, momentum, epsilon, affine, training, lengths in cases:
        name = f"norm-{'x'.join(map(str, shape))}-m{momentum}-e{-round(math.log2(epsilon))}-a{affine}-train{training}"
        if lengths:
            name += "-ragged" + "_".join(str(length) for length in lengths)
        v = Values(name)
        c = shape[1]
        inputs = {"x": Values.exact(v.normal(*shape, scale=2) + v.normal(1, c, *[1] * (len(shape) - 2)))}
        if affine:
            inputs |= {"weight": v.uniform(0.5, 1.5, c), "bias": v.normal(c)}
        mean, variance = v.normal(c), v.uniform(0.5, 2, c)

        def function(x, weight=None, bias=None):
            running = mean.to(x.dtype, copy=True), variance.to(x.dtype, copy=True)

            def norm(x):
                return F.batch_norm(x, *running, weight, bias, bool(training), momentum, epsilon)
            if lengths is None:
                y = norm(x)
            else:
                real = torch.arange(shape[2])[None, :] < torch.tensor(lengths)[:, None]
                y = torch.zeros_like(x).transpose(1, 2)
                y = y.masked_scatter(real[..., None], norm(x.transpose(1, 2)[real])).transpose(1, 2)
            return y, {"new_mean": running[0], "new_var": running[1]}
        store(name, function, inputs, lengths, {"running_mean": mean, "running_var": variance})


def main() -> None:
    torch.set_num_threads(1)
    convolutions()
    pools()
    batch_norms()
    print(f"convolution: {len({key.split('/')[0] for key in fixture.tensors})} cases")
    print(f"  PyTorch in float32 uses {single_use:.2g} of 1e-6 + 1e-5 |b| forward, 1e-5 + 1e-4 |b| in gradients")
    fixture.write()


if __name__ == "__main__":
    main()
