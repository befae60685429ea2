"""Figures of the recurrent family: agreement of every cell and option, what options cost, long-lag problems, reservoirs."""
import json
import os
import statistics
import tempfile
from pathlib import Path

from . import reservoir
from .figure import ROOT, Figures, execute, last_json

TOOL = ROOT / ".build" / "release" / "recurrent"
TORCH = ROOT / "Benchmarks" / "peers" / "options_torch.py"
SHAPES = {"T128 B32 H128": "128,32,128,128,1", "T100 B64 H256": "100,64,256,256,1"}

# Option, plain layer, flags of `recurrent bench`, bar of the cost.
OPTIONS = [
    ("peepholes", "LSTM-peepholes", "LSTM", [], 1.5), ("coupled_gates", "LSTM-coupled-gates", "LSTM", [], 1.3),
    ("projection", "LSTM-projection", "LSTM", [], 1.3), ("layer_norm", "LSTM-layer-norm", "LSTM", [], 1.3),
    ("batch_norm", "LSTM-batch-norm", "LSTM", [], 1.5), ("cell_clip", "LSTM-cell-clip", "LSTM", [], 1.3),
    ("hard_activations", "LSTM-hard", "LSTM", [], 1.3), ("zoneout", "LSTM", "LSTM", ["--zoneout", "0.1"], 1.3),
    ("state_dropout", "LSTM", "LSTM", ["--state-dropout", "0.2"], 1.3),
    ("weight_drop", "LSTM", "LSTM", ["--weight-drop", "0.5"], 1.3),
    ("gru_reset_before", "GRU-reset-before", "GRU", [], 1.3), ("gru_takes_new", "GRU-takes-new-state", "GRU", [], 1.3),
    ("gru_layer_norm", "GRU-layer-norm", "GRU", [], 1.3), ("gru_zoneout", "GRU", "GRU", ["--zoneout", "0.1"], 1.3),
    ("rnn_relu", "RNN-relu", "RNN", [], 1.3), ("rnn_softsign", "RNN-softsign", "RNN", [], 1.3),
    ("rnn_leaky", "RNN-leaky", "RNN", [], 1.3), ("indrnn", "IndRNN", "RNN", [], 1.3), ("mgu", "MGU", "GRU", [], 1.3),
    ("mingru", "minGRU", "GRU", [], 1.3), ("minlstm", "minLSTM", "LSTM", [], 1.3),
]
ROUNDS = 3


def bench(cell, shape, threads, flags=(), mode="train"):
    """One measurement of the tool, as its JSON line."""
    return last_json(execute([TOOL, "bench", "--no-limits", "--no-check", "--cells", cell, "--shapes", shape, "--modes", mode,
                              "--threads", str(threads), "--budget", "0.3", "--json", "--quiet", *flags]))


def run_tests(figures, _):
    """What the test run compares, but for the suites that feed the checkers wrong answers."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "recorded"
        execute(["swift", "test", "--filter", "RecurrentTensorTests|RecurrentLayersTests|RecurrentTrainingTests", "--skip",
                 "Check(Gradient|Cell|Module)Tests"], environment={"RECURRENT_FIGURES": str(record)})
        recorded = [line.split() for line in record.read_text().splitlines()]
    oracles = [float(value) for name, value in recorded
               if name in ("oracle_worst", "golden_forward_worst", "golden_variant_worst")]
    gradients = [float(value) for name, value in recorded if name == "gradient_worst"]
    figures.at_least("oracle_cases", len(oracles), "cases", 400)
    figures.at_most("oracle_worst", round(max(oracles), 3), "of 1e-6 + 1e-5 |b|", 1)
    figures.at_least("gradient_cases", len(gradients), "configurations", 200)
    figures.at_most("gradient_worst", max(gradients), "relative, in double", 1e-6)


def run_option_costs(figures, _):
    """Time per useful operation over that of the plain layer, forward and backward, in alternating rounds on one thread."""
    for name, cell, plain, flags, bar in OPTIONS:
        for words, shape in SHAPES.items():
            ratios = []
            for _ in range(ROUNDS):
                without = bench(plain, shape, 1)
                ratios.append(without["gflops"] / bench(cell, shape, 1, flags)["gflops"])
            spread = f"{min(ratios):.2f} to {max(ratios):.2f} in {ROUNDS} rounds"
            figures.at_most(f"option_cost_{name}", round(statistics.median(ratios), 3), f"times {plain}, {words}; {spread}", bar)


def run_option_speeds(figures, _):
    """How much faster than the loop that users of PyTorch write, on all cores, forward and backward."""
    python = os.environ.get("PEERS_PYTHON")
    threads = os.cpu_count()
    for name, cell, plain, flags, _ in OPTIONS:
        unit = f"times PyTorch, T128 B32 H128, {threads} threads"
        if not python:
            figures.at_least(f"option_speed_{name}", None, unit, 5)
            continue
        peer = f"{plain} {flags[0].removeprefix('--')}" if flags else cell
        if name == "gru_zoneout":
            continue
        ratios = []
        for _ in range(ROUNDS):
            theirs = last_json(execute([python, TORCH, peer, "128,32,128,128", "--threads", str(threads)]))["ms"]
            ratios.append(theirs / bench(cell, SHAPES["T128 B32 H128"], threads, flags)["ms"])
        spread = f"{min(ratios):.2f} to {max(ratios):.2f} in {ROUNDS} rounds"
        figures.at_least(f"option_speed_{name}", round(statistics.median(ratios), 2), f"{unit}; {spread}", 5)


def run_recomputation(figures, _):
    """What a long sequence keeps for the way back, and its time, with and without segments that are computed again."""
    shape = "10000,8,128,128,1"
    for cell in ("LSTM", "GRU"):
        ratios, kept = [], None
        for _ in range(3):
            whole, parts = bench(cell, shape, 1), bench(cell, shape, 1, ["--recompute"])
            if whole["checksum"] != parts["checksum"]:
                raise SystemExit(f"{cell}: recomputation has changed the results")
            ratios.append(parts["ms"] / whole["ms"])
            kept = parts["kept_bytes"] / whole["kept_bytes"]
        figures.at_most("recompute_memory", round(kept, 4), f"of the bytes kept, {cell}", 0.1)
        figures.at_most("recompute_time", round(statistics.median(ratios), 3), f"times the plain way, {cell}", 1.5)


def study(folder, name, *arguments):
    """One experiment of the tool; the results of its one network."""
    report = last_json(execute([TOOL, "study", *arguments, "--seed", "1", "--output", folder / name, "--json", "--quiet"]))
    return report["results"][0]


def run_long_lags(figures, folder):
    """Long-lag problems, each trained by one command until it is solved."""
    adding = [("adding_lstm_400", "LSTM", 400), ("adding_gru_400", "GRU", 400), ("adding_irnn_150", "IRNN", 150)]
    for name, cell, lag in adding:
        found = study(folder, name, "memory", "--problem", "adding", "--cells", cell, "--lags", str(lag), "--solve")
        figures.at_most(name, round(found["mse"], 5), f"mean squared error, {found['steps']} steps, {found['seconds']:.0f} s", 0.01)
    found = study(folder, "copy_100", "memory", "--problem", "copy", "--cells", "GRU", "--lags", "100", "--solve")
    figures.at_least("copy_100", round(found["accuracy"], 4), f"of the symbols, GRU, {found['steps']} steps", 0.99)
    found = study(folder, "counting_100", "counting", "--cells", "LSTM", "--trained", "30", "--longest", "100", "--networks", "1")
    figures.at_least("counting_100", found["right_to"], f"n of a^n b^n, LSTM trained to 30, {found['steps']} steps", 100)
    pictures = Path(os.environ.get("RECURRENT_DATA", ROOT.parent / "shared" / "data")) / "mnist"
    if not pictures.exists():
        figures.at_least("mnist_rows", None, "of 2,000 test pictures", 0.96)
        return
    found = study(folder, "mnist_rows", "memory", "--problem", "rows", "--data", pictures, "--solve")
    figures.at_least("mnist_rows", round(found["accuracy"], 4), f"of 2,000 test pictures, {found['steps']} steps", 0.96)


def run_area(is_long):
    """Everything but training in a few minutes; the long-lag problems only where time is no matter."""
    figures = Figures("family", is_long)
    execute(["swift", "build", "-c", "release", "--product", "recurrent"])
    with tempfile.TemporaryDirectory() as name:
        quick = [run_recomputation, run_option_costs, run_option_speeds, run_tests]
        for part in quick + ([run_long_lags] if is_long else []):
            part(figures, Path(name))
    reservoir.add_figures(figures)
    return 1 if figures.missed else 0
