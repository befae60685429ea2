"""OpenVINO: compiled for latency, single precision, the input shared with the caller."""
import numpy
import openvino
from onnx_models import layer_stack

THREADS = 1


def start(threads):
    global THREADS
    THREADS = threads
    return openvino.__version__


def settings(cell, shape, mode):
    return ["latency"] if mode == "infer" else []


def build(cell, shape, mode, setting):
    core = openvino.Core()
    model = core.compile_model(
        core.read_model(layer_stack(cell, shape), b""), "CPU",
        {"INFERENCE_NUM_THREADS": THREADS, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"})
    request = model.create_infer_request()
    inputs = [numpy.random.default_rng(1).standard_normal(shape[:3]).astype("float32")]
    return lambda: request.infer(inputs, share_inputs=True, share_outputs=True)
