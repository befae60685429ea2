"""The same training under each MPI library and number of ranks, and launchers with the library of another."""
from pathlib import Path

from ..figure import execute
from .launchers import TOOL, present, temporary_folder
from .trainings import classifier, forecaster, labelled_texts, model_hash

RANKS = [1, 2, 3, 4]


def training(epochs):
    return [*map(str, forecaster(epochs)), "--threads", "1"]


def run_same_bytes(figures, launchers, folder):
    """One hash of the final weights, also without a launcher."""
    execute([TOOL, *training(20), "--output", folder / "alone", "--quiet"])
    hashes = {"alone": model_hash(folder / "alone")}
    for launcher in launchers:
        for ranks in RANKS:
            run = folder / f"{launcher.command}-{ranks}"
            launcher.run(ranks, [*training(20), "--output", run, "--quiet"]).require_success()
            hashes[run.name] = model_hash(run)
    names = ", ".join(launcher.name for launcher in launchers)
    distinct = len(set(hashes.values()))
    is_met = distinct == 1 if len(launchers) == 2 else None
    figures.add("mpi_libraries_distinct_models", distinct, f"of {len(hashes)} runs: alone, {names}; ranks {RANKS}", "1", is_met)


def run_same_work(figures, launchers, folder):
    """Judging and predicting: the same output as that of one process."""
    execute([TOOL, *map(str, classifier(folder, 1)), "--output", folder / "judged", "--quiet"])
    texts = labelled_texts(folder, 4000)
    lines = folder / "lines.txt"
    lines.write_text("".join(line.split("\t")[1] + "\n" for line in texts.read_text().splitlines()))
    commands = [["evaluate", folder / "judged", "--data", texts, "--quiet"],
                ["classify", folder / "judged", lines, "--probabilities", "--quiet"],
                ["evaluate", folder / "alone", "--windows", "6", "--quiet"], ["forecast", folder / "alone", "--horizon", "24", "--quiet"]]
    different = tried = 0
    for command in commands:
        expected = execute([TOOL, *map(str, command)])
        for launcher in launchers:
            for ranks in [2, 3]:
                tried += 1
                different += launcher.run(ranks, command).output != expected
    figures.add("mpi_work_differs", different, f"of {tried} times that ranks judged or predicted", "0", different == 0)


def run_mismatches(figures, launchers, folder):
    """Each launcher with the other's library: an error that says so, and never copies that train side by side."""
    silent = 0
    tried = 0
    for launcher in launchers:
        for other in launchers:
            if other is launcher:
                continue
            run = folder / f"mismatch-{launcher.command}"
            job = launcher.run(2, [*training(1), "--output", run], RECURRENT_MPI_LIBRARY=other.library)
            tried += 1
            silent += job.status in (0, None) or "takes it for rank 0 of 1" not in job.output or run.exists()
    figures.add("mpi_mismatches_unnoticed", silent, f"of {tried} pairs of a launcher and another's library", "0",
                silent == 0 if tried == 2 else None)


def run_single_processes(figures, launchers, folder):
    """`--no-mpi` under a launcher is a single process, and so is the tool without one."""
    bad = 0
    for launcher in launchers:
        run = folder / f"single-{launcher.command}"
        job = launcher.run(1, [*training(1), "--no-mpi", "--output", run, "--quiet"],
                           RECURRENT_MPI_LIBRARY="/nowhere")
        bad += job.status != 0
    figures.add("mpi_no_mpi_failures", bad, f"of {len(launchers)} launchers, with a library that is not there", "0", bad == 0)


def run(figures, is_long):
    launchers = present()
    if not launchers:
        figures.add("mpi_libraries_distinct_models", None, "no launcher is installed", "1", None)
        return
    with temporary_folder() as name:
        for part in [run_same_bytes, run_same_work, run_mismatches, run_single_processes]:
            part(figures, launchers, Path(name))
