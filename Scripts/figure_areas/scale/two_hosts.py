"""Two hosts with 1 Gb/s and 1 ms between them: how much of the time goes into communication, hidden or not, and what that says
of more hosts.

The model on paper, for the sums of a step over N hosts, a power of two: every block of gradients takes r = 2 log2 N exchanges (one
between two hosts), in which each host sends 2 (1 - 1/N) times the block; a message that tells losses and votes takes log2 N more. A
step's communication takes

    t = a (B r + log2 N) + b 2 (1 - 1/N) S

with B blocks of S bytes together, a seconds for an exchange, and b seconds for a byte. Both are fitted to two trainings on two
hosts, and the third is predicted.
"""
import csv
import math
import statistics
from pathlib import Path

from .hosts import Hosts
from .launchers import temporary_folder
from .trainings import long_text

SPEED, DELAY = 1e9, 1000
ROUNDS = {False: 1, True: 3}
# Numbers of units; those between the smallest and the largest are predicted from these two.
SIZES = [64, 128, 256]
LAYERS = 3
# A block has at least so many bytes (GradientSender.blockSize).
BLOCK = 1 << 20


def run(figures, is_long):
    if not Hosts.are_possible():
        return figures.add("two_hosts", None, "namespaces, TUN devices or Open MPI are missing", "stated", None)
    with temporary_folder() as name, Hosts(name, SPEED, DELAY) as hosts:
        figures.add("two_hosts_round_trip", round(1e6 * hosts.round_trip()), "us there and back", "stated", None)
        steps = {size: measure(hosts, Path(name), size, ROUNDS[is_long]) for size in SIZES}
        figures.add("two_hosts_resent", hosts.resent(), "segments of TCP were sent again in all of these trainings", "stated", None)
    for size, step in steps.items():
        figures.add(f"two_hosts_{size}", round(100 * step.waited["false"] / step.seconds["false"], 1),
                    f"% of the time in communication, not overlapped: {1000 * step.waited['false']:.1f} of "
                    f"{1000 * step.seconds['false']:.1f} ms a step, {step.byte_count / 1e6:.2f} MB sent", "stated", None)
        figures.add(f"two_hosts_{size}_overlapped", round(100 * step.waited["true"] / step.seconds["true"], 1),
                    f"% of the time, overlapped: {1000 * step.waited['true']:.1f} of {1000 * step.seconds['true']:.1f} ms a step",
                    "stated", None)
    predict(figures, steps)


class Step:
    """A step of a training: medians, with overlap and without."""

    def __init__(self, reports, counts):
        def median(kind, value):
            return statistics.median(value(report) / count for report, count in zip(reports[kind], counts[kind]))
        self.seconds = {kind: median(kind, lambda report: report["seconds"]) for kind in reports}
        self.waited = {kind: median(kind, lambda report: report["communication"]["seconds_waited"]) for kind in reports}
        self.byte_count = median("false", lambda report: report["communication"]["bytes_sent"])


def measure(hosts, folder, size, rounds):
    """A character model of three LSTMs, with overlap and without in turns."""
    reports, counts = {"false": [], "true": []}, {"false": [], "true": []}
    arguments = ["train", "generate", "--data", long_text(folder, 60_000), "--arrangement", "stream", "--length", "32",
                 "--batch-size", "64", "--validation", "0.02", "--hidden", size, "--layers", LAYERS, "--epochs", "2", "--no-deterministic"]
    for number in range(rounds):
        for kind in reports:
            path = folder / f"{size}-{kind}-{number}"
            reports[kind].append(hosts.train([*arguments, "--set", f"overlap={kind}"], path))
            counts[kind].append(step_count(path))
    return Step(reports, counts)


def step_count(path):
    with open(Path(path) / "metrics.csv", newline="") as file:
        return int(list(csv.DictReader(file))[-1]["step"])


def blocks(size, byte_count):
    """How many blocks the gradients make: from the last layer on, each of as many layers as it takes to fill one. What is left for the
    first layer and the symbols is the last block."""
    layer = 4 * (2 * size * size + 2 * size) * 4
    upper = math.ceil(BLOCK / layer)
    whole = (LAYERS - 1) // upper
    return whole + (1 if byte_count > whole * upper * layer else 0)


def exchanges(block_count, hosts):
    rounds = math.log2(hosts)
    return block_count * (1 if hosts == 2 else 2 * rounds) + rounds


def predict(figures, steps):
    """Fits the model to the smallest and the largest training, tries it on those between, and tells what more hosts would do."""
    small, *between, large = SIZES
    # On two hosts a rank sends as many bytes as the gradients have.
    def point(size):
        return exchanges(blocks(size, steps[size].byte_count), 2), steps[size].byte_count, steps[size].waited["false"]
    (x1, y1, t1), (x2, y2, t2) = point(small), point(large)
    determinant = x1 * y2 - x2 * y1
    exchange, per_byte = (t1 * y2 - t2 * y1) / determinant, (x1 * t2 - x2 * t1) / determinant

    def communication(size, hosts):
        sent = 2 * (1 - 1 / hosts) * steps[size].byte_count
        return exchange * exchanges(blocks(size, steps[size].byte_count), hosts) + per_byte * sent

    figures.add("two_hosts_exchange", round(1e6 * exchange), "us for an exchange, fitted", "stated", None)
    figures.add("two_hosts_rate", round(8e-6 / per_byte), "Mb/s, fitted", "stated", None)
    for size in between:
        predicted, measured = communication(size, 2), steps[size].waited["false"]
        figures.add(f"two_hosts_predicted_{size}", round(100 * (predicted / measured - 1), 1),
                    f"% beside what was measured: {1000 * predicted:.1f} for {1000 * measured:.1f} ms", "stated", None)
    for hosts in [2, 8, 64]:
        for size in SIZES:
            step = steps[size]
            computing = step.seconds["false"] - step.waited["false"]
            hidden = max(0, 1 - step.waited["true"] / step.waited["false"])
            plain = communication(size, hosts)
            # As large a part stays hidden, but never more than the way back of the layers below takes.
            waited = plain - min(hidden * plain, step.waited["false"] - step.waited["true"])
            figures.add(f"two_hosts_model_{hosts}_hosts_{size}", round(100 * computing / (computing + waited)),
                        f"% of the hosts' time computes, as many rows on each host as here; {1000 * plain:.1f} ms of communication a step",
                        "stated", None)
