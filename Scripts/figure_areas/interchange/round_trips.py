"""Figures of round trips: ours to another format and back, theirs to ours and back; and what the other programs compute from the
files that this library writes, where they are there."""
import json
import os
import tempfile

from ..figure import ROOT, execute, last_json
from ..tasks.runs import TOOL
from .recorded import by_format, recorded

SUITES = "ConversionTests|KerasExportTests|KerasWriterTests|PyTorchGoldenTests|RecognizedNetworkTests"


def run(figures, _):
    numbers = recorded(SUITES)
    trips = by_format(numbers, "round_trips") | {"native_onnx_native": len(numbers.get("onnx_round_trips", []))}
    words = ", ".join(f"{name} {int(count)}" for name, count in trips.items())
    figures.at_least("round_trips", int(sum(trips.values())), words, 40)
    keras(figures)
    python(figures)


def python(figures):
    """What a text classifier of ours gives in Python, with safetensors, tokenizers and torch alone."""
    unit, python = "worst difference of a probability between torch and the tool, which prints six digits", os.environ.get("PEERS_PYTHON")
    if not python:
        figures.at_most("python_loads", None, unit, 2e-6)
        return
    found = last_json(execute([python, ROOT / "Tests" / "Fixtures" / "PyTorchConversion" / "check.py", TOOL]))
    figures.at_most("python_loads", found["worst"], unit, 2e-6)


def keras(figures):
    """What Keras computes from files of ours."""
    unit, python = "of 1e-6 + 1e-5 |b|, worst of the files that Keras loads", os.environ.get("PEERS_PYTHON")
    if not python:
        figures.at_most("keras_loads", None, unit, 1)
        return
    with tempfile.TemporaryDirectory() as folder:
        execute(["swift", "test", "--filter", "KerasExportTests"], environment={"RECURRENT_KERAS_EXPORT": folder})
        found = last_json(execute([python, ROOT / "Tests" / "Fixtures" / "Keras" / "check.py", folder]))
    figures.at_most("keras_loads", found["worst_share"], f"{unit}: {found['models']} models, {found['weights']} weights", 1)
