"""Figures of speed: against the machine's limits and, with --long, against other frameworks (Benchmarks/compare)."""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import activations
from .figure import ROOT, Figures, execute

sys.path.insert(0, str(ROOT / "Benchmarks"))

from harness.shapes import FURTHER, MODES, STANDARD, operations, shape_name  # noqa: E402
from harness.table import summaries  # noqa: E402

TOOL = ROOT / ".build" / "release" / "recurrent"
RESULTS = ROOT / "Benchmarks" / "results"

TINY = (12, 1, 3, 6, 2)
STREAMING = [(256, 1, 512, 512, 1), (1, 1, 512, 512, 1)]
SMALL_MODELS = [(100, 64, 256, 256, 1), (25, 32, 300, 256, 2)]

# Shares of the measured peak where H >= 256 and B >= 32.
PEAK_BARS = {("LSTM", "infer"): 85, ("LSTM", "train"): 82, ("GRU", "infer"): 80, ("GRU", "train"): 77,
             ("RNN", "infer"): 80, ("RNN", "train"): 77}

STEP_BARS = {"character": 1.3, "tagger": 4, "word-200": 1.2, "word-650": 1.2}

# What must cost no more than the plain layer for each useful operation, with the plain cell that it is compared to.
OPTIONS = {
    "ragged": ["--lengths", "uniform"], "bidirectional": ["--bidirectional"], "dropout": ["--dropout", "0.3"],
    "given_state": ["--state", "given"], "trainable_state": ["--state", "trainable"],
}
OPTIONS_SHAPE = (100, 32, 256, 256, 2)
LEAST_OPTION_SHARE = 0.8

# Enough runs for a steady median.
BUDGET = "0.5"


def bench(*arguments, threads=1):
    """The lines of `recurrent bench`: the machine's, then the measurements."""
    lines = execute([TOOL, "bench", "--json", "--quiet", "--threads", str(threads), "--budget", BUDGET, *arguments],
                    preexec_fn=lambda: pin(threads)).splitlines()
    return [json.loads(line) for line in lines]


def pin(threads):
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def shape_words(shapes):
    return ";".join(",".join(map(str, shape)) for shape in shapes)


def shape_of(line):
    return tuple(line[axis] for axis in "TBIHL")


def run_tiny(figures):
    """The smallest layers, where nothing but overhead counts."""
    for line in bench("--cells", "LSTM", "--shapes", shape_words([TINY]), "--no-limits"):
        bar = 5 if line["mode"] == "infer" else 15
        figures.at_most(f"tiny_{line['mode']}_us", round(line["ms"] * 1e3, 2), f"us, LSTM {shape_name(TINY)}, 1 thread", bar)


def run_shares(figures, shapes):
    """Shares of the measured peak where there is work enough, and of the measured bandwidth where weights are all there is."""
    lines = bench("--shapes", shape_words(shapes), "--share")[1:]
    for (cell, mode), bar in PEAK_BARS.items():
        chosen = [line for line in lines if (line["cell"], line["mode"]) == (cell, mode)]
        least = min(chosen, key=lambda line: line["gflops"] / line["peak_gflops_per_core"])
        share = 100 * least["gflops"] / least["peak_gflops_per_core"]
        figures.at_least(f"{cell.lower()}_share_of_peak_{mode}", round(share, 1),
                         f"% of {least['peak_gflops_per_core']} GFLOP/s measured just before, least of {len(chosen)} shapes: "
                         f"{shape_name(shape_of(least))}", bar)
    for shape in STREAMING:
        for line in bench("--shapes", shape_words([shape]), "--modes", "infer", "--share")[1:]:
            figures.at_least(f"{line['cell'].lower()}_share_of_bandwidth_t{shape[0]}", round(100 * line["share"], 1),
                             f"% of what reading the weights takes, {shape_name(shape)}", 80)


def run_threads(figures, shapes):
    """Two threads against one, and the same bytes for any number."""
    large = [shape for shape in shapes if operations("LSTM", shape, "infer") > 1e9]
    if (os.cpu_count() or 1) >= 2:
        one, two = (bench("--cells", "LSTM", "--shapes", shape_words(large), "--no-limits", threads=n) for n in (1, 2))
        for mode in MODES:
            gains = [(a["ms"] / b["ms"], shape_name(shape_of(a))) for a, b in zip(one, two) if a["mode"] == mode]
            gain, shape = min(gains)
            figures.at_least(f"two_threads_gain_{mode}", round(gain, 2), f"times, least of {len(gains)} shapes: LSTM {shape}",
                             1.85)
    else:
        figures.add("two_threads_gain_infer", None, "times", ">= 1.85", None)
    sums = set()
    for threads in [1, 2, 3, 8]:
        lines = execute([TOOL, "bench", "--json", "--quiet", "--threads", str(threads), "--budget", "0", "--repeats", "1",
                         "--no-limits", "--no-check", "--lengths", "uniform", "--cells", "LSTM,GRU,RNN,GRU-reset-before",
                         "--shapes", "50,16,64,64,1;33,20,200,200,2;40,1,512,512,1"]).splitlines()
        sums.add(tuple(json.loads(line)["checksum"] for line in lines))
    figures.add("thread_counts_distinct_results", len(sums), "of 24 problems for 1, 2, 3 and 8 threads", "1", len(sums) == 1)


def run_options(figures):
    """No option makes a layer much slower for each useful operation."""
    words = ["--shapes", shape_words([OPTIONS_SHAPE]), "--no-limits"]

    def rates(*more):
        return {(line["cell"], line["mode"]): line["gflops"] for line in bench(*words, *more)}
    for name, option in OPTIONS.items():
        modes = ["--modes", "train"] if name == "dropout" else []
        plain, with_option = rates(*modes), rates(*option, *modes)
        report_option(figures, name, {key: rate / plain[key] for key, rate in with_option.items()})
    plain, before = rates("--cells", "GRU"), rates("--cells", "GRU-reset-before")
    report_option(figures, "reset_before", {key: rate / plain["GRU", key[1]] for key, rate in before.items()})


def report_option(figures, name, shares):
    worst = min(shares, key=shares.get)
    figures.at_least(f"option_{name}", round(shares[worst], 3),
                     f"of the plain layer's rate, least of {len(shares)}: {' '.join(worst)}, {shape_name(OPTIONS_SHAPE)}",
                     LEAST_OPTION_SHARE)


def run_start(figures, folder):
    """From the start of the process to the end of a first forecast of a saved model."""
    run = folder / "start"
    execute([TOOL, "train", "forecast", "--epochs", "2", "--quiet", "--no-plot", "--output", run])
    times = []
    for _ in range(15):
        start = time.perf_counter()
        subprocess.run([TOOL, "forecast", run], stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - start)
    figures.at_most("start_to_prediction_ms", round(1e3 * statistics.median(times), 1), "ms, median of 15 processes", 30)


def run_activations(figures, is_long):
    """The largest errors of the activations, over every float in a long run."""
    for name, value, unit, bar in activations.figures(is_long):
        figures.at_most(name, value, unit, bar)


def run_comparison(figures):
    """All shapes, cells and modes against the best peer of each, and whole training steps against PyTorch."""
    if not os.environ.get("PEERS_PYTHON"):
        for name, bar in [("slowest_ratio_infer", 1), ("slowest_ratio_train", 1), ("geometric_mean_infer", 1.4),
                          ("geometric_mean_train", 2.1)]:
            figures.add(name, None, "times the best peer", f">= {bar}", None)
        return
    start = time.time()
    subprocess.run([ROOT / "Benchmarks" / "compare", "--no-build"], cwd=ROOT, check=True, stdout=sys.stderr)
    # A comparison that lacks a peer is not recorded among the results.
    for path in [RESULTS / "speed.json", ROOT / ".build" / "benchmarks" / "speed.json"]:
        if path.exists() and path.stat().st_mtime >= start:
            report_comparison(figures, json.loads(path.read_text()))


def report_comparison(figures, record):
    for summary in summaries(record["rows"]):
        suffix = summary["mode"] if summary["threads"] == 1 else f"{summary['mode']}_{summary['threads']}_threads"
        figures.at_least(f"slowest_ratio_{suffix}", summary["slowest"],
                         f"times the best peer, least of {summary['rows']} rows: {summary['slowest_row']}", 1)
        figures.at_least(f"geometric_mean_{suffix}", summary["geometric_mean_standard"],
                         f"times the best peer, {summary['standard_rows']} rows", 1.4 if summary["mode"] == "infer" else 2.1)
    for row in record["rows"]:
        if "step" not in row or "ratio" not in row:
            continue
        suffix = f"{row['step'].replace('-', '_')}" + ("" if row["threads"] == 1 else f"_{row['threads']}_threads")
        figures.at_least(f"step_ratio_{suffix}", row["ratio"], "times PyTorch", STEP_BARS[row["step"]])
        ours, theirs = (row["contenders"][name].get("memory_mb") for name in ("recurrent", "torch"))
        figures.at_most(f"step_memory_{suffix}", round(ours / theirs, 3) if ours and theirs else None,
                        f"of PyTorch's beyond weights, gradients, moments: {ours} of {theirs} MB", 0.5)


def run_area(is_long):
    """The small figures first."""
    figures = Figures("speed", is_long)
    execute(["swift", "build", "-c", "release", "--product", "recurrent"])
    large = [shape for shape in STANDARD + FURTHER if shape[3] >= 256 and shape[1] >= 32]
    with tempfile.TemporaryDirectory() as name:
        run_start(figures, Path(name))
    run_tiny(figures)
    run_shares(figures, large if is_long else SMALL_MODELS)
    run_threads(figures, STANDARD + FURTHER if is_long else SMALL_MODELS)
    run_options(figures)
    run_activations(figures, is_long)
    if is_long:
        run_comparison(figures)
    return 1 if figures.missed else 0
