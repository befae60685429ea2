"""Two ranks with a thread each against one process with two threads, on the same cores."""
import statistics
from pathlib import Path

from ..figure import execute, last_json
from .launchers import TOOL, present, temporary_folder
from .trainings import timed_trainings

ROUNDS = {False: 1, True: 9}
BAR = 0.95


def run(figures, is_long):
    launchers = present()
    if not launchers:
        return figures.at_least("two_ranks", None, "no launcher is installed", BAR)
    worst = []
    with temporary_folder() as name:
        folder = Path(name)
        for task, arguments in timed_trainings(folder).items():
            for launcher in launchers:
                ratio, seconds = compare(launcher, folder, arguments, ROUNDS[is_long])
                worst.append(ratio)
                figures.at_least(f"two_ranks_{task}_{launcher.command.split('.')[1]}", ratio,
                                 f"times as fast as one process with two threads, which takes {seconds:.2f} s", BAR)
    figures.at_least("two_ranks", min(worst), f"times as fast at worst, medians of {ROUNDS[is_long]} alternating rounds", BAR)


def compare(launcher, folder, arguments, rounds):
    """How many times as fast two ranks are, and the seconds of one process: medians of the time of training."""
    alone, together = [], []
    for number in range(rounds):
        for seconds, ranks in [(alone, 1), (together, 2)]:
            path = folder / f"{arguments[1]}-{launcher.command}-{ranks}-{number}"
            seconds.append(train(launcher, arguments, path, ranks)["seconds"])
    return round(statistics.median(alone) / statistics.median(together), 3), statistics.median(alone)


def train(launcher, arguments, path, ranks):
    """The report of a training on two threads in all."""
    words = [*map(str, arguments), "--threads", str(2 // ranks), "--output", path, "--quiet", "--json"]
    if ranks == 1:
        return last_json(execute([TOOL, *words]))
    job = launcher.run(ranks, words, limit=300)
    job.require_success()
    return last_json(job.output)
