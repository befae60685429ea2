"""Every call by which a training changes files, in turn: the process ends there, or the call fails.

This is how SQLite tests itself: the first call, then the second, until there is none left. It is done to a whole new run, and to one
that goes on in a folder as a killed run has left it.
"""
import errno
import shutil
from pathlib import Path

from .harness import (IO_ERROR, Fault, Shim, Tally, Training, checkpoint, checkpoint_steps, flip, newest_complete, not_measured,
                      quick_folder)

TRAINING = Training("forecast", "--set", "arrangement=windows", "--test", 48, "--hidden", 4, "--dropout", 0.2, "--epochs", 2,
                    "--threads", 1, "--set", "checkpoint_steps=2", "--set", "checkpoint_seconds=null")
# Ends of the process: before each call, after the last bytes of half a write.
ENDS = ["kill", "torn"]
ERRORS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC, "EDQUOT": errno.EDQUOT}
# What is done to a call: a word for it, the action, and whether it is done to all later calls as well. A call that is interrupted
# for ever would rightly be made again for ever.
FAILURES = [("EINTR", f"error {errno.EINTR}", False), ("a short write", "short", False), ("short writes", "short", True)] + [
    (f"{name}{' from there on' if onward else ''}", f"error {number}", onward)
    for name, number in ERRORS.items() for onward in (False, True)]
# In short runs, one point in so many.
SHORT_STRIDE = 9


def run(figures, is_long):
    """`fault_points`, where the process ends, and `fault_points_errors`, where a call fails."""
    end_words = "points at which the process was ended: went on to the same bytes"
    error_words = (f"points and failures ({', '.join(ERRORS)}, EINTR, short writes): recovery or exit code {IO_ERROR} with one line, "
                    "the checkpoint before intact, went on to the same bytes")
    with quick_folder() as place:
        place = Path(place)
        shim = Shim.compiled(place)
        if shim is None:
            not_measured(figures, "fault_points", end_words)
            return not_measured(figures, "fault_points_errors", error_words)
        TRAINING.measure(place)
        stride = 1 if is_long else SHORT_STRIDE
        beginnings = {"a new run": None, "a run that goes on": killed_run(place, shim)}
        tally = Tally("fault_points")
        for name, beginning in beginnings.items():
            for point, call in enumerate(calls_of_run(place, shim, beginning), 1):
                for action in ENDS if call.name == "write" else ENDS[:1]:
                    if point % stride == 0:
                        tally.add(f"{name}, {action} at {point} {call.name} {call.path}",
                                  end_at(place, shim, beginning, Fault(action, point)))
        tally.show(figures, end_words)
        tally = Tally("fault_points_errors")
        for name, beginning in beginnings.items():
            for point, call in enumerate(calls_of_run(place, shim, beginning), 1):
                for kind, (failure, action, onward) in enumerate(FAILURES):
                    if (point + kind) % stride == 0 and (action != "short" or call.name == "write"):
                        tally.add(f"{name}, {failure} at {point} {call.name} {call.path}",
                                  fail_at(place, shim, beginning, Fault(action, point, onward=onward)))
        tally.show(figures, error_words)


def killed_run(place, shim):
    """The folder of a run that was killed in its first save and, going on, in its third; the second was damaged later."""
    folder = place / "killed"
    for number in (1, 3):
        TRAINING.run(folder, environment=shim.environment(Fault("kill", number, "fsync", path="optimizer.safetensors")))
    flip(checkpoint(folder, checkpoint_steps(folder)[-1]) / "model.safetensors", 8 * 1000)
    return folder


def calls_of_run(place, shim, beginning):
    """The calls of a run to its end."""
    folder, log = fresh(place, beginning), place / "log"
    log.unlink(missing_ok=True)
    TRAINING.run(folder, environment=shim.environment(log=log))
    return shim.calls(log)


def fresh(place, beginning):
    """The folder of the next trial: none, or as another one was left."""
    folder = place / "trial"
    shutil.rmtree(folder, ignore_errors=True)
    if beginning is not None:
        shutil.copytree(beginning, folder)
    return folder


def end_at(place, shim, beginning, fault):
    """Ends a run at a call, and goes on; what was wrong."""
    folder = fresh(place, beginning)
    before = newest_complete(folder)
    ended = TRAINING.run(folder, environment=shim.environment(fault))
    if ended.status != -9:
        return f"it was to be killed and {ended}"
    if newest_complete(folder) < before:
        return f"the checkpoint of step {before} is lost"
    return TRAINING.mend(folder)


def fail_at(place, shim, beginning, fault):
    """Makes a call fail, and goes on; what was wrong."""
    folder, log = fresh(place, beginning), place / "log"
    before = newest_complete(folder)
    log.unlink(missing_ok=True)
    ended = TRAINING.run(folder, environment=shim.environment(fault, log))
    if ended.status not in (0, IO_ERROR):
        return f"it {ended}"
    if len(ended.errors) != (0 if ended.status == 0 else 1):
        return f"not one line for an error: it {ended}"
    kept = saved(shim.calls(log), before)
    if newest_complete(folder) < kept:
        return f"the checkpoint of step {kept} is lost"
    # Goes on where it had recovered as well: what could not be removed is removed then.
    return TRAINING.mend(folder)


def saved(calls, before):
    """The newest step whose save was reported complete: its folder was moved into place and the move was made durable."""
    newest, moved = before, None
    for call in calls:
        if call.name in ("rename", "renameat2") and "/checkpoints/step-" in call.path and call.result == 0:
            moved = int(call.path.rsplit("-", 1)[1])
        elif moved is not None and call.name == "fsync" and call.path.endswith("/checkpoints"):
            newest, moved = (moved if call.result == 0 else newest), None
    return newest
