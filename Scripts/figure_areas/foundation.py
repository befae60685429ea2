"""Figures of the foundation: the forecaster on the built-in data, agreement with PyTorch, gradients, builds."""
import json
import os
import tempfile
import time
from pathlib import Path

from .figure import ROOT, Figures, execute, last_json

TOOL = ROOT / ".build" / "release" / "recurrent"

# What ten seeds of the same recipe reach in PyTorch 2.15 (least, greatest).
PYTORCH_TRAIN_LOSS = (0.000133, 0.00224)
PYTORCH_TRAIN_RMSE = (6.5, 24.4)
PYTORCH_TEST_RMSE = (39.6, 82.9)


def run_forecast(figures, folder):
    """The default run against the simple forecasts on the same months."""
    report = last_json(execute([TOOL, "train", "forecast", "--output", folder / "default", "--json", "--quiet"]))
    rmse = report["metrics"]["test"]["rmse"]
    baselines = {name: metrics["rmse"] for name, metrics in report["baselines"].items()}
    figures.at_most("airline_default_rmse", round(rmse, 3), "thousand passengers", round(min(baselines.values()), 2))
    expected = {"naive": 48.04, "seasonal_naive": 41.85, "seasonal_drift": 15.62}
    worst = max(abs(baselines[name] - value) for name, value in expected.items())
    figures.at_most("airline_baselines_difference", round(worst, 4), "thousand passengers", 0.01)
    others = [last_json(execute([TOOL, "train", "forecast", "--output", folder / f"seed-{seed}", "--json", "--quiet", "--seed",
                             str(seed), "--no-plot"]))["metrics"]["test"]["rmse"] for seed in range(5)]
    figures.at_most("airline_default_rmse_5_seeds", round(sum(others) / 5, 3), "thousand passengers", 15.62)


def run_textbook(figures, folder):
    """The textbook recipe: speed, and the range of PyTorch's seeds."""
    reports = []
    for number in range(5):
        reports.append(last_json(execute([TOOL, "train", "forecast", "--preset", "airline-lstm", "--output",
                                      folder / f"textbook-{number}", "--json", "--quiet"])))
    seconds = sorted(report["seconds"] for report in reports)
    figures.at_most("airline_lstm_training_seconds", round(seconds[2], 4), "s for 1000 epochs, median of 5", 0.25)
    whole = median_command_seconds(folder)
    figures.at_most("airline_lstm_command_seconds", round(whole, 4), "s, median of 5", 0.6)
    metrics = reports[0]["metrics"]
    rows = (folder / "textbook-0" / "metrics.csv").read_text().strip().splitlines()
    loss = float(rows[-1].split(",")[rows[0].split(",").index("train_loss")])
    figures.within("airline_lstm_training_loss", loss, "scaled squared error", *PYTORCH_TRAIN_LOSS)
    figures.within("airline_lstm_training_rmse", round(metrics["train"]["rmse"], 2), "thousand passengers", *PYTORCH_TRAIN_RMSE)
    figures.within("airline_lstm_test_rmse", round(metrics["test"]["rmse"], 2), "thousand passengers", *PYTORCH_TEST_RMSE)
    same = len({(folder / f"textbook-{number}" / "model" / "model.safetensors").read_bytes() for number in range(5)})
    figures.add("airline_lstm_distinct_models", same, "of 5 runs", "1", same == 1)


def median_command_seconds(folder):
    """The wall time of the whole command, each time into a new folder."""
    times = []
    for number in range(5):
        start = time.perf_counter()
        execute([TOOL, "train", "forecast", "--preset", "airline-lstm", "--output", folder / f"timed-{number}", "--quiet"])
        times.append(time.perf_counter() - start)
    return sorted(times)[2]


def run_threads(figures, folder):
    """The same bytes for any number of threads."""
    models = set()
    for threads in [1, 2, 3, 8]:
        path = folder / f"threads-{threads}"
        execute([TOOL, "train", "forecast", "--look-back", "24", "--epochs", "3", "--threads", str(threads), "--output", path,
             "--data", "builtin:airline", "--hidden", "64", "--quiet"])
        models.add((path / "model" / "model.safetensors").read_bytes())
    figures.add("thread_counts_distinct_models", len(models), "for 1, 2, 3 and 8 threads", "1", len(models) == 1)


def run_allocations(figures, folder):
    """Blocks and bytes that one more training step of the textbook recipe allocates, for two lengths of the sequence.

    The positive control is the difference that more windows in a batch make, which are laid out anew for each step.
    """
    library = folder / "libcount.so"
    execute(["cc", "-shared", "-fPIC", "-O2", ROOT / "Scripts" / "count_allocations.c", "-o", library])

    def per_step(name, *arguments):
        counts = []
        for epochs in [500, 1000]:
            path = folder / f"counts-{name}-{epochs}"
            execute([TOOL, "train", "forecast", "--preset", "airline-lstm", "--epochs", str(epochs), "--quiet", "--no-plot",
                     "--output", folder / f"allocations-{name}-{epochs}", "--set", "checkpoint_seconds=none", *arguments],
                    environment={"LD_PRELOAD": str(library), "ALLOCATION_COUNTS": str(path)})
            counts.append([int(number) for number in path.read_text().split()])
        return [(late - early) / 500 for early, late in zip(*counts)]

    long = per_step("112-steps")
    short = per_step("57-steps", "--train", "60")
    figures.add("step_allocated_blocks", round(long[0], 2), "blocks of one epoch (step, metrics, progress), T = 112", "stated", True)
    figures.at_most("step_blocks_growth", round(long[0] - short[0], 2), "more blocks at T = 112 than at T = 57", 0.5)
    figures.at_most("step_bytes_growth", round(long[1] - short[1], 1), "more bytes at T = 112 than at T = 57", 64)
    windows = ["--arrangement", "windows", "--batch-size", "200"]
    control = per_step("windows-long", *windows)[1] - per_step("windows-short", *windows, "--train", "60")[1]
    figures.at_least("step_bytes_control", round(control, 1), "more bytes where windows are laid out", 100)


def run_tests(figures, folder):
    """What the test run compares: golden values from PyTorch, its training runs, and gradients.

    The suites that test the checkers themselves feed them wrong gradients, and are left out.
    """
    record = folder / "recorded"
    suites = "GoldenLayers|OptimizerTrajectory|RecurrentTensorTests|RecurrentLayersTests|LossesTests"
    execute(["swift", "test", "--filter", suites, "--skip", "Check(Gradient|Cell|Module)Tests"],
            environment={"RECURRENT_FIGURES": str(record)})
    recorded = {}
    for line in record.read_text().splitlines():
        name, value = line.split()
        recorded.setdefault(name, []).append(float(value))

    def worst(name):
        return max(recorded[name]) if name in recorded else None

    figures.at_least("golden_layer_cases", len(recorded.get("golden_forward_worst", [])), "cases", 100)
    figures.at_most("golden_forward_worst", worst("golden_forward_worst"), "of 1e-6 + 1e-5 |b|", 1)
    figures.at_most("golden_gradient_worst", worst("golden_gradient_worst"), "of 1e-5 + 1e-4 |b|", 1)
    figures.at_least("optimizer_trajectories", len(recorded.get("trajectory_worst", [])), "runs of 50 steps", 5)
    figures.at_most("optimizer_trajectory_worst", worst("trajectory_worst"), "relative", 1e-4)
    figures.at_least("gradient_checks", len(recorded.get("gradient_worst", [])), "configurations", 50)
    figures.at_most("gradient_worst", worst("gradient_worst"), "relative, in double", 1e-6)


def run_python(figures, folder):
    """Weights load in PyTorch by name, and give the same forecasts there."""
    python = os.environ.get("PEERS_PYTHON")
    table = Path(os.environ.get("RECURRENT_DATA", ROOT.parent / "shared" / "data")) / "airline-passengers" / "airline-passengers.csv"
    if not python or not table.exists():
        figures.add("torch_forecast_difference", None, "relative, of the RMSE", "<= 1e-4", None)
        return
    ours = last_json(execute([TOOL, "train", "forecast", "--preset", "airline-lstm", "--output", folder / "for-torch",
                              "--json", "--quiet"]))["metrics"]
    theirs = json.loads(execute([python, ROOT / "Scripts" / "airline_in_torch.py", folder / "for-torch" / "model", table]))
    worst = max(abs(theirs[f"{part}_rmse"] / ours[part]["rmse"] - 1) for part in ["train", "test"])
    figures.at_most("torch_forecast_difference", worst, "relative, of the RMSE", 1e-4)


def run_builds(figures, folder):
    """Clean builds of the tool, and of a package that depends on the library alone."""
    clone = folder / "clone"
    execute(["git", "clone", "--quiet", ROOT, clone])
    start = time.perf_counter()
    execute(["swift", "build", "-c", "release", "--product", "recurrent"], cwd=clone)
    figures.at_most("release_build_seconds", round(time.perf_counter() - start, 1), "s in a fresh clone", 150)
    start = time.perf_counter()
    execute(["swift", "build", "-c", "release", "--package-path", clone / "Examples"], cwd=clone)
    figures.add("dependent_build_seconds", round(time.perf_counter() - start, 1), "s, product Recurrent alone", "stated", True)


def run_area(is_long):
    """All figures; the builds only where time is no matter."""
    figures = Figures("foundation", is_long)
    execute(["swift", "build", "-c", "release", "--product", "recurrent"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in [run_forecast, run_textbook, run_threads, run_allocations, run_python, run_tests] + ([run_builds] if is_long else []):
            part(figures, folder)
    return 1 if figures.missed else 0
