"""What results that do not depend on the number of ranks cost: batches in eight shares against as few as there are ranks."""
import statistics
from pathlib import Path

from ..figure import execute, last_json
from .launchers import TOOL, temporary_folder
from .trainings import timed_trainings

ROUNDS = {False: 1, True: 3}
# Where shares have so many examples, ranks take eight of them unasked.
EXAMPLES_PER_SHARE = 8
BAR = 10


def run(figures, is_long):
    """`deterministic_cost_…`: of one process with one thread, by examples in each of the eight shares."""
    at_default = []
    with temporary_folder() as name:
        for task, arguments in timed_trainings(name).items():
            for examples in [4, 8, 16]:
                cost = measure(Path(name), [*arguments, "--batch-size", str(8 * examples)], ROUNDS[is_long])
                is_default = examples >= EXAMPLES_PER_SHARE
                if is_default:
                    at_default.append(cost)
                figures.add(f"deterministic_cost_{task}_{examples}", cost, f"% more time with {examples} examples in a share",
                            f"<= {BAR}" if is_default else "stated", cost <= BAR if is_default else None)
    figures.at_most("deterministic_cost", max(at_default), "% more time at worst where shares are taken unasked", BAR)


def measure(folder, arguments, rounds):
    """Percents of time that are added, by medians of alternating rounds."""
    seconds = {"--deterministic": [], "--no-deterministic": []}
    for number in range(rounds):
        for flag, times in seconds.items():
            path = folder / f"{arguments[1]}{flag}-{arguments[-1]}-{number}"
            words = [*map(str, arguments), flag, "--threads", "1", "--output", path, "--quiet", "--json"]
            times.append(last_json(execute([TOOL, *words]))["seconds"])
    cut, whole = (statistics.median(times) for times in seconds.values())
    return round(100 * (cut / whole - 1), 1)
