#!/usr/bin/env python3
"""What PyTorch reaches with the textbook recipe on the monthly airline passengers: many seeds, two ways to scale.

    .peers/bin/python Tests/Fixtures/airline/make.py      # about five minutes on one core

Two LSTM layers of 6 units and a linear layer of 1 on every step; the three months before the target as features;
min-max scaling to [0, 1]; the first 80 % of the 141 pairs (112) train as one sequence of batch 1 from the zero state;
mean squared error, Adam 0.1, 1000 epochs. The forecast runs over all 141 steps, so the test part goes on from the
state of the training part ("carried"); "fresh" starts the test part from the zero state. RMSE is in thousands of
passengers, after the last update; final_training_loss is that of the last epoch, before its update, in scaled units.

Scaler "training" is fitted on the months that the training part touches (the first 115, which is also 80 % of 144),
"all" on all 144, as the textbook does, which shows the model the range of the test part.

Ten seeds are listed one by one with their range. That range is luck too: with the scaler on the training part, fewer
than a third of other seeds fall inside it in all three figures. So the quantiles of a hundred seeds stand beside it.

Which minimum a seed ends in is chaotic: on another processor the runs differ, their spread hardly. The first epochs are
not: first_epochs.safetensors holds the initial weights of two seeds whose float32 losses agree with double to 1e-5 over
the first 60 epochs, and those losses. Keys are described in ../README.md.
"""

import copy
import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import torch

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from fixtures import VERSIONS, Fixture  # noqa: E402

LOOK_BACK, HIDDEN, LAYERS, RATE, EPOCHS, SEEDS = 3, 6, 2, 0.1, 1000, range(100)
LISTED_SEEDS = 10
QUANTILES = (0, 0.05, 0.25, 0.5, 0.75, 0.95, 1)
FIRST_EPOCHS, CALM_SEEDS = 60, (0, 2)

# International airline passengers, thousands, January 1949 to December 1960, one year a line.
PASSENGERS = np.array("""
112 118 132 129 121 135 148 148 136 119 104 118
115 126 141 135 125 149 170 170 158 133 114 140
145 150 178 163 172 178 199 199 184 162 146 166
171 180 193 181 183 218 230 242 209 191 172 194
196 196 236 235 229 243 264 272 237 211 180 201
204 188 235 227 234 264 302 293 259 229 203 229
242 233 267 269 270 315 364 347 312 274 237 278
284 277 317 313 318 374 413 405 355 306 271 306
315 301 356 348 355 422 465 467 404 347 305 336
340 318 362 348 363 435 491 505 404 359 310 337
360 342 406 396 420 472 548 559 463 407 362 405
417 391 419 461 472 535 622 606 508 461 390 432
""".split(), dtype=np.float64)

PAIRS = len(PASSENGERS) - LOOK_BACK
TRAINING = int(PAIRS * 0.8)
TARGETS = PASSENGERS[LOOK_BACK:]


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(LOOK_BACK, HIDDEN, LAYERS)
        self.linear = torch.nn.Linear(HIDDEN, 1)

    def forward(self, x):
        return self.linear(self.lstm(x)[0])


def rmse(predicted, actual) -> float:
    return float(np.sqrt(np.mean((predicted - actual) ** 2)))


def scaled_pairs(low: float, high: float):
    """Features [141, 1, 3] and targets [141, 1, 1]."""
    scaled = torch.tensor((PASSENGERS - low) / (high - low), dtype=torch.float32)
    return scaled.unfold(0, LOOK_BACK, 1)[:PAIRS, None, :], scaled[LOOK_BACK:, None, None]


def fit(model: Model, x, target, epochs: int) -> list[float]:
    """The loss of every epoch before its update."""
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    losses = []
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(x), target)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def train(seed: int, low: float, high: float) -> dict:
    x, target = scaled_pairs(low, high)
    torch.manual_seed(seed)
    model = Model()
    losses = fit(model, x[:TRAINING], target[:TRAINING], EPOCHS)
    with torch.no_grad():
        carried, fresh = (model(part).flatten().double().numpy() * (high - low) + low for part in (x, x[TRAINING:]))
    return {
        "seed": seed,
        "final_training_loss": losses[-1],
        "lowest_training_loss": min(losses),
        "training_rmse": rmse(carried[:TRAINING], TARGETS[:TRAINING]),
        "test_rmse": rmse(carried[TRAINING:], TARGETS[TRAINING:]),
        "test_rmse_fresh": rmse(fresh, TARGETS[TRAINING:]),
    }


def study(months: np.ndarray) -> dict:
    low, high = float(months.min()), float(months.max())
    runs = [train(seed, low, high) for seed in SEEDS]
    names = [name for name in runs[0] if name != "seed"]
    listed = {name: [run[name] for run in runs[:LISTED_SEEDS]] for name in names}
    every = {name: np.quantile([run[name] for run in runs], QUANTILES).tolist() for name in names}
    return {
        "scaler": {"months": len(months), "minimum": low, "maximum": high},
        "ten_seeds": {
            "range": {name: [min(values), max(values)] for name, values in listed.items()},
            "median": {name: statistics.median(values) for name, values in listed.items()},
            "runs": runs[:LISTED_SEEDS],
        },
        "hundred_seeds": {"quantiles": list(QUANTILES), **every},
    }


def first_epochs(months: np.ndarray) -> Fixture:
    fixture = Fixture(FOLDER / "first_epochs.safetensors", "torch in float32")
    x, target = (part[:TRAINING] for part in scaled_pairs(float(months.min()), float(months.max())))
    fixture.add("x", x)
    fixture.add("target", target)
    for seed in CALM_SEEDS:
        torch.manual_seed(seed)
        model = Model()
        for name, value in model.named_parameters():
            fixture.add(f"seed{seed}/initial/{name}", value)
        double = copy.deepcopy(model).double()
        losses = np.array(fit(model, x, target, FIRST_EPOCHS))
        true_losses = np.array(fit(double, x.double(), target.double(), FIRST_EPOCHS))
        rounding = np.max(np.abs(losses - true_losses) / true_losses)
        print(f"seed {seed}: float32 off by {rounding:.1e} over {FIRST_EPOCHS} epochs")
        assert rounding < 1e-5, f"seed {seed} is too sensitive to rounding to be a test"
        fixture.add(f"seed{seed}/losses", torch.from_numpy(losses))
    return fixture


def main() -> None:
    torch.set_num_threads(1)
    assert len(PASSENGERS) == 144 and TRAINING == 112
    start = time.perf_counter()
    training_months = PASSENGERS[: TRAINING + LOOK_BACK]
    first_epochs(training_months).write()
    test = slice(len(PASSENGERS) - (PAIRS - TRAINING), None)
    result = {
        "made_with": VERSIONS,
        "baselines_test_rmse": {
            "naive": rmse(PASSENGERS[:-1][-29:], PASSENGERS[test]),
            "seasonal_naive": rmse(PASSENGERS[:-12][-29:], PASSENGERS[test]),
            "seasonal_drift": rmse((PASSENGERS[1:-12] * PASSENGERS[12:-1] / PASSENGERS[:-13])[-29:], PASSENGERS[test]),
        },
        "scaler_on_training": study(training_months),
        "scaler_on_all": study(PASSENGERS),
    }
    (FOLDER / "reference.json").write_text(json.dumps(result, indent=2) + "\n")
    for name in ("scaler_on_training", "scaler_on_all"):
        print(name, json.dumps(result[name]["ten_seeds"]["range"]))
    print(f"{VERSIONS}, {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
