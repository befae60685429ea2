"""What a dry run says of memory, beside what trainings have at their peak."""
import os
import subprocess
import tempfile
from pathlib import Path

from ..figure import execute, last_json
from ..tasks.runs import TOOL, data_folder

# A third of the smallest text, so that an epoch takes seconds.
CHARACTERS = 300_000
BAR = 20


def run(figures, is_long):
    """`memory_estimate_…` of each training, and `memory_estimate`, the worst of them."""
    with tempfile.TemporaryDirectory() as folder:
        cases = trainings(Path(folder))
        differences = [compare(figures, name, arguments, Path(folder)) for name, arguments in cases.items()]
    known = [difference for difference in differences if difference is not None]
    worst = max(known) if len(known) == len(cases) else None
    figures.at_most("memory_estimate", worst, f"% that the estimate of memory is off at worst, of {len(known)} trainings", BAR)


def trainings(folder):
    """Arguments of trainings of several kinds; None where their data are not here."""
    cases = {"forecast": ["forecast", "--preset", "airline"], "characters": None, "classifier": None, "series": None}
    if text := data_folder("tiny-shakespeare"):
        start = b"".join(path.read_bytes() for path in sorted(text.glob("*.txt")))[:CHARACTERS]
        (folder / "characters.txt").write_bytes(start)
        cases["characters"] = ["generate", "--preset", "shakespeare", "--data", str(folder / "characters.txt"), "--hidden", "256",
                               "--epochs", "1"]
    if reviews := data_folder("sst"):
        cases["classifier"] = ["classify", "--data", str(reviews / "sst2-train.tsv"), "--hidden", "64", "--epochs", "1"]
    if weather := data_folder("beijing-pm25"):
        cases["series"] = ["forecast", "--preset", "hourly-weather", "--data", str(weather / "beijing-pm25.csv.gz"), "--epochs", "1"]
    return cases


def compare(figures, name, arguments, folder):
    """How far the estimate is from the peak, in % of it."""
    if arguments is None:
        figures.at_most(f"memory_estimate_{name}", None, "% of the measured peak", BAR)
        return None
    dry = last_json(execute([TOOL, "train", *arguments, "--dry-run", "--quiet", "--json"]))
    estimate = dry["memory"]["total"]
    peak = peak_of([TOOL, "train", *arguments, "--output", str(folder / name), "--quiet"])
    difference = round(100 * abs(estimate - peak) / peak, 1)
    figures.at_most(f"memory_estimate_{name}", difference,
                    f"% of the measured peak: {estimate / 1e6:.1f} MB told, {peak / 1e6:.1f} MB measured", BAR)
    return difference


def peak_of(command):
    """The most bytes that a process had in memory at one time."""
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {process.returncode}")
    # Kilobytes on Linux, bytes on macOS.
    return usage.ru_maxrss * (1 if os.uname().sysname == "Darwin" else 1024)
