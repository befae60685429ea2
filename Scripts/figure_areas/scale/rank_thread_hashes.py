"""The same trainings on 1, 2, 4 and 8 ranks with 1, 2 and 3 threads each, under each launcher: one hash of the final weights."""
from pathlib import Path

from ..figure import execute
from .launchers import TOOL, present, temporary_folder
from .trainings import classifier, forecaster, model_hash, writer

RANKS = [1, 2, 4, 8]
THREADS = [1, 2, 3]


def run(figures, is_long):
    launchers = present()
    words = f"of {{}} runs: alone and ranks {RANKS} x threads {THREADS}"
    if not launchers:
        return figures.add("rank_thread_hashes", None, words.format(0), "1", None)
    with temporary_folder() as name:
        folder = Path(name)
        trainings = {"forecast": forecaster(4)}
        if is_long:
            trainings |= {"classify": classifier(folder, 3), "generate": writer(folder, 2)}
        worst, jobs = 0, 0
        for task, arguments in trainings.items():
            hashes = hashes_of(launchers, folder, task, arguments)
            figures.add(f"rank_thread_hashes_{task}", len(set(hashes)),
                        f"{words.format(len(hashes))}, {' and '.join(launcher.name for launcher in launchers)}", "1", len(set(hashes)) == 1)
            worst, jobs = max(worst, len(set(hashes))), jobs + len(hashes)
        figures.add("rank_thread_hashes", worst, f"{words.format(jobs)}; {', '.join(trainings)}", "1", worst == 1)


def hashes_of(launchers, folder, task, arguments):
    """The hash of each run."""
    hashes = []
    for threads in THREADS:
        alone = folder / f"{task}-{threads}"
        execute([TOOL, *map(str, arguments), "--threads", str(threads), "--output", alone, "--quiet"])
        hashes.append(model_hash(alone))
        for launcher in launchers:
            for ranks in RANKS:
                path = folder / f"{task}-{threads}-{launcher.command}-{ranks}"
                launcher.run(ranks, [*arguments, "--threads", threads, "--output", path, "--quiet"], limit=600).require_success()
                hashes.append(model_hash(path))
    return hashes
