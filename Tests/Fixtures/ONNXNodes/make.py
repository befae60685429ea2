#!/usr/bin/env python3
"""ONNX's own tests of the operators that this library runs.

    Scripts/peers_setup --all        # onnx 1.23.2, NumPy 2.4.6, safetensors 0.8.0
    .peers/bin/python Tests/Fixtures/ONNXNodes/make.py

recurrent.safetensors: all cases of LSTM, GRU and RNN. supporting.safetensors: all cases of the other operators whose values are of
a type that is read here, but for those that EXCLUDED names and the reason. They are made by the generators of the Python package onnx
(Apache-2.0), whose random numbers get a seed here; those of the group pytorch-converted are files of the package, brought to
operator set 9 where they are older.

Keys: CASE/model is the file, CASE/input/NAME and CASE/output/NAME are the values.
"""

import re
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper, version_converter
from safetensors.numpy import save_file

FOLDER = Path(__file__).resolve().parent
assert onnx.__version__ == "1.23.2", onnx.__version__

RECURRENT = {"LSTM", "GRU", "RNN"}
OPERATORS = {
    "Gemm", "MatMul", "Add", "Sub", "Mul", "Div", "Neg", "Pow", "Sqrt", "Exp", "Log", "Abs", "Conv", "MaxPool", "AveragePool",
    "GlobalAveragePool", "GlobalMaxPool", "BatchNormalization", "LayerNormalization", "Softmax", "LogSoftmax", "Gather",
    "Transpose", "Reshape", "Squeeze", "Unsqueeze", "Concat", "Slice", "Identity", "Flatten", "Shape", "Constant",
    "ConstantOfShape", "Cast", "Expand", "Tanh", "Sigmoid", "Relu", "LeakyRelu", "Elu", "HardSigmoid", "Softsign", "Softplus",
    "ThresholdedRelu", "Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual", "Max", "Min", "Where", "Range", "Clip", "ReduceMean", "ReduceMax", "ReduceSum", "Dropout", "Split",
}
TYPES = {TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.INT32, TensorProto.INT64, TensorProto.BOOL}
NEWEST = 27

# What is left out, with the reason.
EXCLUDED = {
    r"test_(max|average)pool_(with_argmax_)?[23]d.*": "over two or three axes",
    r"test_basic_conv.*|test_conv_with.*": "over two axes",
    r"test_(Conv|AvgPool|MaxPool|BatchNorm)[23]d.*": "over two or three axes",
    r"test_batchnorm_.*_training_mode": "training mode",
    r"test_training_dropout.*": "training mode",
    r"test_pow(_bcast_array|_example|_types_float.*)?": "an exponent for each number",
    r"test_pow_types_int.*": "powers of integers",
    r"test_reduce_max_.*bool.*": "the largest of truth values",
    r"test_MaxPool1d_stride_padding_dilation": "nearly a megabyte",
}


def operators(graph):
    return {node.op_type for node in graph.node}


def is_wanted(model):
    """Whether a model uses only operators and types that are read."""
    graph = model.graph
    values = list(graph.input) + list(graph.output)
    types = [value.type.tensor_type.elem_type if value.type.HasField("tensor_type") else None for value in values]
    domains = {node.domain for node in graph.node}
    if model.opset_import[0].version > NEWEST:
        return False
    return operators(graph) <= OPERATORS | RECURRENT and all(t in TYPES for t in types) and domains <= {""}


def exclusion(name):
    return next((reason for pattern, reason in EXCLUDED.items() if re.fullmatch(pattern, name)), None)


def node_cases():
    """The generated cases: name, model, inputs and outputs."""
    np.random.seed(20)
    from onnx.backend.test.loader import load_node_model_tests

    for case in sorted(load_node_model_tests(), key=lambda case: case.name):
        for inputs, outputs in case.data_sets or []:
            yield case.name, case.model, inputs, outputs


def converted_cases():
    """The cases that were once exported from PyTorch."""
    root = Path(onnx.__file__).parent / "backend" / "test" / "data" / "pytorch-converted"
    for folder in sorted(root.iterdir()):
        if not folder.is_dir():
            continue
        model = onnx.load(folder / "model.onnx")
        if model.opset_import[0].version < 7:
            model = version_converter.convert_version(model, 9)
        data = folder / "test_data_set_0"

        def values(kind, count):
            tensors = [onnx.load_tensor(data / f"{kind}_{number}.pb") for number in range(count)]
            return [numpy_helper.to_array(tensor) for tensor in tensors]

        initial = {tensor.name for tensor in model.graph.initializer}
        given = [value for value in model.graph.input if value.name not in initial]
        yield folder.name, model, values("input", len(given)), values("output", len(model.graph.output))


def pack(tensors, name, model, inputs, outputs):
    initial = {tensor.name for tensor in model.graph.initializer}
    given = [value for value in model.graph.input if value.name not in initial]
    content = {f"{name}/model": np.frombuffer(model.SerializeToString(), np.uint8)}
    for kind, infos, arrays in [("input", given, inputs), ("output", model.graph.output, outputs)]:
        assert len(infos) == len(arrays), name
        for info, array in zip(infos, arrays):
            array = numpy_helper.to_array(array) if isinstance(array, TensorProto) else array
            element = helper.tensor_dtype_to_np_dtype(info.type.tensor_type.elem_type)
            content[f"{name}/{kind}/{info.name}"] = np.array(array, dtype=element, order="C")
    tensors.update(content)


def main():
    recurrent, supporting, left_out = {}, {}, {}
    for name, model, inputs, outputs in [*node_cases(), *converted_cases()]:
        if not is_wanted(model):
            continue
        reason = exclusion(name)
        if reason is None:
            target = recurrent if operators(model.graph) & RECURRENT else supporting
            pack(target, name, model, inputs, outputs)
        else:
            left_out.setdefault(reason, []).append(name)
    for title, tensors in [("recurrent", recurrent), ("supporting", supporting)]:
        path = FOLDER / f"{title}.safetensors"
        save_file(tensors, path, metadata={"source": f"onnx {onnx.__version__}"})
        print(f"{path.name}: {sum(key.endswith('/model') for key in tensors)} cases, {path.stat().st_size} bytes")
    for reason, names in left_out.items():
        print(f"left out ({reason}): {' '.join(names)}")


if __name__ == "__main__":
    main()
