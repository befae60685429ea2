#!/usr/bin/env python3
"""Golden values of attention over encoder states: contexts, weights and gradients.

    .peers/bin/python Tests/Fixtures/attention/make.py

Inputs are exact in float32; results are computed in double from the equations written out in PyTorch tensors and rounded
to float32 once. The projected form is checked against torch.nn.functional.scaled_dot_product_attention before it is
written. Keys are described in ../README.md.
"""

import sys
from pathlib import Path

import torch
import torch.nn.functional as F

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from fixtures import Fixture, Values, tolerance_used  # noqa: E402

fixture = Fixture(FOLDER / "attention.safetensors", "torch in double, rounded to float32")
single_use = 0.0


def scores(kind: str, queries, states, p: dict) -> torch.Tensor:
    """[U, N, Q] and [T, N, K] to [U, N, T]."""
    if kind == "additive":
        projected = F.linear(states, p["key_projection.weight"], p.get("key_projection.bias"))
        sums = F.linear(queries, p["query_projection.weight"])[:, None] + projected[None]
        return (sums.tanh() * p["weight"]).sum(-1).permute(0, 2, 1)
    scale = 1.0
    if kind == "general":
        states = F.linear(states, p["key_projection.weight"])
    elif kind == "scaled":
        scale = states.shape[2] ** -0.5
    elif kind == "projected":
        queries = F.linear(queries, p["query_projection.weight"], p.get("query_projection.bias"))
        states = F.linear(states, p["key_projection.weight"], p.get("key_projection.bias"))
        scale = states.shape[2] ** -0.5
    return torch.einsum("unk,tnk->unt", queries, states) * scale


def attend(kind: str, lengths: list[int], queries, states, **p):
    """Each row by itself, cut to its length."""
    values = F.linear(states, p["value_projection.weight"], p.get("value_projection.bias")) \
        if "value_projection.weight" in p else states
    contexts, weights = [], []
    for row, length in enumerate(lengths):
        one = slice(row, row + 1)
        if length == 0:
            contexts.append(queries.new_zeros(queries.shape[0], 1, values.shape[2]))
            weights.append(queries.new_zeros(queries.shape[0], 1, states.shape[0]))
            continue
        w = scores(kind, queries[:, one], states[:length, one], p).softmax(-1)
        contexts.append(torch.einsum("unt,tnv->unv", w, values[:length, one]))
        weights.append(F.pad(w, (0, states.shape[0] - length)))
    return torch.cat(contexts, 1), torch.cat(weights, 1)


def check_projected(name: str, lengths, queries, states, context, p: dict) -> None:
    q = F.linear(queries, p["query_projection.weight"], p.get("query_projection.bias")).transpose(0, 1)
    k = F.linear(states, p["key_projection.weight"], p.get("key_projection.bias")).transpose(0, 1)
    v = F.linear(states, p["value_projection.weight"], p.get("value_projection.bias")) \
        if "value_projection.weight" in p else states
    real = torch.arange(states.shape[0])[None, :] < torch.tensor(lengths)[:, None]
    truth = F.scaled_dot_product_attention(q, k, v.transpose(0, 1), real[:, None, :]).transpose(0, 1)
    rows = [row for row, length in enumerate(lengths) if length]
    assert torch.allclose(truth[:, rows], context[:, rows], atol=1e-12), name


def case(kind: str, u: int, n: int, t: int, q: int, k: int, a: int, v: int, bias: int, lengths: list[int] | None):
    global single_use
    name = f"{kind}-u{u}-n{n}-t{t}-q{q}-k{k}-a{a}-v{v}-b{bias}"
    if lengths:
        name += "-ragged" + "_".join(map(str, lengths))
    values = Values(name)
    inputs = {"queries": values.normal(u, n, q), "states": values.normal(t, n, k)}

    def linear(which, out, width, has_bias):
        inputs[f"{which}_projection.weight"] = values.uniform(-0.6, 0.6, out, width)
        if has_bias:
            inputs[f"{which}_projection.bias"] = values.uniform(-0.6, 0.6, out)
    if kind == "additive":
        linear("query", a, q, False)
        linear("key", a, k, bias)
        inputs["weight"] = values.uniform(-1, 1, a)
    elif kind == "general":
        linear("key", q, k, False)
    elif kind == "projected":
        linear("query", a, q, bias)
        linear("key", a, k, bias)
        if v:
            linear("value", v, k, bias)
    real = lengths or [t] * n
    upstreams = [Values(f"{name}/upstream").normal(u, n, v or k), Values(f"{name}/upstream/w").normal(u, n, t)]

    def run(dtype):
        arguments = {key: value.to(dtype).requires_grad_() for key, value in inputs.items()}
        results = attend(kind, real, **arguments)
        gradients = torch.autograd.grad(
            results, list(arguments.values()), [x.to(dtype) for x in upstreams], allow_unused=True)
        return results, [g if g is not None else torch.zeros_like(x) for g, x in zip(gradients, arguments.values())]

    results, gradients = run(torch.float64)
    single, measured = run(torch.float32)
    forward = max(tolerance_used(a, b, 1e-6, 1e-5) for a, b in zip(single, results))
    backward = max(tolerance_used(a, b, 1e-5, 1e-4) for a, b in zip(measured, gradients))
    assert forward < 1 and backward < 1, f"{name}: float32 uses {forward:.2g} and {backward:.2g} of the tolerance"
    single_use = max(single_use, forward, backward)
    if kind == "projected":
        check_projected(name, real, inputs["queries"], inputs["states"], results[0], inputs)
    for key, value in inputs.items():
        fixture.add(f"{name}/{key}", value)
    for key, result, upstream in zip(("context", "weights"), results, upstreams):
        fixture.add(f"{name}/{key}", result)
        fixture.add(f"{name}/upstream/{key}", upstream)
    for key, gradient in zip(inputs, gradients):
        fixture.add(f"{name}/grad/{key}", gradient)
    fixture.add(f"{name}/lengths", torch.tensor(real))


def main() -> None:
    torch.set_num_threads(1)
    ragged = [4, 7, 0, 1]
    for lengths in (None, ragged, [3, 2, 5, 1]):
        case("additive", 3, 4, 7, 5, 6, 4, 0, 0, lengths)
        case("dot", 3, 4, 7, 6, 6, 0, 0, 0, lengths)
        case("scaled", 3, 4, 7, 6, 6, 0, 0, 0, lengths)
        case("general", 3, 4, 7, 5, 6, 0, 0, 0, lengths)
        case("projected", 3, 4, 7, 5, 6, 4, 3, 1, lengths)
    case("additive", 1, 1, 1, 1, 1, 1, 0, 0, None)
    case("additive", 2, 4, 7, 9, 17, 33, 0, 1, ragged)
    case("dot", 1, 2, 9, 8, 8, 0, 0, 0, None)
    case("scaled", 9, 2, 18, 33, 33, 0, 0, 0, [18, 17])
    case("general", 1, 4, 7, 9, 3, 0, 0, 0, ragged)
    case("projected", 1, 4, 7, 5, 6, 8, 0, 0, ragged)
    case("projected", 2, 3, 19, 4, 5, 16, 17, 0, [19, 8, 16])
    case("projected", 5, 1, 2, 3, 4, 1, 1, 1, None)
    print(f"attention: {len({key.split('/')[0] for key in fixture.tensors})} cases")
    print(f"  PyTorch in float32 uses {single_use:.2g} of 1e-6 + 1e-5 |b| forward, 1e-5 + 1e-4 |b| in gradients")
    fixture.write()


if __name__ == "__main__":
    main()
