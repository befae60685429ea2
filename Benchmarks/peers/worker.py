"""One framework in one process: reads a request per line, answers with a line.

    python worker.py PEER --threads N

Requests are JSON objects:
  {"layer": {"cell", "shape": [T, B, I, H, L], "mode"}, "budget", "repeats", "setting"}   times a stack of layers
  {"step": NAME, "budget", "repeats"}                                                     times a whole training step
Answers are {"ms", "runs", "setting"}, {"absent": reason} where the framework cannot do it, {"error": text}.

A request for the problem of the request before runs what was built then. `setting` chooses one of the framework's settings;
null asks for the fastest, which is looked for once.
"""
import argparse
import gc
import importlib
import json
import math
import os
import sys
import time
import traceback

# A call of so many seconds has warmed up by itself.
LONG_CALL = 0.5


def limit_threads(count):
    """Must come before the framework is imported."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
        os.environ[name] = str(count)
    os.environ.update(TF_NUM_INTEROP_THREADS="1", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="", JAX_PLATFORMS="cpu",
                      KERAS_BACKEND="tensorflow")


def time_calls(call, budget, repeats):
    """Seconds of one call: the median of runs of at least 100 microseconds, after two calls, or a long one, that do not count.

    The same rules as those of `recurrent bench`."""
    start = time.perf_counter()
    call()
    once = time.perf_counter() - start
    if once < LONG_CALL:
        start = time.perf_counter()
        call()
        once = time.perf_counter() - start
    calls = max(1, math.ceil(1e-4 / once)) if once > 0 else 1000
    runs, end = [], time.perf_counter() + budget
    while len(runs) < repeats or time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(calls):
            call()
        runs.append((time.perf_counter() - start) / calls)
    runs.sort()
    return runs[len(runs) // 2], len(runs)


def least_seconds(call):
    """Seconds of the fastest of some calls, after one that does not count: to choose among settings in spite of noise."""
    call()
    least, end = math.inf, time.perf_counter() + 0.2
    while least == math.inf or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        least = min(least, time.perf_counter() - start)
    return least


# A first setting so many times slower than the best peer so far is not helped by another one.
HOPELESS = 3


class Absent(Exception):
    """The framework has nothing for this problem."""


class Problems:
    """Keeps the last problem, built."""

    def __init__(self, peer):
        self.peer = peer
        self.key = self.call = self.setting = None

    def layer(self, request):
        layer = request["layer"]
        key = json.dumps(layer)
        if key != self.key or request.get("setting") not in (None, self.setting):
            self.key = self.call = None
            if hasattr(self.peer, "forget"):
                self.peer.forget()
            gc.collect()
            settings = [request["setting"]] if request.get("setting") else self.peer.settings(**layer)
            if not settings:
                raise Absent(f"no {layer['mode']} mode")
            self.setting, self.call = self.fastest(layer, settings, request.get("best_ms"))
            self.key = key
        return self.call

    def fastest(self, layer, settings, best_ms):
        """The fastest setting; only the first one where that is hopeless beside the best peer so far."""
        best = None
        for setting in settings:
            if best and best_ms and best[0] * 1e3 > HOPELESS * best_ms:
                break
            try:
                call = self.peer.build(setting=setting, **layer)
                seconds = least_seconds(call) if len(settings) > 1 else 0
            except Exception:  # a setting that the framework refuses is no setting for this problem
                if len(settings) == 1:
                    raise
                continue
            if best is None or seconds < best[0]:
                best = (seconds, setting, call)
        if best is None:
            raise Absent("no setting works")
        return best[1], best[2]


def answer(problems, request):
    if "step" in request:
        build = getattr(problems.peer, "build_step", None)
        if build is None:
            raise Absent("no training steps")
        call, memory = build(request["step"])
        seconds, runs = time_calls(call, request["budget"], request["repeats"])
        return {"ms": seconds * 1e3, "runs": runs, "memory_mb": memory()}
    call = problems.layer(request)
    seconds, runs = time_calls(call, request["budget"], request["repeats"])
    return {"ms": seconds * 1e3, "runs": runs, "setting": problems.setting}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("peer")
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()
    limit_threads(arguments.threads)
    # Answers get standard output for themselves: frameworks print on it too.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        peer = importlib.import_module(f"{arguments.peer}_peer")
        hello = {"version": peer.start(arguments.threads)}
    except ImportError as error:
        hello = {"absent": str(error)}
    print(json.dumps(hello), file=answers, flush=True)
    if "absent" in hello:
        return
    problems = Problems(peer)
    for line in sys.stdin:
        try:
            reply = answer(problems, json.loads(line))
        except Absent as reason:
            reply = {"absent": str(reason)}
        except Exception as error:
            traceback.print_exc()
            reply = {"error": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(reply), file=answers, flush=True)


if __name__ == "__main__":
    main()
