"""Small models of PyTorch as its two exporters write them, and one as converters for Keras do, with what they compute.

    python Tests/Fixtures/ONNXWritten/exported.py

Versions: torch 2.13.0, onnx 1.23.2, onnxruntime 1.31.1, onnxscript 0.7.2 (for the exporter that calls itself dynamo). Of each model
`exported/NAME.onnx` is the file; `exported.safetensors` holds `NAME/input` and `NAME/output`, and for those of PyTorch the
parameters `NAME/state/…`.
"""

import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file
from torch import nn

assert torch.__version__.startswith("2.13.0") and onnx.__version__ == "1.23.2"
warnings.filterwarnings("ignore")
FOLDER = Path(__file__).parent / "exported"


class Classifier(nn.Module):
    """Tokens, two layers in both directions, the last step."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 3)
        self.rnn = nn.LSTM(3, 2, num_layers=2, bidirectional=True, batch_first=True)
        self.head = nn.Linear(4, 3)

    def forward(self, tokens):
        return self.head(self.rnn(self.embedding(tokens))[0][:, -1])


class Forecaster(nn.Module):
    """One forward GRU with the batch first, the last step."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(3, 4, batch_first=True)
        self.head = nn.Linear(4, 1)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])


class Encoder(nn.Module):
    """The last hidden states of both directions side by side."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(3, 2, bidirectional=True)
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        _, (hidden, _) = self.rnn(x)
        return torch.log_softmax(self.head(torch.cat([hidden[-2], hidden[-1]], 1)), dim=-1)


class Tagger(nn.Module):
    """Two layers of simple units, a map of every step."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(3, 4, num_layers=2)
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head(torch.relu(self.rnn(x)[0]))


class Convolutional(nn.Module):
    """A convolution, and a normalisation that the exporters cannot take into it, before the recurrent layer."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(3, 4, 3, padding=1)
        self.norm = nn.BatchNorm1d(4)
        self.rnn = nn.GRU(4, 2, batch_first=True)

    def forward(self, x):
        return self.rnn(self.norm(torch.tanh(self.conv(x))).transpose(1, 2))[0]


# Name, model, shape of the input, dynamic axes.
MODELS = [
    ("classifier", Classifier, (2, 5), {0: "batch", 1: "time"}),
    ("forecaster", Forecaster, (2, 5, 3), {0: "batch", 1: "time"}),
    ("encoder", Encoder, (5, 2, 3), {0: "time", 1: "batch"}),
    ("tagger", Tagger, (5, 2, 3), {0: "time", 1: "batch"}),
    ("convolutional", Convolutional, (2, 3, 6), {0: "batch", 2: "time"}),
]


def run(path: Path, x: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: x})[0]


def exported(tensors: dict[str, np.ndarray]) -> None:
    for number, (name, make, shape, axes) in enumerate(MODELS):
        torch.manual_seed(number)
        model = make()
        for buffer_name, buffer in model.named_buffers():
            if "running" in buffer_name:
                buffer.copy_(torch.rand_like(buffer) + 0.5)
        model = model.eval()
        x = torch.randint(0, 7, shape) if name == "classifier" else torch.randn(shape)
        for exporter, is_dynamo in (("script", False), ("dynamo", True)):
            path = FOLDER / f"{name}-{exporter}.onnx"
            shapes = {"dynamic_shapes": ({k: torch.export.Dim(v) for k, v in axes.items()},)} if is_dynamo else {
                "dynamic_axes": {"x": axes}
            }
            torch.onnx.export(
                model, (x,), path, input_names=["x"], output_names=["y"], dynamo=is_dynamo, verbose=False,
                external_data=False, **shapes)
            if is_dynamo:
                # Where in the source each node comes from is much more than the model.
                proto = onnx.load(path)
                del proto.metadata_props[:]
                del proto.graph.value_info[:]
                for node in proto.graph.node:
                    del node.metadata_props[:]
                onnx.save(proto, path)
            key = path.stem
            output = model(x).detach().numpy()
            np.testing.assert_allclose(run(path, x.numpy()), output, rtol=1e-4, atol=1e-5)
            tensors[f"{key}/input"] = x.numpy().astype(np.int32 if x.dtype == torch.int64 else np.float32)
            tensors[f"{key}/output"] = np.ascontiguousarray(output)
            for parameter, value in model.state_dict().items():
                if "num_batches" not in parameter:
                    tensors[f"{key}/state/{parameter}"] = value.numpy()


def keras_like(tensors: dict[str, np.ndarray]) -> None:
    """Batch-major, the recurrent node between transposes, the last step by a slice, one bias (the other zeros)."""
    generator = np.random.Generator(np.random.PCG64(3))
    random = lambda *shape: (generator.standard_normal(shape) * 0.5).astype(np.float32)
    values = {
        "W": random(1, 16, 3), "R": random(1, 16, 4),
        "B": np.concatenate([random(1, 16), np.zeros((1, 16), np.float32)], 1),
        "dense/kernel": random(4, 2), "dense/bias": random(2),
        "one": np.array([1]), "minus_one": np.array([-1]), "end": np.array([2**31 - 1]),
    }
    nodes = [
        helper.make_node("Transpose", ["x"], ["t"], perm=[1, 0, 2]),
        helper.make_node("LSTM", ["t", "W", "R", "B"], ["Y"], hidden_size=4),
        helper.make_node("Squeeze", ["Y", "one"], ["s"]),
        helper.make_node("Transpose", ["s"], ["u"], perm=[1, 0, 2]),
        helper.make_node("Slice", ["u", "minus_one", "end", "one"], ["v"]),
        helper.make_node("Squeeze", ["v", "one"], ["w"]),
        helper.make_node("MatMul", ["w", "dense/kernel"], ["m"]),
        helper.make_node("Add", ["m", "dense/bias"], ["a"]),
        helper.make_node("Softmax", ["a"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes, "model",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", "T", 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 2])],
        [numpy_helper.from_array(value, name) for name, value in values.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    path = FOLDER / "keras-like.onnx"
    onnx.save(model, path)
    x = random(2, 5, 3)
    tensors["keras-like/input"] = x
    tensors["keras-like/output"] = run(path, x)


tensors: dict[str, np.ndarray] = {}
FOLDER.mkdir(exist_ok=True)
keras_like(tensors)
exported(tensors)
target = Path(__file__).parent / "exported.safetensors"
save_file(tensors, target, metadata={"source": f"ONNXWritten/exported.py; torch {torch.__version__}, onnx {onnx.__version__}"})
print(f"{len(tensors)} tensors, {target.stat().st_size} bytes")
