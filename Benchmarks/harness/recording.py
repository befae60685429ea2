"""What is kept: rows as soon as they are measured, the recorded comparison, and what is known of the peers' settings."""
import hashlib
import json
import os
import platform
import subprocess
import time

from .contenders import ROOT

RESULTS = ROOT / "Benchmarks" / "results"
RECORD = RESULTS / "speed.json"
SETTINGS = "settings.json"
SCRATCH = ROOT / ".build" / "benchmarks"

# A peer that was this many times slower than the best one on the same problem is not asked again.
HOPELESS = 2


def git(*words):
    return subprocess.run(["git", *words], cwd=ROOT, text=True, capture_output=True, check=False).stdout.strip()


def origin():
    """Where the figures come from: the state of the sources and the machine."""
    sources = git("rev-parse", "HEAD:Sources")
    changes = git("status", "--porcelain", "--", "Sources", "Package.swift")
    return {"commit": git("rev-parse", "--short=12", "HEAD"), "sources": sources[:12] + ("+changes" if changes else ""),
            "processor": processor(), "date": time.strftime("%Y-%m-%d", time.gmtime())}


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            fields = dict(line.split(":", 1) for line in file if ":" in line)
        fields = {key.strip(): value.strip() for key, value in fields.items()}
        return f"{fields['model name']}, family {fields['cpu family']}, model {fields['model']}"
    except (OSError, KeyError):
        return platform.processor() or platform.machine()


def row_key(row):
    """What a row is of: a layer problem or a step, with so many threads."""
    problem = row["step"] if "step" in row else (row["cell"], tuple(row["shape"]), row["mode"])
    return problem, row["threads"]


def whole_lines(text):
    """The objects on the lines of a file whose last line may have been cut off."""
    for line in text.splitlines():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            return


class Rows:
    """The rows of the running comparison, each written as soon as it is measured, in a file for each choice of problems."""

    def __init__(self, choice, resume):
        self.origin = origin()
        self.rows = {}
        name = hashlib.sha256(json.dumps(choice).encode()).hexdigest()[:8]
        self.path = SCRATCH / f"rows-{name}.jsonl"
        SCRATCH.mkdir(parents=True, exist_ok=True)
        if resume and self.path.exists():
            lines = list(whole_lines(self.path.read_text()))
            if lines and lines[0]["sources"] != self.origin["sources"]:
                raise SystemExit(f"the rows in {self.path} were measured with other sources ({lines[0]['sources']}, now "
                                 f"{self.origin['sources']}); begin anew without --resume")
            self.rows = {row_key(row): row for row in lines[1:]}
        # Without a line that was cut off in the middle.
        lines = [self.origin, *self.rows.values()]
        self.path.write_text("".join(json.dumps(line) + "\n" for line in lines))

    def add(self, row):
        self.rows[row_key(row)] = row
        with self.path.open("a") as file:
            file.write(json.dumps(row) + "\n")
            file.flush()
            os.fsync(file.fileno())


class PeerSettings:
    """The fastest setting of each peer for each problem, and which peers are far behind; looked for once.

    Whole runs keep theirs with the record; what others find out is kept apart."""

    def __init__(self, is_whole, forget):
        self.path = (RESULTS if is_whole else SCRATCH) / SETTINGS
        self.known = {}
        for path in [] if forget else [RESULTS / SETTINGS, self.path]:
            self.known |= json.loads(path.read_text()) if path.exists() else {}

    @staticmethod
    def _key(peer, problem, threads):
        cell, shape, mode = problem
        return f"{peer.name} {peer.version}, {cell} {','.join(map(str, shape))} {mode}, {threads}"

    def setting(self, peer, problem, threads):
        return self.known.get(self._key(peer, problem, threads), {}).get("setting")

    def times_slower(self, peer, problem, threads):
        """How many times slower than the best peer it was, if that is more than a chance can make good."""
        slower = self.known.get(self._key(peer, problem, threads), {}).get("slower", 0)
        return slower if slower > HOPELESS else None

    def learn(self, peers, problem, threads, summary):
        for peer in peers:
            found = {}
            if "setting" in summary["contenders"].get(peer.name, {}):
                found["setting"] = summary["contenders"][peer.name]["setting"]
            if peer.name in summary["dropped"]:
                found["slower"] = summary["dropped"][peer.name]
            if found:
                self.known[self._key(peer, problem, threads)] = found
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in sorted(self.known.items())]
        self.path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def write_record(record, folder):
    """One row a line, so that a change of the record is read row by row."""
    folder.mkdir(parents=True, exist_ok=True)
    head = {key: value for key, value in record.items() if key != "rows"}
    rows = ",\n".join(json.dumps(row) for row in record["rows"])
    text = json.dumps(head)[:-1] + ', "rows": [\n' + rows + "\n]}\n"
    (folder / RECORD.name).write_text(text)


def last_record():
    return json.loads(RECORD.read_text()) if RECORD.exists() else None
