"""Trainings that something goes wrong with: starting them, what is left of them, and counting what came out."""
import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from ..tasks.runs import TOOL

SHIM_SOURCE = Path(__file__).resolve().parent / "faults.c"
# Most runs here take a fraction of a second, none as long as this: one that does hangs.
PATIENCE = 600
# Exit codes, as `recurrent --help` lists them.
DIVERGED, BAD_DATA, CANNOT_CREATE, IO_ERROR, PREEMPTED = 3, 65, 73, 74, 75
STOPPED = {signal.SIGTERM: 143, signal.SIGINT: 130, signal.SIGUSR1: PREEMPTED, signal.SIGKILL: -signal.SIGKILL}


@dataclass(frozen=True)
class Fault:
    """What goes wrong at one call of the system, in the words of faults.c."""
    action: str
    number: int = 1
    call: str = ""
    path: str = ""
    onward: bool = False

    @property
    def environment(self):
        given = {"FAULT_ACTION": self.action, "FAULT_NUMBER": str(self.number), "FAULT_CALL": self.call,
                 "FAULT_PATH": self.path, "FAULT_ONWARD": "1" if self.onward else ""}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class Call:
    """A line of the log of faults.c."""
    number: int
    name: str
    result: int
    path: str


@dataclass(frozen=True)
class Ended:
    """How a process ended."""
    status: int
    messages: str

    @property
    def errors(self):
        return [line for line in self.messages.splitlines() if line.startswith("error:")]

    def __str__(self):
        return f"ended with {self.status}: {self.messages.strip()[-400:]!r}"


class Shim:
    """The library made of faults.c, which is put before the C library of a process."""

    def __init__(self, path):
        self.path = path

    @staticmethod
    def compiled(folder):
        """The shim, or None where there is no way to use one (no Linux, no compiler)."""
        compiler = next((found for found in map(shutil.which, ("clang", "cc")) if found), None)
        if not sys.platform.startswith("linux") or compiler is None:
            return None
        path = Path(folder) / "faults.so"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", path, SHIM_SOURCE, "-ldl",
                        "-lpthread"], check=True)
        return Shim(path)

    def environment(self, fault=None, log=None):
        return {"LD_PRELOAD": str(self.path), **(fault.environment if fault else {}), **({"FAULT_LOG": str(log)} if log else {})}

    @staticmethod
    def calls(log):
        """What a log holds; the calls of several processes follow each other."""
        lines = Path(log).read_text().splitlines() if Path(log).exists() else []
        return [Call(int(number), name, int(result), path)
                for number, name, result, path in (line.split(" ", 3) for line in lines)]


def run_tool(*arguments, environment=None, **options):
    """Runs the tool to its end. A process that hangs is killed, and its status is that of `timeout`."""
    try:
        done = subprocess.run([TOOL, *map(str, arguments)], env=dict(os.environ, **(environment or {})), text=True, check=False,
                              timeout=PATIENCE, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              **{"stdout": subprocess.DEVNULL, **options})
    except subprocess.TimeoutExpired:
        return Ended(124, f"it did not end within {PATIENCE} s")
    return Ended(done.returncode, done.stderr)


@contextlib.contextmanager
def started(training, folder, *extra):
    """A run that goes on meanwhile; killed at last."""
    process = subprocess.Popen([TOOL, *map(str, training.command(folder, *extra))], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for_save(folder, process):
    end = time.monotonic() + PATIENCE
    while not (folder / "checkpoints" / "last").exists() and process.poll() is None:
        if time.monotonic() > end:
            raise SystemExit(f"{folder}: no checkpoint within {PATIENCE} s")
        time.sleep(0.001)


class Training:
    """A training of the tool, which can be begun, gone on with, and compared with one that nothing was done to."""

    def __init__(self, task, *arguments):
        self.task = task
        self.arguments = arguments
        self.undisturbed = None

    def command(self, folder, *extra):
        """The arguments that begin the run, or go on with it where it had begun."""
        has_begun = os.path.exists(Path(folder, "config.yaml"))
        return ["train", self.task, *(["--resume"] if has_begun else self.arguments), "--output", folder, "--quiet", *extra]

    def run(self, folder, *extra, **options):
        return run_tool(*self.command(folder, *extra), **options)

    def measure(self, place):
        """Runs undisturbed in a folder of its own, which is given back, and keeps what came out."""
        folder = Path(tempfile.mkdtemp(prefix=f"undisturbed-{self.task}-", dir=place))
        ended = self.run(folder)
        if ended.status != 0:
            raise SystemExit(f"train {self.task} without any fault {ended}")
        self.undisturbed = results(folder)
        return folder

    def mend(self, folder, *extra):
        """Goes on without any fault; what is wrong with the result, or None."""
        ended = self.run(folder, *extra)
        if ended.status != 0:
            return f"going on {ended}"
        return self.difference(folder)

    def difference(self, folder):
        """What makes the result of a finished run another than that of the undisturbed one, or None."""
        found = results(folder)
        names = sorted(name for name in found.keys() | self.undisturbed.keys() if found.get(name) != self.undisturbed.get(name))
        left = stale_names(folder)
        if names:
            return f"other bytes in {', '.join(names)}"
        return f"left behind: {', '.join(left)}" if left else None


def quick_folder():
    """A temporary folder in memory where the system has one, for trials that do not depend on a disk."""
    memory = Path("/dev/shm")
    return tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def results(folder):
    """The digests of all that a run comes to: its model, its metrics, and its last state with that of the optimiser."""
    folder = Path(folder)
    last = max(checkpoint_steps(folder), default=None)
    folders = [folder / "model"] + ([checkpoint(folder, last)] if last is not None else [])
    files = [folder / "metrics.csv"] + [file for place in folders if place.is_dir() for file in place.iterdir()]
    return {str(file.relative_to(folder)): digest(file) for file in files if file.exists()}


def checkpoint(folder, step):
    return Path(folder) / "checkpoints" / f"step-{step:08}"


def checkpoint_steps(folder):
    """The steps of all checkpoints, good or not."""
    return sorted(int(path.name[5:]) for path in Path(folder, "checkpoints").glob("step-*"))


def is_complete(folder):
    """Whether all files of a folder are there with the bytes that its manifest knows, by another program than the tool."""
    manifest = Path(folder) / "MANIFEST.sha256"
    if not manifest.exists():
        return False
    entries = [line.split("  ", 1) for line in manifest.read_text().splitlines()]
    return bool(entries) and all((folder / name).exists() and digest(folder / name) == value for value, name in entries)


def newest_complete(folder):
    """The step of the newest checkpoint that can be used; 0 where there is none."""
    return max((step for step in checkpoint_steps(folder) if is_complete(checkpoint(folder, step))), default=0)


def flip(path, bit):
    """Flips one bit of a file, the first being that of the value 1 of its first byte."""
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)


def stale_names(folder):
    """What unfinished writing has left in a folder."""
    return sorted(str(path.relative_to(folder)) for start in (".tmp-", ".old-") for path in Path(folder).rglob(f"{start}*"))


class Tally:
    """Counts what came out as it should, and tells the rest on standard error."""

    def __init__(self, name):
        self.name = name
        self.count = 0
        self.passed = 0

    def add(self, what, problem):
        """One trial: what was done, and what was wrong with what came of it, or None."""
        self.count += 1
        self.passed += problem is None
        if problem is not None:
            print(f"{self.name}: {what}: {problem}", file=sys.stderr, flush=True)

    def show(self, figures, words):
        """The figure: how many of all."""
        figures.add(self.name, self.passed, f"of {self.count} {words}", "all", self.count > 0 and self.passed == self.count)


def not_measured(figures, name, words):
    figures.add(name, None, words, "all", None)
