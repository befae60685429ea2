"""Loads in Keras 3.15.1 the files that the tests write, without code of ours, and compares what it computes with what we did.

    mkdir /tmp/export && RECURRENT_KERAS_EXPORT=/tmp/export swift test --filter KerasExportTests
    .peers/bin/python Tests/Fixtures/Keras/check.py /tmp/export

Prints one JSON line; ends with 1 where a file does not load, or an output differs by more than 1e-6 + 1e-5 |b|. A model is also
filled from the weights alone and must then compute the same.
"""

import json
import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
from safetensors.numpy import load_file

folder = Path(sys.argv[1])
results = load_file(folder / "results.safetensors")
worst, failed, counts = 0.0, [], {"models": 0, "weights": 0}


def compare(name, model):
    global worst
    x, y = results[f"{name}/x"], results[f"{name}/y"]
    if model.inputs[0].dtype == "int32":
        x = x.astype(np.int32)
    ours = keras.ops.convert_to_numpy(model(x, training=False))
    if ours.shape != y.shape:
        failed.append(f"{name}: {ours.shape} instead of {y.shape}")
        return
    share = float(np.max(np.abs(ours - y) / (1e-6 + 1e-5 * np.abs(y))))
    worst = max(worst, share)
    if not share <= 1:
        failed.append(f"{name}: {share:.2f} of the allowance")


for path in sorted(folder.glob("*.keras")):
    name = path.stem
    try:
        model = keras.saving.load_model(path)
        compare(name, model)
        counts["models"] += 1
        weights = folder / f"{name}.weights.h5"
        if weights.exists():
            for weight in model.weights:
                weight.assign(np.zeros(weight.shape, np.float32))
            model.load_weights(weights)
            compare(name, model)
            counts["weights"] += 1
    except Exception as error:
        failed.append(f"{name}: {type(error).__name__}: {str(error)[:300]}")

print(json.dumps({"keras": keras.__version__, **counts, "worst_share": round(worst, 3), "failed": failed}))
sys.exit(1 if failed or not counts["models"] else 0)
