"""ONNX Runtime: all graph optimisations, sequential execution, no memory but its own touched by the call."""
import numpy
import onnxruntime
from onnx_models import layer_stack

THREADS = 1


def start(threads):
    global THREADS
    THREADS = threads
    return onnxruntime.__version__


def settings(cell, shape, mode):
    return ["all optimisations"] if mode == "infer" else []


def build(cell, shape, mode, setting):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(layer_stack(cell, shape), options, providers=["CPUExecutionProvider"])
    inputs = {"x": numpy.random.default_rng(1).standard_normal(shape[:3]).astype("float32")}
    return lambda: session.run(None, inputs)
