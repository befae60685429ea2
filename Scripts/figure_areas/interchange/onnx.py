"""Figures of ONNX: its own tests of operators, and random recurrent graphs against ONNX Runtime, as the test run compares them."""
import tempfile
from pathlib import Path

from ..figure import execute

# How many cases there are at least.
CASES = {"onnx_recurrent": 18, "onnx_supporting": 300, "onnx_random": 100}


def run(figures, _):
    """The worst difference of all cases as a share of what is allowed."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "recorded"
        # Tests that run side by side would each make the file.
        record.touch()
        execute(["swift", "test", "--filter", "ONNXNodeTests"], environment={"RECURRENT_FIGURES": str(record)})
        recorded = {name: [] for name in CASES}
        for line in record.read_text().splitlines():
            name, value = line.split()
            recorded.setdefault(name, []).append(float(value))
    for name, least in CASES.items():
        count, worst = len(recorded[name]), max(recorded[name], default=None)
        figures.add(name, worst, f"of 1e-6 + 1e-5 |b|, worst of {count} cases", f"<= 1 in at least {least} cases",
                    count >= least and worst <= 1)
