"""Alternating rounds: every contender once, in turn, then again, so that what else the machine does meets all alike."""
import statistics
import time

from .contenders import Failed

# A peer so many times slower than the best one is left out of further rounds, and of later runs on the same machine.
DROPPED_BEYOND = 1.6

LEAST_ROUNDS, MOST_ROUNDS = 3, 9


class Row:
    """The measurements of one problem."""

    def __init__(self, contenders):
        self.contenders = contenders
        self.times = {c.name: [] for c in contenders}
        self.answers = {}
        self.failures = {}
        self.dropped = {}

    def measure_round(self, ask):
        for contender in self.active():
            try:
                answer = ask(contender)
            except Failed as reason:
                self.failures[contender.name] = str(reason)
                continue
            self.times[contender.name].append(answer["ms"])
            self.answers[contender.name] = answer

    def active(self):
        return [c for c in self.contenders if c.name not in self.failures and c.name not in self.dropped]

    def drop_slow(self):
        """After the first round: those that cannot be the best peer."""
        best = min((t[0] for name, t in self.times.items() if t and name != "recurrent"), default=None)
        for name, times in self.times.items():
            if best and times and name != "recurrent" and times[0] > DROPPED_BEYOND * best:
                self.dropped[name] = round(times[0] / best, 2)

    def summary(self):
        """Medians over the rounds, the spread of the rounds, and what became of the others."""
        contenders = {}
        for name, times in self.times.items():
            if not times:
                continue
            median = statistics.median(times)
            contenders[name] = {"ms": float(f"{median:.6g}"), "rounds": len(times),
                                "spread": round((max(times) - min(times)) / median, 4)}
            for key in ("setting", "checksum"):
                if key in self.answers[name]:
                    contenders[name][key] = self.answers[name][key]
            memory = self.answers[name].get("memory_mb")
            if memory is not None:
                contenders[name]["memory_mb"] = memory
        result = {"contenders": contenders, "dropped": self.dropped, "failed": self.failures}
        peers = {name: c["ms"] for name, c in contenders.items() if name != "recurrent"}
        if peers and "recurrent" in contenders:
            best = min(peers, key=peers.get)
            result["best_peer"] = best
            result["ratio"] = round(peers[best] / contenders["recurrent"]["ms"], 4)
        return result


def compare(contenders, ask, row_seconds):
    """Rounds until the time of a row is spent, at least three."""
    row = Row(contenders)
    row.measure_round(ask)
    row.drop_slow()
    rounds, start = 1, time.monotonic()
    while rounds < LEAST_ROUNDS or (rounds < MOST_ROUNDS and time.monotonic() - start < row_seconds * (1 - 1 / rounds)):
        row.measure_round(ask)
        rounds += 1
    return row.summary()
