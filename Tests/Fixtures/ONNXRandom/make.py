#!/usr/bin/env python3
"""Graphs of recurrent nodes with random weights and options, and what ONNX Runtime makes of them.

    Scripts/peers_setup --all        # onnx 1.23.2, onnxruntime 1.31.1, torch 2.13.0, NumPy 2.4.6, safetensors 0.8.0
    .peers/bin/python Tests/Fixtures/ONNXRandom/make.py

random.safetensors: single nodes with every option (direction, layout, lengths down to 0, first states, peepholes, coupled gates, clip,
activations with their constants, both places of the reset gate, weights as initialisers, as inputs and as results of another node,
some outputs only), and a few networks around them as exporters write them. ONNX Runtime refuses layout 1: there it ran the same node
in layout 0, and its values were transposed. The cases exported-… are networks that torch.onnx.export has written, with what PyTorch
itself computes, in double, for another number of rows and steps.

Keys: CASE/model is the file, CASE/input/NAME and CASE/output/NAME are the values.
"""

import io
import warnings
import zlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file

FOLDER = Path(__file__).resolve().parent
VERSIONS = f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}, torch {torch.__version__.split('+')[0]}"
assert VERSIONS == "onnx 1.23.2, onnxruntime 1.31.1, torch 2.13.0", VERSIONS

COUNTS = {"LSTM": 60, "GRU": 48, "RNN": 36}
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
FUNCTIONS = {"LSTM": 3, "GRU": 2, "RNN": 1}
DIRECTIONS = {"forward": 1, "reverse": 1, "bidirectional": 2}
# How many constants each activation takes, and between which values they are drawn.
ALPHA = {"LeakyRelu": (0.01, 0.3), "ThresholdedRelu": (0.0, 0.3), "HardSigmoid": (0.1, 0.4), "Elu": (0.3, 1.2), "Affine": (0.3, 0.8),
         "ScaledTanh": (0.5, 1.5)}
BETA = {"HardSigmoid": (0.3, 0.6), "Affine": (-0.2, 0.2), "ScaledTanh": (0.5, 1.2)}
ACTIVATIONS = ["Tanh", "Sigmoid", "Relu", "LeakyRelu", "ThresholdedRelu", "ScaledTanh", "HardSigmoid", "Elu", "Softsign", "Softplus",
               "Affine"]


class Draw:
    """A stream of choices and numbers that depends on its name alone."""

    def __init__(self, name):
        self.generator = np.random.Generator(np.random.PCG64(zlib.crc32(name.encode())))

    def normal(self, *shape, scale=1.0):
        return (self.generator.standard_normal(shape) * scale).astype(np.float32)

    def one(self, choices):
        return choices[int(self.generator.integers(len(choices)))]

    def integer(self, low, high):
        return int(self.generator.integers(low, high + 1))

    def chance(self, probability):
        return bool(self.generator.random() < probability)

    def within(self, low, high):
        return float(np.float32(self.generator.uniform(low, high)))


def activations(draw, operator, directions):
    """Names in any spelling, and constants for those that take them.

    Of an RNN ONNX Runtime takes exact names only, and counts constants by direction rather than by who takes them.
    """
    is_exact = operator == "RNN"
    names = [draw.one(ACTIVATIONS)] * directions if is_exact else [draw.one(ACTIVATIONS) for _ in range(FUNCTIONS[operator] * directions)]
    attributes = {"activations": [name.lower() if not is_exact and draw.chance(0.2) else name for name in names]}
    alphas = [draw.within(*ALPHA[name]) for name in names if name in ALPHA]
    betas = [draw.within(*BETA[name]) for name in names if name in BETA]
    # What is left out must be left out from the end on.
    if alphas and (is_exact or draw.chance(0.85)):
        attributes["activation_alpha"] = alphas
    if betas and (is_exact or draw.chance(0.85)):
        attributes["activation_beta"] = betas
    return attributes


class Case:
    """One node: its attributes, and its inputs in layout 0."""

    def __init__(self, operator, number):
        self.operator, self.number = operator, number
        draw = self.draw = Draw(f"{operator}-{number}")
        self.direction = list(DIRECTIONS)[number % 3]
        directions = DIRECTIONS[self.direction]
        self.layout = int(draw.chance(0.3))
        steps, rows, inputs, units = draw.integer(1, 9), draw.integer(1, 5), draw.integer(1, 7), draw.one([1, 2, 3, 4, 5, 8, 9])
        gates = GATES[operator]
        self.attributes = {"hidden_size": units}
        if self.direction != "forward" or draw.chance(0.5):
            self.attributes["direction"] = self.direction
        if draw.chance(0.55):
            self.attributes |= activations(draw, operator, directions)
        if draw.chance(0.3):
            self.attributes["clip"] = draw.within(0.2, 1.5)
        if operator == "LSTM" and draw.chance(0.3):
            self.attributes["input_forget"] = 1
        if operator == "GRU":
            self.attributes["linear_before_reset"] = number // 3 % 2
        scale = 0.6 / np.sqrt(units)
        self.values = {"X": draw.normal(steps, rows, inputs), "W": draw.normal(directions, gates * units, inputs, scale=0.5),
                       "R": draw.normal(directions, gates * units, units, scale=scale)}
        if draw.chance(0.75):
            self.values["B"] = draw.normal(directions, 2 * gates * units, scale=0.5)
        if draw.chance(0.6):
            lengths = draw.generator.integers(0 if draw.chance(0.5) else 1, steps + 1, rows)
            self.values["sequence_lens"] = lengths.astype(np.int32)
        if draw.chance(0.6):
            self.values["initial_h"] = draw.normal(directions, rows, units, scale=0.5)
        if operator == "LSTM":
            if draw.chance(0.6):
                self.values["initial_c"] = draw.normal(directions, rows, units, scale=0.5)
            if draw.chance(0.4):
                self.values["P"] = draw.normal(directions, 3 * units, scale=0.5)
        self.weights = draw.one(["initializers", "initializers", "inputs", "computed"])
        outputs = ["Y", "Y_h"] + (["Y_c"] if operator == "LSTM" else [])
        kept = [name for name in outputs if draw.chance(0.8)] or [draw.one(outputs)]
        self.outputs = [name if name in kept else "" for name in outputs]
        while not self.outputs[-1]:
            self.outputs.pop()

    @property
    def name(self):
        return f"{self.operator.lower()}-{self.number:02}"

    def transposed(self, name, value):
        """A value of layout 0 in layout 1, and back."""
        if name in ("X", "initial_h", "initial_c", "Y_h", "Y_c"):
            return np.ascontiguousarray(value.transpose(1, 0, 2))
        if name == "Y":
            return np.ascontiguousarray(value.transpose(2, 0, 1, 3))
        return value

    def model(self, layout):
        """The file, and the values of its inputs."""
        slots = ["X", "W", "R", "B", "sequence_lens", "initial_h"] + (["initial_c", "P"] if self.operator == "LSTM" else [])
        values = {k: self.transposed(k, v) if layout else v for k, v in self.values.items()}
        names = [slot if slot in values else "" for slot in slots]
        while not names[-1]:
            names.pop()
        nodes, initializers, given = [], [], dict(values)
        for key in [k for k in ("W", "R", "B", "P") if k in values] if self.weights != "inputs" else []:
            value = given.pop(key)
            if self.weights == "computed" and key in ("W", "R"):
                initializers.append(numpy_helper.from_array(np.ascontiguousarray(value.transpose(0, 2, 1)), f"{key}_columns"))
                nodes.append(helper.make_node("Transpose", [f"{key}_columns"], [key], perm=[0, 2, 1]))
            else:
                initializers.append(numpy_helper.from_array(value, key))
        attributes = dict(self.attributes, **({"layout": 1} if layout else {}))
        nodes.append(helper.make_node(self.operator, names, self.outputs, name="layer", **attributes))
        infos = [helper.make_tensor_value_info(k, TensorProto.INT32 if k == "sequence_lens" else TensorProto.FLOAT, v.shape)
                 for k, v in given.items()]
        results = [helper.make_tensor_value_info(k, TensorProto.FLOAT, [None] * (4 if k == "Y" else 3)) for k in self.outputs if k]
        return finished(nodes, infos, results, initializers), given

    def pack(self):
        names = [name for name in self.outputs if name]
        while True:
            plain, given = self.model(0)
            outputs = dict(zip(names, run(plain, given)))
            if all(np.isfinite(value).all() and np.abs(value).max(initial=0) < 20 for value in outputs.values()):
                break
            # Gates without bounds let states grow from step to step.
            for key in [key for key in ("W", "R", "B", "P") if key in self.values]:
                self.values[key] = self.values[key] / 2
        if self.layout:
            plain, given = self.model(1)
            outputs = {name: self.transposed(name, value) for name, value in outputs.items()}
        return plain, given, outputs


def finished(nodes, inputs, outputs, initializers):
    graph = helper.make_graph(nodes, "random", inputs, outputs, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return model


def run(model, values):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, values)


def node(operator, inputs, output, **attributes):
    outputs = output if isinstance(output, list) else [output]
    return helper.make_node(operator, inputs, outputs, **attributes)


def tagger():
    """Embedding, a stack of bidirectional LSTMs over ragged rows, and a linear layer with softmax over each step."""
    draw = Draw("tagger")
    steps, rows, words, width, units, classes = 6, 3, 11, 4, 5, 3
    initial = {"table": draw.normal(words, width), "head": draw.normal(2 * units, classes), "shift": draw.normal(classes),
               "split": np.array([0, 0, -1], np.int64)}
    nodes = [node("Gather", ["table", "words"], "embedded")]
    source, inputs = "embedded", width
    for k in range(2):
        initial |= {f"W{k}": draw.normal(2, 4 * units, inputs, scale=0.5), f"R{k}": draw.normal(2, 4 * units, units, scale=0.3),
                    f"B{k}": draw.normal(2, 8 * units, scale=0.3)}
        nodes += [node("LSTM", [source, f"W{k}", f"R{k}", f"B{k}", "lengths"], f"Y{k}", hidden_size=units, direction="bidirectional"),
                  node("Transpose", [f"Y{k}"], f"T{k}", perm=[0, 2, 1, 3]), node("Reshape", [f"T{k}", "split"], f"S{k}")]
        source, inputs = f"S{k}", 2 * units
    nodes += [node("MatMul", [source, "head"], "product"), node("Add", ["product", "shift"], "logits"),
              node("Softmax", ["logits"], "probabilities", axis=-1)]
    values = {"words": draw.generator.integers(0, words, (steps, rows)).astype(np.int64), "lengths": np.array([6, 2, 4], np.int32)}
    return nodes, initial, values, {"probabilities": 3}


def classifier():
    """Convolution, batch normalisation and pooling in front of a GRU whose last state goes through layer normalisation and Gemm."""
    draw = Draw("classifier")
    steps, rows, channels, filters, units, classes = 20, 3, 2, 4, 5, 3
    initial = {"taps": draw.normal(filters, channels, 5, scale=0.4), "taps_bias": draw.normal(filters),
               "scale": draw.normal(filters), "shift": draw.normal(filters), "mean": draw.normal(filters),
               "variance": np.abs(draw.normal(filters)) + 0.5, "W": draw.normal(1, 3 * units, filters, scale=0.5),
               "R": draw.normal(1, 3 * units, units, scale=0.4), "B": draw.normal(1, 6 * units, scale=0.3), "gain": draw.normal(units),
               "offset": draw.normal(units), "head": draw.normal(classes, units), "bias": draw.normal(classes), "axis": np.array([0], np.int64)}
    nodes = [node("Conv", ["x", "taps", "taps_bias"], "c", kernel_shape=[5], pads=[2, 2], strides=[1]),
             node("BatchNormalization", ["c", "scale", "shift", "mean", "variance"], "n"), node("Relu", ["n"], "r"),
             node("MaxPool", ["r"], "p", kernel_shape=[2], strides=[2]), node("Transpose", ["p"], "t", perm=[2, 0, 1]),
             node("GRU", ["t", "W", "R", "B"], ["", "h"], hidden_size=units, linear_before_reset=1),
             node("Squeeze", ["h", "axis"], "s"), node("LayerNormalization", ["s", "gain", "offset"], "l", axis=-1),
             node("Gemm", ["l", "head", "bias"], "y", transB=1)]
    return nodes, initial, {"x": draw.normal(rows, channels, steps)}, {"y": 2}


def forecaster():
    """An RNN of which the last step is sliced off, by places that are computed from the shape."""
    draw = Draw("forecaster")
    steps, rows, inputs, units = 8, 4, 3, 6
    initial = {"W": draw.normal(1, units, inputs), "R": draw.normal(1, units, units, scale=0.3), "head": draw.normal(units, 1),
               "zero": np.array(0, np.int64), "one": np.array([1], np.int64), "axis": np.array([0], np.int64), "flat": np.array([-1, units], np.int64)}
    nodes = [node("RNN", ["x", "W", "R"], "Y", hidden_size=units, activations=["Relu"]), node("Shape", ["Y"], "shape"),
             node("Gather", ["shape", "zero"], "steps", axis=0), node("Unsqueeze", ["steps", "axis"], "end"),
             node("Sub", ["end", "one"], "start"), node("Slice", ["Y", "start", "end", "axis"], "last"),
             node("Reshape", ["last", "flat"], "rows"), node("MatMul", ["rows", "head"], "y")]
    return nodes, initial, {"x": draw.normal(steps, rows, inputs)}, {"y": 2}


def step():
    """One step of an LSTM with its states as inputs and outputs, as chat programs run it."""
    draw = Draw("step")
    rows, words, width, units = 2, 9, 4, 5
    initial = {"table": draw.normal(words, width), "W": draw.normal(1, 4 * units, width, scale=0.5), "R": draw.normal(1, 4 * units, units, scale=0.3),
               "B": draw.normal(1, 8 * units, scale=0.3), "head": draw.normal(words, units), "axis": np.array([0], np.int64)}
    nodes = [node("Gather", ["table", "word"], "embedded"), node("Unsqueeze", ["embedded", "axis"], "x"),
             node("LSTM", ["x", "W", "R", "B", "", "h", "c"], ["", "next_h", "next_c"], hidden_size=units),
             node("Squeeze", ["next_h", "axis"], "s"), node("Gemm", ["s", "head"], "logits", transB=1),
             node("LogSoftmax", ["logits"], "y", axis=1)]
    values = {"word": np.array([3, 8], np.int64), "h": draw.normal(1, rows, units), "c": draw.normal(1, rows, units)}
    return nodes, initial, values, {"y": 2, "next_h": 3, "next_c": 3}


def network(make):
    nodes, initial, values, outputs = make()
    types = {np.dtype(np.float32): TensorProto.FLOAT, np.dtype(np.int64): TensorProto.INT64, np.dtype(np.int32): TensorProto.INT32}
    infos = [helper.make_tensor_value_info(k, types[v.dtype], v.shape) for k, v in values.items()]
    results = [helper.make_tensor_value_info(k, TensorProto.FLOAT, [None] * rank) for k, rank in outputs.items()]
    model = finished(nodes, infos, results, [numpy_helper.from_array(value, key) for key, value in initial.items()])
    return model, values, dict(zip(outputs, run(model, values)))


class Layers(torch.nn.Module):
    """Recurrent layers and a linear layer on the last step."""

    def __init__(self, kind, **options):
        super().__init__()
        self.layers = getattr(torch.nn, kind)(3, 5, **options)
        self.head = torch.nn.Linear(10 if options.get("bidirectional") else 5, 2)

    def forward(self, x):
        outputs, _ = self.layers(x)
        return self.head(outputs[:, -1] if self.layers.batch_first else outputs[-1])


class Network(torch.nn.Module):
    """Embedding, convolution, batch normalisation, a bidirectional LSTM, layer normalisation, probabilities for each step."""

    def __init__(self):
        super().__init__()
        self.table, self.taps, self.batch = torch.nn.Embedding(11, 4), torch.nn.Conv1d(4, 6, 3, padding=1), torch.nn.BatchNorm1d(6)
        self.lstm = torch.nn.LSTM(6, 5, batch_first=True, bidirectional=True)
        self.norm, self.head = torch.nn.LayerNorm(10), torch.nn.Linear(10, 3)

    def forward(self, x):
        features = torch.relu(self.batch(self.taps(self.table(x).transpose(1, 2)))).transpose(1, 2)
        outputs, (hidden, _) = self.lstm(features)
        return torch.log_softmax(self.head(self.norm(outputs)), -1), hidden


def exported():
    """Networks as PyTorch's exporter writes them, for any number of rows and steps."""
    torch.manual_seed(9)
    makers = {
        "lstm": (Layers("LSTM", num_layers=2, bidirectional=True, batch_first=True), torch.randn(2, 7, 3), torch.randn(3, 4, 3)),
        "gru": (Layers("GRU", num_layers=2), torch.randn(7, 2, 3), torch.randn(5, 3, 3)),
        "rnn": (Layers("RNN", nonlinearity="relu", batch_first=True), torch.randn(2, 7, 3), torch.randn(1, 6, 3)),
        "network": (Network(), torch.randint(0, 11, (2, 7)), torch.randint(0, 11, (4, 9))),
    }
    for name, (module, example, x) in makers.items():
        module.eval()
        file = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(module, (example,), file, dynamo=False, opset_version=17, input_names=["x"],
                              dynamic_axes={"x": {0: "first", 1: "second"}})
        model = onnx.load_from_string(file.getvalue())
        results = module.double()(x.double() if x.is_floating_point() else x)
        results = results if isinstance(results, tuple) else (results,)
        values = [result.detach().float().contiguous().numpy() for result in results]
        yield f"exported-{name}", (model, {"x": x.numpy()}, dict(zip([output.name for output in model.graph.output], values)))


def main():
    tensors = {}
    cases = [(case.name, case.pack()) for operator, count in COUNTS.items() for case in (Case(operator, n) for n in range(count))]
    cases += [(f"network-{make.__name__}", network(make)) for make in (tagger, classifier, forecaster, step)]
    cases += exported()
    for name, (model, values, outputs) in cases:
        tensors[f"{name}/model"] = np.frombuffer(model.SerializeToString(), np.uint8)
        tensors |= {f"{name}/input/{key}": value for key, value in values.items()}
        tensors |= {f"{name}/output/{key}": value for key, value in outputs.items()}
    path = FOLDER / "random.safetensors"
    save_file(tensors, path, metadata={"source": VERSIONS})
    print(f"{path.name}: {len(cases)} cases, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
