"""Ranks that are killed, end, crash or stop: how long the job takes to end, and with what status.

A training is then gone on with, on another number of ranks, and must make the model of the run that nothing happened to.
"""
import os
import signal
import subprocess
import time
from pathlib import Path

from ..figure import execute
from .launchers import TOOL, fault_library, present, temporary_folder
from .mpi_libraries import training
from .trainings import classifier, labelled_texts, model_hash

FAULTS = ["kill", "segfault", "exit_3", "exit_0", "exit_0_in_order", "stop"]
# Short, so that the table is made in minutes; the default is 60.
TIMEOUT = 8
EPOCHS = 2000
SAVING = ["--set", "checkpoint_seconds=0.05"]


def long_training():
    """One that takes seconds whatever happens in it, so that there is a middle to fail in."""
    return [*training(EPOCHS), "--set", "patience=null"]


class Table:
    """What jobs came to."""

    def __init__(self, figures):
        self.figures = figures
        self.jobs = self.hangs = self.successes = self.unnamed = self.other_models = self.resumed = 0
        self.slowest = {"stop": 0.0, "other": 0.0}

    def add(self, name, fault, rank, job, seconds):
        """A job in which a rank has failed `seconds` before its end."""
        self.jobs += 1
        self.hangs += job.status is None
        self.successes += job.status == 0
        kind = "stop" if fault == "stop" else "other"
        self.slowest[kind] = max(self.slowest[kind], seconds)
        if fault == "stop" and f"rank {rank} on {os.uname().nodename}" not in job.output:
            self.unnamed += 1
        self.figures.add(f"mpi_failure_{name}", round(seconds, 2), f"s to the end of the job, exit status {job.status}", "stated",
                         job.status not in (0, None))

    def add_resumed(self, launcher, path, ranks, expected):
        """Goes on with a training."""
        self.resumed += 1
        again = launcher.run(ranks, ["train", "forecast", "--resume", "--output", path, "--quiet"])
        self.other_models += again.status != 0 or model_hash(path) != expected

    def show(self):
        add = self.figures.add
        add("mpi_failures_hangs", self.hangs, f"of {self.jobs} jobs", "0", self.hangs == 0)
        add("mpi_failures_false_successes", self.successes, f"of {self.jobs} jobs", "0", self.successes == 0)
        add("mpi_failures_unnamed_stops", self.unnamed, "stopped ranks that no line names", "0", self.unnamed == 0)
        add("mpi_failures_resumed_differently", self.other_models, f"of {self.resumed} trainings gone on with on 2 or 4 ranks", "0",
            self.other_models == 0)
        self.figures.at_most("mpi_failures_seconds_ended", round(self.slowest["other"], 2), "s, the slowest where a process ends", 10)
        self.figures.at_most("mpi_failures_seconds_stopped", round(self.slowest["stop"], 2),
                             f"s, the slowest where a process stops, with a limit of {TIMEOUT} s", TIMEOUT + 10)


def run(figures, is_long):
    launchers = present()
    if not launchers:
        return figures.add("mpi_failures_hangs", None, "no launcher is installed", "0", None)
    with temporary_folder() as name:
        folder = Path(name)
        library = fault_library(folder)
        launchers[0].run(2, [*long_training(), "--output", folder / "whole", "--quiet"]).require_success()
        expected = model_hash(folder / "whole")
        execute([TOOL, *map(str, classifier(folder, 1)), "--output", folder / "judged", "--quiet"])
        table = Table(figures)
        for launcher in launchers:
            for fault in FAULTS:
                for rank in [0, 1]:
                    train(table, launcher, fault, rank, library, folder, expected)
                    evaluate(table, launcher, fault, rank, library, folder)
            ask_to_stop(table, launcher, folder, expected)
            fill_disk(table, launcher, folder, expected)
            differ(table, launcher, folder)
        table.show()


def fail(launcher, fault, rank, library, arguments, after, moment, delay=0):
    """A job of three ranks in which one fails some milliseconds after a file is there: the job, and seconds from there to its end."""
    job = launcher.run(3, arguments, limit=60 + TIMEOUT, RECURRENT_RANK_TIMEOUT=str(TIMEOUT), LD_PRELOAD=str(library), FAULT=fault,
                       FAULT_RANK=str(rank), FAULT_AFTER=str(after), FAULT_DELAY=str(delay), FAULT_TIME=str(moment))
    if not moment.exists():
        raise SystemExit(f"{moment.name}: nothing happened\n{job.output[-2000:]}")
    return job, time.time() - moment.stat().st_mtime


def short(launcher):
    return launcher.command.split(".")[1]


def train(table, launcher, fault, rank, library, folder, expected):
    """A rank fails after the first checkpoint."""
    name = f"train_{short(launcher)}_{fault}_rank_{rank}"
    path = folder / name
    job, seconds = fail(launcher, fault, rank, library, [*long_training(), "--output", path, *SAVING], path / "checkpoints" / "last",
                        folder / f"{name}.moment")
    table.add(name, fault, rank, job, seconds)
    table.add_resumed(launcher, path, 2 if rank == 0 else 4, expected)


def evaluate(table, launcher, fault, rank, library, folder):
    """A rank fails while a model is judged."""
    name = f"evaluate_{short(launcher)}_{fault}_rank_{rank}"
    job, seconds = fail(launcher, fault, rank, library, ["evaluate", folder / "judged", "--data", labelled_texts(folder, 250_000)],
                        folder / "judged", folder / f"{name}.moment", delay=1500)
    table.add(name, fault, rank, job, seconds)


def ask_to_stop(table, launcher, folder, expected):
    """The launcher is told to stop: a checkpoint is written."""
    for number in [signal.SIGTERM, signal.SIGUSR1]:
        name = f"train_{short(launcher)}_{number.name}_to_the_launcher"
        path = folder / name
        job, seconds = launcher.run_until(3, [*long_training(), "--output", path, *SAVING], path / "checkpoints" / "last", number)
        table.add(name, "signal", None, job, seconds)
        table.add_resumed(launcher, path, 2, expected)


def fill_disk(table, launcher, folder, expected):
    """Rank 0 has no room for its checkpoints; afterwards it has."""
    name = f"train_{short(launcher)}_disk_full"
    path = folder / name
    path.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", path], check=False, stderr=subprocess.DEVNULL).returncode != 0:
        return
    try:
        start = time.monotonic()
        job = launcher.run(3, [*long_training(), "--output", path / "run", *SAVING])
        table.add(name, "disk", 0, job, time.monotonic() - start)
        subprocess.run(["mount", "-o", "remount,size=8m", path], check=True)
        table.add_resumed(launcher, path / "run", 2, expected)
    finally:
        subprocess.run(["umount", path], check=True)


def differ(table, launcher, folder):
    """The file of data is another one where rank 1 looks."""
    name = f"train_{short(launcher)}_different_data"
    for rank in range(2):
        place = folder / name / str(rank)
        place.mkdir(parents=True)
        (place / "table.csv").write_text("value\n" + "\n".join(str(row % 7 + rank) for row in range(100)) + "\n")
    program = folder / name / "at_own_place.sh"
    program.write_text(f'#!/bin/sh\ncd {folder / name}/${{OMPI_COMM_WORLD_RANK:-$PMI_RANK}} && exec {TOOL} "$@"\n')
    program.chmod(0o755)
    start = time.monotonic()
    job = launcher.run(2, ["train", "forecast", "--data", "table.csv", "--epochs", "1", "--output", folder / name / "run"], program=program)
    table.add(name, "data", 1, job, time.monotonic() - start)
    if "the data of rank 1 differs" not in job.output:
        raise SystemExit(f"{name}: no line says that the data differ\n{job.output[-2000:]}")
