"""ReservoirPy's echo state network on the Mackey-Glass series, for the figures of Scripts/figure_areas/reservoir.py.

    reservoirpy_peer.py make FILE UNITS     draws matrices and series, all exact in float32, and writes them
    reservoirpy_peer.py run FILE TIMES      fits and predicts so often; one JSON object

Our side is Examples/Sources/EchoStateNetwork, which computes the same from the same file.
"""
import json
import os
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np  # noqa: E402
import scipy.sparse  # noqa: E402
from reservoirpy.datasets import mackey_glass  # noqa: E402
from reservoirpy.mat_gen import normal, uniform  # noqa: E402
from reservoirpy.nodes import Reservoir, Ridge  # noqa: E402
from reservoirpy.observables import nrmse  # noqa: E402
from safetensors.numpy import load_file, save_file  # noqa: E402

FITTED, WASHOUT, RIDGE_EXPONENT, STEPS = 4000, 100, -6, 6000
HORIZON, APART = 84, 100


def make(path, units):
    w = normal(units, units, connectivity=0.1, sr=1.25, seed=1)
    series = mackey_glass(STEPS, seed=2)[:, 0]
    save_file({
        "W": np.asarray(w.toarray(), dtype=np.float32),
        "Win": np.asarray(uniform(units, 1, connectivity=1.0, seed=3), dtype=np.float32),
        "lr": np.array([0.3], dtype=np.float32),
        "series": np.asarray(2.5 * (series - 0.9), dtype=np.float32),
        "settings": np.array([FITTED, WASHOUT, RIDGE_EXPONENT], dtype=np.float32),
    }, path)


def run(path, times):
    data = {name: values.astype(np.float64) for name, values in load_file(path).items()}
    series = data["series"].reshape(-1, 1)
    fitted, washout, exponent = (int(value) for value in data["settings"])
    seconds = {}
    # Its faster form of the matrix counts.
    for form, w in (("sparse", scipy.sparse.csr_matrix(data["W"])), ("dense", data["W"])):
        seconds[form] = []
        for _ in range(times + 1):
            reservoir = Reservoir(W=w, Win=data["Win"], bias=np.zeros(len(data["W"])), lr=float(data["lr"][0]))
            readout = Ridge(ridge=10.0**exponent)
            model = reservoir >> readout
            start = time.perf_counter()
            model.fit(series[:fitted], series[1:fitted + 1], warmup=washout)
            state = {"out": reservoir.state["out"].copy()}
            predictions = model.run(series[fitted:-1])
            seconds[form].append(time.perf_counter() - start)
        seconds[form] = seconds[form][1:]
    targets = series[fitted + 1:]
    # The state after the training part must be that of its last step.
    whole = Reservoir(W=data["W"], Win=data["Win"], bias=np.zeros(len(data["W"])), lr=float(data["lr"][0])).run(
        series[:fitted])
    assert np.allclose(whole[-1], state["out"], atol=1e-9), "ReservoirPy left another state"
    print(json.dumps({"units": len(data["W"]), "nrmse": nrmse(targets, predictions),
                      "nrmse_84": free_running(reservoir, readout, state, series, fitted),
                      "seconds": min(seconds.values(), key=lambda s: sorted(s)[len(s) // 2]),
                      "form": min(seconds, key=lambda f: sorted(seconds[f])[len(seconds[f]) // 2])}))


def free_running(reservoir, readout, state, series, fitted):
    """The error of the last of 84 steps, from every 100th step on, as a share of the range."""
    predictions, targets, at = [], [], fitted
    while at + HORIZON < len(series):
        reservoir.state = dict(state)
        y = series[at]
        for _ in range(HORIZON):
            y = readout.step(reservoir.step(y))
        predictions.append(y)
        targets.append(series[at + HORIZON])
        reservoir.state = dict(state)
        reservoir.run(series[at:at + APART])
        state = dict(reservoir.state)
        at += APART
    return nrmse(np.array(targets), np.array(predictions), norm_value=np.ptp(series[fitted:]))


if __name__ == "__main__":
    command, path, number = sys.argv[1:]
    {"make": make, "run": run}[command](path, int(number))
