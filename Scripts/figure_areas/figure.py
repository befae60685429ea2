"""What all areas share: a figure with its bar, printed as a JSON line, and running commands."""
import importlib
import json
import os
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


RECORD = ROOT / "Documentation" / "results.jsonl"


class Figures:
    """Collects the figures of one area and prints each as it comes; those of a long run are also kept in the repository."""

    def __init__(self, area, is_long=False, parts=()):
        self.area = area
        self.parts = parts
        self.is_long = is_long
        self.missed = 0
        self.clock = time.perf_counter()

    def add(self, name, value, unit, bar, ok):
        """A figure; `bar` is a text, `ok` says whether it was met and None that it was not measured."""
        now = time.perf_counter()
        line = {"area": self.area, "name": name, "value": value, "unit": unit, "bar": bar, "ok": ok,
                "seconds": round(now - self.clock, 2)}
        self.clock = now
        print(json.dumps(line), flush=True)
        if self.is_long:
            origin = {"commit": execute(["git", "rev-parse", "--short=12", "HEAD"]).strip(),
                      "command": " ".join(["Scripts/figures", self.area, *self.parts, "--long"]), "date": time.strftime("%Y-%m-%d", time.gmtime())}
            with RECORD.open("a") as record:
                record.write(json.dumps(line | origin) + "\n")
        if ok is False:
            self.missed += 1

    def at_most(self, name, value, unit, bar):
        self.add(name, value, unit, f"<= {bar}", None if value is None else value <= bar)

    def at_least(self, name, value, unit, bar):
        self.add(name, value, unit, f">= {bar}", None if value is None else value >= bar)

    def within(self, name, value, unit, low, high):
        self.add(name, value, unit, f"{low} to {high}", None if value is None else low <= value <= high)


def execute(command, **options):
    """Runs a command in the root of the project and gives what it prints; its errors stop the script."""
    environment = dict(os.environ, **options.pop("environment", {}))
    done = subprocess.run(command, cwd=options.pop("cwd", ROOT), env=environment, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    if done.returncode != 0:
        words = " ".join(map(str, command))
        raise SystemExit(f"{words} ended with {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


def last_json(text):
    """The object on the last line of a command's output."""
    return json.loads(text.strip().splitlines()[-1])


def run_parts(package, known, is_long, parts):
    """Runs some parts of an area, or all: the modules of its package, each with a function `run(figures, is_long)`."""
    figures = Figures(package.rsplit(".", 1)[-1], is_long, parts)
    for part in parts or known:
        importlib.import_module(f"{package}.{part}").run(figures, is_long)
    return 1 if figures.missed else 0
