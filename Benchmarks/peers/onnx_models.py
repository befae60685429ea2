"""Stacks of recurrent layers as ONNX models, for the runtimes that read those."""
import numpy
from onnx import TensorProto, checker, helper, numpy_helper

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


def layer_stack(cell, shape):
    """The bytes of a model from x [T, B, I] to y [T, B, H]; GRUs reset after the product, as in PyTorch."""
    steps, batch, inputs, hidden, layers = shape
    source = numpy.random.default_rng(0)
    rows = GATES[cell] * hidden
    nodes = []
    constants = [numpy_helper.from_array(numpy.array([1], "int64"), "direction_axis")]
    name = "x"

    def weights(label, *dimensions):
        values = source.uniform(-1, 1, dimensions) / hidden ** 0.5
        constants.append(numpy_helper.from_array(values.astype("float32"), label))
        return label

    for layer in range(layers):
        width = inputs if layer == 0 else hidden
        operands = [name, weights(f"W{layer}", 1, rows, width), weights(f"R{layer}", 1, rows, hidden),
                    weights(f"B{layer}", 1, 2 * rows)]
        attributes = {"linear_before_reset": 1} if cell == "GRU" else {}
        nodes.append(helper.make_node(cell, operands, [f"directions{layer}"], hidden_size=hidden, **attributes))
        name = "y" if layer == layers - 1 else f"h{layer}"
        nodes.append(helper.make_node("Squeeze", [f"directions{layer}", "direction_axis"], [name]))
    graph = helper.make_graph(
        nodes, "layers", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [steps, batch, inputs])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [steps, batch, hidden])], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)])
    model.ir_version = 8
    checker.check_model(model)
    return model.SerializeToString()
