"""The processes that are compared: the tool, and a worker for each peer. Only one runs at a time."""
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TOOL = ROOT / ".build" / "release" / "recurrent"
PEERS = ["torch", "onnxruntime", "openvino", "jax", "keras"]
LOG = ROOT / ".build" / "benchmarks" / "workers.log"

# Seconds after which an answer is no longer waited for: compilers may need minutes for unrolled loops.
PATIENCE = 240


# prctl(2)
SET_PARENT_DEATH_SIGNAL = 1
PROCESS_CONTROL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


class Failed(Exception):
    """A contender has no figure for a problem; the text says why."""


def prepare_process(threads):
    """In a process that is about to become a contender: it takes as many cores as there are threads, the first ones that it
    may use, and ends with the process that started it, even if it is stopped then. Linux only."""
    if PROCESS_CONTROL:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
        PROCESS_CONTROL(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


class Ours:
    """The tool, a new process for each request."""
    name = "recurrent"

    def __init__(self, threads):
        self.threads = threads
        self.checked = set()

    def version(self):
        return subprocess.run([TOOL, "--version"], text=True, capture_output=True, check=True).stdout.split(maxsplit=1)[1].strip()

    def layer(self, cell, shape, mode, budget, repeats, setting=None):
        problem = (cell, shape, mode)
        # The first time, its results are compared with those of the reference kernels as well.
        check = [] if problem not in self.checked else ["--no-check"]
        self.checked.add(problem)
        line = self._run("--cells", cell, "--shapes", ",".join(map(str, shape)), "--modes", mode, "--budget", str(budget),
                         "--repeats", str(repeats), "--no-limits", *check)[-1]
        return {"ms": line["ms"], "checksum": line["checksum"]}

    def step(self, name, budget, repeats):
        line = self._run("--steps", name, "--budget", str(budget), "--repeats", str(repeats))[-1]
        return {"ms": line["ms"], "memory_mb": line["memory_mb"]}

    def machine(self):
        """The machine's limits, as the tool measures them."""
        return self._run("--cells", "RNN", "--shapes", "1,1,1,1,1", "--modes", "infer", "--budget", "0")[0]

    def _run(self, *arguments):
        command = [TOOL, "bench", "--json", "--quiet", "--threads", str(self.threads), *arguments]
        done = subprocess.run(command, text=True, capture_output=True, preexec_fn=lambda: prepare_process(self.threads), check=False)
        if done.returncode != 0:
            raise Failed(done.stderr.strip() or f"exit code {done.returncode}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def close(self):
        """There is nothing left of a request."""


class Peer:
    """A long-lived worker. It is stopped while it has no request, so that threads that spin disturb nobody."""

    def __init__(self, name, python, threads):
        self.name, self.python, self.threads = name, python, threads
        self._start()

    def _start(self):
        LOG.parent.mkdir(parents=True, exist_ok=True)
        with LOG.open("a") as log:
            self.process = subprocess.Popen(
                [self.python, ROOT / "Benchmarks" / "peers" / "worker.py", self.name, "--threads", str(self.threads)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, preexec_fn=lambda: prepare_process(self.threads))
        self.buffer = b""
        hello = self._answer()
        if "absent" in hello:
            self.close()
            raise Failed(hello["absent"])
        self.version = hello["version"]
        self._stop()

    def layer(self, cell, shape, mode, budget, repeats, setting=None, best_ms=None):
        return self._ask({"layer": {"cell": cell, "shape": shape, "mode": mode}, "budget": budget, "repeats": repeats,
                          "setting": setting, "best_ms": best_ms})

    def step(self, name, budget, repeats):
        return self._ask({"step": name, "budget": budget, "repeats": repeats})

    def _ask(self, request):
        if self.process.poll() is not None:
            self._start()
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()
        answer = self._answer()
        self._stop()
        if "ms" not in answer:
            raise Failed(answer.get("absent") or answer["error"])
        return answer

    def _answer(self):
        end = time.monotonic() + PATIENCE
        while b"\n" not in self.buffer:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))
            piece = os.read(self.process.stdout.fileno(), 1 << 16) if ready else b""
            if not piece:
                self.close()
                raise Failed("its process has ended" if ready else f"no answer in {PATIENCE} s")
            self.buffer += piece
        line, self.buffer = self.buffer.split(b"\n", 1)
        return json.loads(line)

    def _stop(self):
        self.process.send_signal(signal.SIGSTOP)

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
        self.process.wait()


def start_peers(python, names, threads, say):
    """The peers that can be started, and the reasons of the others by name."""
    peers, absent = [], {}
    for name in names:
        if not python:
            absent[name] = "PEERS_PYTHON is not set"
            continue
        try:
            peers.append(Peer(name, python, threads))
        except Failed as reason:
            absent[name] = str(reason)
    for name, reason in absent.items():
        say(f"left out: {name} ({reason})")
    return peers, absent
