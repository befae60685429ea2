"""Figures of the activations: the largest errors over floats, against the C library in double precision."""
import json
import os
import shutil
import tempfile
from pathlib import Path

from .figure import ROOT, Figures, execute

KERNELS = ROOT / "Sources" / "CRecurrentKernels"
PROGRAM = ROOT / "Tests" / "CrossTests" / "accuracy.c"

# One float in so many where time matters.
SAMPLE = 257


def find_clang():
    """The kernels are written on clang's vector extensions: CC, then the path, then what comes with Swift."""
    swift = shutil.which("swift")
    beside = Path(swift).resolve().parent / "clang" if swift else None
    for candidate in [os.environ.get("CC"), "clang", beside]:
        found = shutil.which(candidate) if candidate else None
        if found and "clang" in execute([found, "--version"]):
            return found
    raise SystemExit("activations: no clang in CC, on the path or beside swift; name one in CC")


def measure(is_long):
    """What the program measured: one object for each table of kernels that this processor runs and each function."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "accuracy"
        execute([find_clang(), "-std=gnu17", "-O2", f"-I{KERNELS / 'include'}", PROGRAM, *sorted(KERNELS.glob("*.c")), "-o",
                 program, "-lm", "-lpthread"])
        # It ends with 1 when a bound is missed, which the figures show.
        text = execute(["sh", "-c", '"$0" "$@" || test $? = 1', program, str(1 if is_long else SAMPLE),
                        str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())])
    return [json.loads(line) for line in text.splitlines()]


def figures(is_long):
    """(name, value, unit, bar) of each function, where `value` may be at most `bar`.

    The names without a table are the worst of those with fused multiply-add; `_baseline` is the one without.
    """
    results = []
    cases = measure(is_long)
    for function in dict.fromkeys(case["function"] for case in cases):
        for suffix, tables in [("", {"avx512", "avx2", "neon"}), ("_baseline", {"baseline"})]:
            measured = [case for case in cases if case["function"] == function and case["table"] in tables]
            if not measured:
                continue
            worst = max(measured, key=lambda case: case["error"])
            kind = "ulp" if worst["unit"] == "ulp" else "absolute_error"
            floats = "all floats" if is_long else f"one float in {SAMPLE}"
            unit = f"{worst['unit']}, {floats}, {' '.join(case['table'] for case in measured)}"
            results.append((f"{function}_{kind}{suffix}", worst["error"], unit, worst["bound"]))
    return results


def run_area(is_long):
    """Prints the figures; gives 1 when one misses its bar."""
    area = Figures("activations", is_long)
    for name, value, unit, bar in figures(is_long):
        area.at_most(name, value, unit, bar)
    return 1 if area.missed else 0
