"""Trainings that are killed at random moments while they save after every step."""
import os
import random
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from ..tasks.runs import TOOL
from .harness import PATIENCE, Shim, Tally, Training, newest_complete, not_measured, quick_folder

KILLS, SHORT_KILLS = 500, 50
SEED = 9
EPOCHS = 12
TRAINING = Training("forecast", "--set", "arrangement=windows", "--test", 48, "--hidden", 8, "--dropout", 0.2, "--epochs", EPOCHS,
                    "--threads", 1, "--set", "checkpoint_steps=1", "--set", "checkpoint_seconds=null")
# Of the time of a whole run: the latest moment of a kill.
SHARE = 0.4


def run(figures, is_long):
    """`kill_9`: how often a killed run went on with at most one save lost, to the bytes of one that was left alone.

    One kill in five hits a run on the disk, which is nearly always waiting for it; the others hit runs in memory, whose moments are
    spread over all that a run does.
    """
    words = "kills at random moments, from the start of the process on: at most one save lost, the same bytes in the end"
    kills = KILLS if is_long else SHORT_KILLS
    tally, ends = Tally("kill_9"), 0
    with tempfile.TemporaryDirectory() as disk, quick_folder() as memory:
        shim = Shim.compiled(disk)
        if shim is None:
            return not_measured(figures, "kill_9", words)
        for place, count in [(disk, kills // 5), (memory, kills - kills // 5)]:
            start = time.perf_counter()
            TRAINING.measure(place)
            ends += kill(place, shim, tally, count, SHARE * (time.perf_counter() - start))
    tally.show(figures, f"{words} ({ends} runs to their end)")


def kill(place, shim, tally, count, latest):
    """Kills runs, one after the other, until there have been so many kills, each within `latest` seconds; how many runs have ended."""
    choice = random.Random(SEED)
    ends, folder, last = 0, Path(place) / "run-0", tally.count + count
    while tally.count < last or folder.exists():
        # Once there have been enough kills, the last run goes on to its end.
        moment = choice.uniform(0, latest) if tally.count < last else PATIENCE
        log = Path(place) / "log"
        log.unlink(missing_ok=True)
        before = newest_complete(folder)
        status = end_after(TRAINING.command(folder), shim.environment(log=log), moment)
        if status == -signal.SIGKILL:
            tally.add(f"after {moment:.4f} s from step {before}", problem_after_kill(folder, before, shim.calls(log)))
        else:
            problem = TRAINING.difference(folder) if status == 0 else f"it ended with {status}"
            if problem is not None:
                tally.add("going on to the end", problem)
            ends += 1
            folder = Path(place) / f"run-{ends}"
    return ends


def end_after(command, environment, moment):
    """Starts the tool and kills it after some seconds; its status."""
    process = subprocess.Popen([TOOL, *map(str, command)], env=dict(os.environ, **environment), stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return process.wait(timeout=moment)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def problem_after_kill(folder, before, calls):
    """What is wrong with the folder of a killed run: saves that had been made must be there, and only one can be under way."""
    begun = before + sum(call.name == "mkdir" and "/checkpoints/.tmp-" in call.path for call in calls)
    made = before + sum(call.name == "rename" and "/checkpoints/step-" in call.path and call.result == 0 for call in calls)
    found = newest_complete(folder)
    if found < made:
        return f"{made} steps had been saved and the newest complete checkpoint is of step {found}"
    if begun - found > 1:
        return f"saving step {begun} had begun and the newest complete checkpoint is of step {found}"
    return None
