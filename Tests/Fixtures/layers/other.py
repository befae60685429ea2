#!/usr/bin/env python3
"""Golden values of everything differentiable that is not recurrent: layers, losses, arithmetic, shapes.

    .peers/bin/python Tests/Fixtures/layers/other.py

Inputs are exact in float32; results are computed by PyTorch in double and rounded to float32 once. A result that is not
a scalar has random upstream gradients; a scalar one has upstream 1. Keys are described in ../README.md.
"""

import sys
from pathlib import Path

import torch
import torch.nn.functional as F

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from fixtures import Fixture, Values, tolerance_used  # noqa: E402

fixture = Fixture(FOLDER / "other.safetensors", "torch in double, rounded to float32")
single_use = 0.0


def evaluate(function, inputs: dict, fixed: dict, upstream):
    """The result and the gradient of every input. With no upstream, the result must be a scalar."""
    inputs = {key: value.clone().requires_grad_() for key, value in inputs.items()}
    y = function(**inputs, **fixed)
    return y, torch.autograd.grad(y, list(inputs.values()), upstream)


def case(name: str, function, inputs: dict, fixed: dict | None = None, result: str = "y") -> None:
    """Stores inputs, result, upstream and gradients. `fixed` is passed to the function but has no gradient."""
    fixed = fixed or {}
    with torch.no_grad():
        shape = function(**inputs, **fixed).shape
    upstream = Values(f"{name}/upstream").normal(*shape) if shape else None
    y, gradients = evaluate(function, inputs, fixed, upstream)
    check_single(name, function, inputs, fixed, upstream, y, gradients)
    for key, value in (inputs | fixed).items():
        fixture.add(f"{name}/{key}", value)
    fixture.add(f"{name}/{result}", y)
    if upstream is not None:
        fixture.add(f"{name}/upstream/{result}", upstream)
    for key, gradient in zip(inputs, gradients):
        fixture.add(f"{name}/grad/{key}", gradient)


def check_single(name: str, function, inputs: dict, fixed: dict, upstream, truth, gradients) -> None:
    """PyTorch's own float32 must keep to the tolerance that is asked of ours."""
    def single(values):
        return {key: value.float() if value.is_floating_point() else value for key, value in values.items()}

    weight = None if upstream is None else upstream.float()
    y, measured = evaluate(function, single(inputs), single(fixed), weight)
    forward = tolerance_used(y, truth, 1e-6, 1e-5)
    backward = max(tolerance_used(a, b, 1e-5, 1e-4) for a, b in zip(measured, gradients))
    assert forward < 1 and backward < 1, f"{name}: float32 uses {forward:.2g} and {backward:.2g} of the tolerance"
    global single_use
    single_use = max(single_use, forward, backward)


def layers() -> None:
    for name, leading, width, outputs, bias in [
        ("linear-bias", (4,), 3, 5, True),
        ("linear-plain", (7,), 17, 9, False),
        ("linear-sequence", (6, 3), 5, 33, True),
        ("linear-one", (1,), 1, 1, True),
    ]:
        v = Values(name)
        inputs = {"x": v.normal(*leading, width), "weight": v.uniform(-0.5, 0.5, outputs, width)}
        if bias:
            inputs["bias"] = v.uniform(-0.5, 0.5, outputs)
        case(name, lambda x, weight, bias=None: F.linear(x, weight, bias), inputs)

    v = Values("embedding")
    indices = torch.tensor([[3, 0, 3], [6, 3, 1], [0, 0, 5], [3, 2, 2]])
    case("embedding-repeated", lambda weight, indices: F.embedding(indices, weight), {"weight": v.normal(7, 5)},
         {"indices": indices})
    # -1 looks up nothing: a row of zeros that sends no gradient.
    padded = torch.tensor([[2, -1, 4], [-1, 2, 0]])
    case("embedding-padding",
         lambda weight, indices: F.embedding(indices.clamp(min=0), weight) * (indices >= 0)[..., None],
         {"weight": v.normal(5, 4)}, {"indices": padded})

    for name, shape, affine, constant in [
        ("layer_norm-affine", (6, 5), True, False),
        ("layer_norm-plain", (4, 3, 33), False, False),
        ("layer_norm-sequence", (3, 2, 16), True, False),
        ("layer_norm-constant_rows", (3, 8), True, True),
        ("layer_norm-width_two", (4, 2), True, False),
    ]:
        v = Values(name)
        x = v.normal(*shape, scale=2) + v.normal(*shape[:-1], 1)
        x = Values.exact(torch.full(shape, 0.75) if constant else x)
        inputs = {"x": x}
        if affine:
            inputs |= {"weight": v.uniform(0.5, 1.5, shape[-1]), "bias": v.normal(shape[-1])}
        case(name, lambda x, weight=None, bias=None: F.layer_norm(x, x.shape[-1:], weight, bias, 1e-5), inputs)


def softmaxes() -> None:
    for kind, function in [("softmax", F.softmax), ("log_softmax", F.log_softmax)]:
        for name, shape, scale in [("rows", (4, 7), 2), ("sequence", (3, 2, 33), 2), ("steep", (5, 9), 60),
                                   ("one", (3, 1), 1)]:
            x = Values(f"{kind}-{name}").normal(*shape, scale=scale)
            case(f"{kind}-{name}", lambda x: function(x, dim=-1), {"x": x})


def losses() -> None:
    for name, shape, scale, smoothing, masked in [
        ("plain", (6, 5), 2, 0.0, False),
        ("mask", (8, 5), 2, 0.0, True),
        ("smoothing", (6, 7), 2, 0.1, False),
        ("mask_smoothing", (9, 33), 2, 0.2, True),
        ("sequence", (4, 3, 6), 2, 0.0, True),
        ("steep", (5, 4), 60, 0.0, False),
    ]:
        v = Values(f"cross_entropy-{name}")
        logits = v.normal(*shape, scale=scale)
        targets = v.integers(0, shape[-1], *shape[:-1])
        if masked:
            targets.view(-1)[[1, 4]] = -1
        for reduction in ("mean", "none"):
            def loss(logits, targets, reduction=reduction, smoothing=smoothing):
                value = F.cross_entropy(logits.flatten(0, -2), targets.flatten(), ignore_index=-1,
                                        label_smoothing=smoothing, reduction=reduction)
                return value if reduction == "mean" else value.view(targets.shape)
            case(f"cross_entropy-{name}-{reduction}", loss, {"logits": logits}, {"targets": targets}, "loss")

    for name, shape, scale in [("plain", (6, 5), 2), ("steep", (4, 4), 60)]:
        v = Values(f"binary_cross_entropy-{name}")
        logits = v.normal(*shape, scale=scale)
        targets = v.integers(0, 2, *shape).double()
        if name == "plain":
            targets[0] = v.uniform(0, 1, shape[1])  # soft targets
        for reduction in ("mean", "none"):
            case(f"binary_cross_entropy-{name}-{reduction}",
                 lambda logits, targets: F.binary_cross_entropy_with_logits(logits, targets, reduction=reduction),
                 {"logits": logits}, {"targets": targets}, "loss")

    regression = [("mse", F.mse_loss), ("l1", F.l1_loss),
                  ("huber_0.5", lambda a, b, reduction: F.huber_loss(a, b, reduction=reduction, delta=0.5)),
                  ("huber_1", lambda a, b, reduction: F.huber_loss(a, b, reduction=reduction, delta=1.0))]
    for kind, function in regression:
        v = Values(kind)
        prediction, target = v.normal(5, 4, 3), v.normal(5, 4, 3)
        for reduction in ("mean", "none"):
            case(f"{kind}-{reduction}",
                 lambda prediction, target: function(prediction, target, reduction=reduction),
                 {"prediction": prediction, "target": target}, result="loss")


def arithmetic() -> None:
    binary = {"add": torch.add, "subtract": torch.sub, "multiply": torch.mul, "divide": torch.div,
              "maximum": torch.maximum, "minimum": torch.minimum}
    shapes = [("same", (3, 5), (3, 5)), ("row", (2, 3, 4), (4,)), ("column", (4, 3), (4, 1)),
              ("outer", (2, 1, 4), (3, 1)), ("left", (5,), (3, 5)), ("one", (3, 4), (1,)), ("scalar", (2, 3), ())]
    for kind, function in binary.items():
        for name, a_shape, b_shape in shapes:
            v = Values(f"{kind}-{name}")
            a, b = v.normal(*a_shape), v.normal(*b_shape)
            if kind == "divide":  # away from 0, of both signs
                b = Values.exact(torch.where(b < 0, b - 0.5, b + 0.5))
            case(f"{kind}-{name}", lambda a, b: function(a, b), {"a": a, "b": b})

    # Every domain leaves out what has no derivative.
    unary = {"negate": torch.neg, "exp": torch.exp, "log": torch.log, "sqrt": torch.sqrt, "abs": torch.abs,
             "square": torch.square, "reciprocal": torch.reciprocal, "tanh": torch.tanh, "sigmoid": torch.sigmoid,
             "relu": torch.relu, "leaky_relu_0.01": lambda x: F.leaky_relu(x, 0.01),
             "leaky_relu_0.2": lambda x: F.leaky_relu(x, 0.2), "softplus": lambda x: F.softplus(x, threshold=1e9),
             "power_3": lambda x: x**3, "power_0.5": lambda x: x**0.5, "power_-1.5": lambda x: x**-1.5}
    positive = {"log", "sqrt", "power_0.5", "power_-1.5"}
    wide = {"tanh", "sigmoid", "softplus"}
    for kind, function in unary.items():
        v = Values(kind)
        x = v.uniform(0.1, 5, 5, 7) if kind in positive else v.normal(5, 7, scale=8 if kind in wide else 1.5)
        if kind == "reciprocal":
            x = Values.exact(torch.where(x < 0, x - 0.3, x + 0.3))
        case(kind, function, {"x": x})

    v = Values("where")
    condition = v.integers(0, 2, 4, 5)
    case("where", lambda a, b, condition: torch.where(condition != 0, a, b), {"a": v.normal(4, 5), "b": v.normal(4, 5)},
         {"condition": condition.double()})


def products_and_shapes() -> None:
    for name, a_shape, b_shape in [("one", (1, 1), (1, 1)), ("small", (2, 3), (3, 4)), ("odd", (17, 33), (33, 9)),
                                   ("wide", (5, 64), (64, 40)), ("row", (1, 7), (7, 5)), ("thin", (6, 1), (1, 4)),
                                   ("sequence", (4, 3, 5), (5, 6)), ("batched", (3, 2, 4), (3, 4, 5))]:
        v = Values(f"matmul-{name}")
        case(f"matmul-{name}", lambda a, b: a @ b, {"a": v.normal(*a_shape), "b": v.normal(*b_shape)})

    x = Values("reductions").normal(3, 4, 5)
    reductions = {"sum-all": lambda x: x.sum(), "sum-axis0": lambda x: x.sum(0), "sum-axis1": lambda x: x.sum(1),
                  "sum-axis2": lambda x: x.sum(2), "sum-axis1_kept": lambda x: x.sum(1, keepdim=True),
                  "mean-all": lambda x: x.mean(), "mean-axis2": lambda x: x.mean(2), "max-axis1": lambda x: x.amax(1),
                  "max-axis2": lambda x: x.amax(2), "transpose-axes01": lambda x: x.transpose(0, 1).contiguous(),
                  "transpose-axes12": lambda x: x.transpose(1, 2).contiguous(), "slice-axis0_1to3": lambda x: x[1:3],
                  "slice-axis1_last": lambda x: x[:, -1], "slice-axis2_1to4": lambda x: x[:, :, 1:4]}
    for name, function in reductions.items():
        case(name, function, {"x": x})

    v = Values("joining")
    case("concatenate-axis0", lambda a, b: torch.cat([a, b], 0), {"a": v.normal(2, 3), "b": v.normal(4, 3)})
    case("concatenate-axis2", lambda a, b: torch.cat([a, b], 2), {"a": v.normal(2, 3, 1), "b": v.normal(2, 3, 5)})
    case("stack-axis0", lambda a, b: torch.stack([a, b], 0), {"a": v.normal(3, 4), "b": v.normal(3, 4)})
    case("stack-axis1", lambda a, b: torch.stack([a, b], 1), {"a": v.normal(3, 4), "b": v.normal(3, 4)})
    # A value used twice: both gradients must arrive.
    case("reuse", lambda a, b: (a * b + a).tanh() * a, {"a": v.normal(3, 4), "b": v.normal(4)})


def main() -> None:
    torch.set_num_threads(1)
    layers()
    softmaxes()
    losses()
    arithmetic()
    products_and_shapes()
    cases = {key.split("/")[0] for key in fixture.tensors}
    print(f"other: {len(cases)} cases")
    print(f"  PyTorch in float32 uses {single_use:.2g} of 1e-6 + 1e-5 |b| forward, 1e-5 + 1e-4 |b| in gradients")
    fixture.write()


if __name__ == "__main__":
    main()
