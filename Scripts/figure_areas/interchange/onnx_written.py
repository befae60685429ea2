"""Figures of ONNX graphs that we write, and of those that we recognise as networks, as the test run compares them."""
import tempfile
from pathlib import Path

from ..figure import execute

# How many cases there are at least, and what each is.
CASES = {
    "onnx_written": (40, "written graphs that ONNX Runtime has run"),
    "onnx_round_trips": (40, "networks written, recognised and run again"),
    "onnx_exported": (9, "models that other programs have written"),
}


def run(figures, _):
    """The worst difference of all cases as a share of what is allowed."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "recorded"
        execute(["swift", "test", "--filter", "WrittenNetworkTests|RecognizedNetworkTests|ExportedModelTests"],
                environment={"RECURRENT_FIGURES": str(record)})
        recorded = {name: [] for name in CASES}
        for line in record.read_text().splitlines():
            name, value = line.split()
            recorded.setdefault(name, []).append(float(value))
    for name, (least, words) in CASES.items():
        count, worst = len(recorded[name]), max(recorded[name], default=None)
        figures.add(name, worst, f"of 1e-6 + 1e-5 |b|, worst of {count} {words}", f"<= 1 in at least {least} cases",
                    count >= least and worst <= 1)
