"""Ranks that are killed, end, crash or stop in the middle of training: how long the job takes to end, and with what status.

Each run is then gone on with, on another number of ranks, and must make the model of the run that nothing happened to.
"""
import os
import time
from pathlib import Path

from .launchers import fault_library, present, temporary_folder
from .mpi_libraries import training
from .trainings import model_hash

FAULTS = ["kill", "segfault", "exit_3", "exit_0", "exit_0_in_order", "stop"]
# Short, so that the table is made in minutes; the default is 60.
TIMEOUT = 8
EPOCHS = 400


def fail(launcher, fault, rank, library, folder):
    """A training run of three ranks in which one fails once there is a checkpoint: the job, and seconds from there to its end."""
    run = folder / f"{launcher.command}-{fault}-{rank}"
    moment = folder / f"{run.name}.moment"
    job = launcher.run(3, [*training(EPOCHS), "--output", run, "--set", "checkpoint_seconds=0.05"],
                       limit=60 + TIMEOUT, RECURRENT_RANK_TIMEOUT=str(TIMEOUT), LD_PRELOAD=str(library), FAULT=fault,
                       FAULT_RANK=str(rank), FAULT_AFTER=str(run / "checkpoints" / "last"), FAULT_TIME=str(moment))
    if not moment.exists():
        raise SystemExit(f"{run.name}: nothing happened\n{job.output[-2000:]}")
    return run, job, time.time() - moment.stat().st_mtime


def run(figures, is_long):
    launchers = present()
    if not launchers:
        figures.add("mpi_failures_hangs", None, "no launcher is installed", "0", None)
        return
    with temporary_folder() as name:
        folder = Path(name)
        library = fault_library(folder)
        whole = folder / "whole"
        launchers[0].run(2, [*training(EPOCHS), "--output", whole, "--quiet"]).require_success()
        expected = model_hash(whole)
        jobs = hangs = successes = unnamed = other_models = 0
        slowest = {"stop": 0.0, "other": 0.0}
        for launcher in launchers:
            for fault in FAULTS:
                for rank in [0, 1]:
                    path, job, seconds = fail(launcher, fault, rank, library, folder)
                    jobs += 1
                    hangs += job.status is None
                    successes += job.status == 0
                    kind = "stop" if fault == "stop" else "other"
                    slowest[kind] = max(slowest[kind], seconds)
                    if fault == "stop" and f"rank {rank} on {os.uname().nodename}" not in job.output:
                        unnamed += 1
                    figures.add(f"mpi_failure_{launcher.command.split('.')[1]}_{fault}_rank_{rank}", round(seconds, 2),
                                f"s to the end of the job, exit status {job.status}", "stated", job.status not in (0, None))
                    again = launcher.run(2 if rank == 0 else 4, ["train", "forecast", "--resume", "--output", path, "--quiet"])
                    other_models += again.status != 0 or model_hash(path) != expected
        figures.add("mpi_failures_hangs", hangs, f"of {jobs} jobs", "0", hangs == 0)
        figures.add("mpi_failures_false_successes", successes, f"of {jobs} jobs", "0", successes == 0)
        figures.add("mpi_failures_unnamed_stops", unnamed, "stopped ranks that no line names", "0", unnamed == 0)
        figures.add("mpi_failures_resumed_differently", other_models, f"of {jobs} runs gone on with on 2 or 4 ranks", "0",
                    other_models == 0)
        figures.at_most("mpi_failures_seconds_ended", round(slowest["other"], 2), "s, the slowest where a process ends", 10)
        figures.at_most("mpi_failures_seconds_stopped", round(slowest["stop"], 2),
                        f"s, the slowest where a process stops, with a limit of {TIMEOUT} s", TIMEOUT + 10)
