"""Figures of echo state networks: the same error as ReservoirPy's with the same matrices, in less time."""
import os
import statistics
import tempfile
from pathlib import Path

from .figure import ROOT, execute, last_json

PEER = ROOT / "Benchmarks" / "peers" / "reservoirpy_peer.py"
EXAMPLES = ROOT / "Examples"
# ReservoirPy 0.4.2; Scripts/peers_setup pins it.
SIZES = [300, 500, 1000]
ROUNDS, TIMES = 5, 3


def measure(units, folder):
    """Both sides in alternating rounds, one thread each: their answers, and the ratio of times of each round."""
    python, path = os.environ["PEERS_PYTHON"], Path(folder) / f"esn_{units}.safetensors"
    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    execute([python, PEER, "make", path, str(units)], environment=one_thread)
    program = EXAMPLES / ".build" / "release" / "EchoStateNetwork"
    ratios = []
    for _ in range(ROUNDS):
        ours = last_json(execute([program, path, str(TIMES)]))
        theirs = last_json(execute([python, PEER, "run", path, str(TIMES)], environment=one_thread))
        ratios.append(statistics.median(theirs["seconds"]) / statistics.median(ours["seconds"]))
    return ours, theirs, ratios


def add_figures(figures):
    """`esn_mackey_glass` and `esn_speed`, the least favourable of several sizes."""
    bars = {"esn_mackey_glass": ("difference of NRMSE, share of ReservoirPy's", 0.01), "esn_speed": ("times ReservoirPy", 1)}
    if not os.environ.get("PEERS_PYTHON"):
        figures.at_most("esn_mackey_glass", None, *bars["esn_mackey_glass"])
        figures.at_least("esn_speed", None, *bars["esn_speed"])
        return
    execute(["swift", "build", "-c", "release", "--package-path", EXAMPLES, "--product", "EchoStateNetwork"])
    differences, speeds = [], []
    with tempfile.TemporaryDirectory() as folder:
        for units in SIZES:
            ours, theirs, ratios = measure(units, folder)
            for name in ("nrmse", "nrmse_84"):
                words = f"{name} {ours[name]:.4g} and {theirs[name]:.4g}, {units} units"
                differences.append((abs(ours[name] / theirs[name] - 1), words))
            words = f"{units} units, {min(ratios):.2f} to {max(ratios):.2f} in {ROUNDS} rounds"
            speeds.append((statistics.median(ratios), words))
    difference, words = max(differences)
    figures.at_most("esn_mackey_glass", round(difference, 6), f"share of ReservoirPy's, worst of {len(differences)}: {words}",
                    0.01)
    speed, words = min(speeds)
    figures.at_least("esn_speed", round(speed, 2), f"times ReservoirPy, one thread, least of {len(speeds)}: {words}", 1)
