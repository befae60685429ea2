#!/usr/bin/env python3
"""Golden values of cells with options: what ONNX Runtime and PyTorch compute.

    Scripts/peers_setup --all
    .peers/bin/python Tests/Fixtures/cells/make.py

onnx.safetensors: LSTM with peepholes, coupled gates, clip and other activations; GRU with clip and other activations, with
the reset before and after; RNN with every activation. Ragged lengths, given states, one direction. ONNX' gates stand in the
order i o f c (LSTM) and z r h (GRU); the file holds them as i f g o and r z n.

torch.safetensors: torch.nn.LSTM with proj_size, with gradients.

Keys are described in ../README.md.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from fixtures import Fixture, Values  # noqa: E402

STEPS, BATCH, INPUTS, HIDDEN = 7, 4, 3, 5
LENGTHS = [7, 1, 4, 6]
# Blocks of rows of ONNX in our order.
ORDER = {"LSTM": [0, 2, 3, 1], "GRU": [1, 0, 2], "RNN": [0]}

LSTM_CASES = {
    "plain": {},
    "peepholes": {"peepholes": True},
    "coupled": {"input_forget": 1},
    "clip": {"clip": 0.25},
    "hard": {"activations": ["HardSigmoid", "Softsign", "Tanh"], "activation_alpha": [0.25], "activation_beta": [0.5]},
    "all": {"peepholes": True, "input_forget": 1, "clip": 0.5},
}
GRU_CASES = {
    "after": {"linear_before_reset": 1},
    "before": {"linear_before_reset": 0},
    "after-clip": {"linear_before_reset": 1, "clip": 0.25},
    "before-hard": {"linear_before_reset": 0, "activations": ["HardSigmoid", "Softsign"], "activation_alpha": [0.25],
                    "activation_beta": [0.5]},
}
RNN_CASES = {
    "tanh": ["Tanh"], "relu": ["Relu"], "sigmoid": ["Sigmoid"], "softsign": ["Softsign"], "softplus": ["Softplus"],
    "leaky": ["LeakyRelu", 0.125], "thresholded": ["ThresholdedRelu", 0.25], "hard-sigmoid": ["HardSigmoid", 0.25, 0.5],
    "elu": ["Elu", 0.75], "affine": ["Affine", 0.75, 0.125], "scaled-tanh": ["ScaledTanh", 1.5, 0.75],
}


def run(operator, attributes, arrays):
    """Outputs of a model of one node, whose inputs are `arrays` by name; a name that is missing is left out."""
    slots = ["X", "W", "R", "B", "sequence_lens", "initial_h"] + (["initial_c", "P"] if operator == "LSTM" else [])
    outputs = ["Y", "Y_h"] + (["Y_c"] if operator == "LSTM" else [])
    node = helper.make_node(operator, [name if name in arrays else "" for name in slots], outputs, hidden_size=HIDDEN,
                            **attributes)
    kinds = {"sequence_lens": TensorProto.INT32}
    graph = helper.make_graph(
        [node], "cell",
        [helper.make_tensor_value_info(name, kinds.get(name, TensorProto.FLOAT), array.shape)
         for name, array in arrays.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * (4 if name == "Y" else 3)) for name in outputs])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, arrays)


def blocks(array, operator):
    """The rows of ONNX' gates in our order; `array` is [gates · H, …]."""
    parts = np.split(array, len(ORDER[operator]))
    return torch.from_numpy(np.concatenate([parts[gate] for gate in ORDER[operator]]).copy())


def add_case(fixture, operator, name, attributes):
    case = f"{operator.lower()}-{name}"
    values = Values(case)
    gates = len(ORDER[operator])
    attributes = dict(attributes)
    has_peepholes = attributes.pop("peepholes", False)
    arrays = {
        "X": values.normal(STEPS, BATCH, INPUTS).numpy().astype(np.float32),
        "W": values.normal(1, gates * HIDDEN, INPUTS, scale=0.6).numpy().astype(np.float32),
        "R": values.normal(1, gates * HIDDEN, HIDDEN, scale=0.6).numpy().astype(np.float32),
        "B": values.normal(1, 2 * gates * HIDDEN, scale=0.3).numpy().astype(np.float32),
        "sequence_lens": np.array(LENGTHS, dtype=np.int32),
        "initial_h": values.normal(1, BATCH, HIDDEN).numpy().astype(np.float32),
    }
    if operator == "LSTM":
        arrays["initial_c"] = values.normal(1, BATCH, HIDDEN).numpy().astype(np.float32)
        if has_peepholes:
            arrays["P"] = values.normal(1, 3 * HIDDEN, scale=0.5).numpy().astype(np.float32)
    results = run(operator, attributes, arrays)
    outer, inner = np.split(arrays["B"][0], 2)
    fixture.add(f"{case}/input", torch.from_numpy(arrays["X"]))
    fixture.add(f"{case}/lengths", torch.tensor(LENGTHS, dtype=torch.int32))
    fixture.add(f"{case}/weight_ih", blocks(arrays["W"][0], operator))
    fixture.add(f"{case}/weight_hh", blocks(arrays["R"][0], operator))
    fixture.add(f"{case}/bias_ih", blocks(outer, operator))
    fixture.add(f"{case}/bias_hh", blocks(inner, operator))
    fixture.add(f"{case}/h0", torch.from_numpy(arrays["initial_h"][0]))
    if operator == "LSTM":
        fixture.add(f"{case}/c0", torch.from_numpy(arrays["initial_c"][0]))
    if has_peepholes:  # ONNX: i o f
        for gate, peephole in zip("iof", np.split(arrays["P"][0], 3)):
            fixture.add(f"{case}/peephole_{gate}", torch.from_numpy(peephole.copy()))
    fixture.add(f"{case}/output", torch.from_numpy(results[0][:, 0]))
    fixture.add(f"{case}/h_n", torch.from_numpy(results[1][0]))
    if operator == "LSTM":
        fixture.add(f"{case}/c_n", torch.from_numpy(results[2][0]))


def make_onnx():
    fixture = Fixture(FOLDER / "onnx.safetensors", f"ONNX Runtime {onnxruntime.__version__}")
    for name, attributes in LSTM_CASES.items():
        add_case(fixture, "LSTM", name, attributes)
    for name, attributes in GRU_CASES.items():
        add_case(fixture, "GRU", name, attributes)
    for name, (activation, *constants) in RNN_CASES.items():
        attributes = {"activations": [activation]}
        for key, constant in zip(["activation_alpha", "activation_beta"], constants):
            attributes[key] = [constant]
        add_case(fixture, "RNN", name, attributes)
    fixture.write()


def make_torch():
    """A projected LSTM in double, rounded once."""
    fixture = Fixture(FOLDER / "torch.safetensors", "torch.nn.LSTM with proj_size")
    for width in (1, 3):
        case = f"projection-{width}"
        values = Values(case)
        layer = torch.nn.LSTM(INPUTS, HIDDEN, proj_size=width, dtype=torch.float64)
        with torch.no_grad():
            for name, parameter in layer.named_parameters():
                parameter.copy_(values.normal(*parameter.shape, scale=0.6))
        x = values.normal(STEPS, BATCH, INPUTS).requires_grad_()
        h0 = values.normal(1, BATCH, width).requires_grad_()
        c0 = values.normal(1, BATCH, HIDDEN).requires_grad_()
        output, (h_n, c_n) = layer(x, (h0, c0))
        results = {"output": output, "h_n": h_n[0], "c_n": c_n[0]}
        upstream = {name: values.normal(*result.shape) for name, result in results.items()}
        sum((results[name] * upstream[name]).sum() for name in results).backward()
        arguments = {"input": x, "h0": h0, "c0": c0} | {
            name.removesuffix("_l0"): parameter for name, parameter in layer.named_parameters()}
        for name, argument in arguments.items():
            is_state = name in ("h0", "c0")
            fixture.add(f"{case}/{name}", argument[0] if is_state else argument)
            fixture.add(f"{case}/grad/{name}", argument.grad[0] if is_state else argument.grad)
        for name, result in results.items():
            fixture.add(f"{case}/{name}", result)
            fixture.add(f"{case}/upstream/{name}", upstream[name])
    fixture.write()


if __name__ == "__main__":
    torch.set_num_threads(1)
    make_onnx()
    make_torch()
