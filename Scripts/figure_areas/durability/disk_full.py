"""Folders that cannot be written to: a file system of 1 MiB that is full, read-only ones, folders that vanish.

Only root may mount the file systems; for others nothing is measured.
"""
import contextlib
import errno
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from .harness import (CANNOT_CREATE, IO_ERROR, PATIENCE, Ended, Fault, Shim, Tally, Training, not_measured, quick_folder, run_tool, started,
                      wait_for_save)

# 240 kB a checkpoint, of which three are there at times: more than fits.
TRAINING = Training("forecast", "--set", "arrangement=windows", "--test", 48, "--validation", 12, "--hidden", 64, "--epochs", 3,
                    "--threads", 1, "--set", "checkpoint_steps=1", "--set", "checkpoint_seconds=null")
SMALL = Training("forecast", "--set", "arrangement=windows", "--test", 48, "--hidden", 4, "--epochs", 3, "--threads", 1, "--set",
                 "checkpoint_steps=1", "--set", "checkpoint_seconds=null")
# Epochs of 82 steps: what is done to the run after the first save is done within the first epoch.
ENDLESS = Training("forecast", "--set", "arrangement=windows", "--test", 48, "--hidden", 4, "--threads", 1, "--epochs", 1_000_000,
                   "--batch-size", 1, "--set", "checkpoint_steps=1", "--set", "checkpoint_seconds=null")
KIBIBYTE = 1024
SIZE = 1024 * KIBIBYTE
PAGE = 4 * KIBIBYTE
SHORT_STRIDE = 16


def run(figures, is_long):
    """`disk_full`, `disk_full_predictions`, `unwritable_folders`."""
    stride = 1 if is_long else SHORT_STRIDE
    full = "trainings on 1 MiB, each with another share of it taken: done or exit code 74, no half file, went on to the same bytes"
    predictions = "forecasts written to a full file system: exit code 74, the file before intact"
    unwritable = "folders that are read-only, may not be written to or vanish: exit code 73 or 74 with one line"
    with quick_folder() as place:
        place = Path(place)
        if not can_mount(place):
            for name, words in [("disk_full", full), ("disk_full_predictions", predictions), ("unwritable_folders", unwritable)]:
                not_measured(figures, name, f"{words}; may not mount")
            return
        TRAINING.measure(place)
        model = SMALL.measure(place)
        tally = Tally("disk_full")
        # So much of the device is free: from nothing to all.
        for free in range(0, SIZE + 1, PAGE * stride):
            tally.add(f"{free} bytes free", fill(place, TRAINING, size=SIZE, taken=SIZE - free))
        # A device without room for one more name is full as well.
        for names in range(2, 60, 1 if is_long else 7):
            tally.add(f"{names} names", fill(place, SMALL, size=SIZE, names=names))
        tally.show(figures, full)
        tally = Tally("disk_full_predictions")
        for free in range(0, 8):
            for kind in ("--output", "--plot", "standard output"):
                tally.add(f"{kind}, {free} pages free", predict(place, model, kind, free * PAGE))
        tally.show(figures, predictions)
        tally = Tally("unwritable_folders")
        for what, trial in UNWRITABLE.items():
            tally.add(what, trial(place))
        tally.show(figures, unwritable)


# Mounting


def can_mount(place):
    with contextlib.suppress(OSError, subprocess.CalledProcessError), device(place, SIZE):
        return True
    return False


@contextlib.contextmanager
def device(place, size, options=""):
    """A file system in memory of so many bytes; gives its folder."""
    folder = Path(tempfile.mkdtemp(dir=place))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}{options}", "durability", folder], check=True, stderr=subprocess.DEVNULL)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)
        folder.rmdir()


def remount(folder, options):
    subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True)


def take(folder, count):
    """Takes room: a file of so many bytes, or as many as there is room for."""
    with contextlib.suppress(OSError), (folder / "taken").open("wb", buffering=0) as file:
        for _ in range(count // PAGE):
            file.write(b"\1" * PAGE)


# A full device


def fill(place, training, size, taken=0, names=0):
    """Trains on a device that is too small, makes room, and goes on; what was wrong."""
    with device(place, size, f",nr_inodes={names}" if names else "") as small:
        take(small, taken)
        folder = small / "run"
        ended = training.run(folder)
        problem = problem_after(ended, folder, (0, IO_ERROR))
        if problem:
            return problem
        remount(small, "size=64m,nr_inodes=100000")
        return training.mend(folder)


def problem_after(ended, folder, statuses):
    """What is wrong with how a run ended and what it left."""
    if ended.status not in statuses:
        return f"it {ended}"
    if len(ended.errors) != (0 if ended.status == 0 else 1):
        return f"not one line for an error: it {ended}"
    empty = [path for path in Path(folder).rglob("*") if path.is_file() and path.stat().st_size == 0 and is_named_complete(path, folder)]
    if empty:
        return f"empty: {empty[0]}"
    return None


def is_named_complete(path, folder):
    """Whether a file has its last name: neither it nor a folder that holds it is temporary. The lock is empty always, and a table that
    grows begins so."""
    parts = path.relative_to(folder).parts
    return parts[-1] not in (".lock", "metrics.csv") and not any(part.startswith(".tmp-") for part in parts)


# Predictions


def predict(place, model, kind, free):
    """Writes a forecast of 500 months to a device with little room; what was wrong."""
    with device(place, SIZE) as small:
        (small / "next").write_text("what was there before\n")
        take(small, SIZE - free)
        room = os.statvfs(small).f_bavail
        arguments = ["forecast", model, "--horizon", 500, "--quiet"]
        if kind == "standard output":
            with (small / "other").open("w") as output:
                ended = run_tool(*arguments, stdout=output)
        else:
            ended = run_tool(*arguments, kind, small / "next")
        problem = problem_after(ended, small, (0, IO_ERROR))
        if problem and not (kind == "standard output" and problem.startswith("empty")):
            return problem
        if ended.status == 0 and room == 0:
            return "there was no room, and nothing was said"
        is_intact = (small / "next").read_text() == "what was there before\n"
        if kind != "standard output" and is_intact == (ended.status == 0):
            return "the file before is not intact" if ended.status else "nothing was written, and nothing was said"
        return None


# Folders that cannot be written to


def read_only_from_the_start(place):
    with device(place, SIZE) as small:
        remount(small, "ro")
        return problem_after(SMALL.run(small / "run"), small, (CANNOT_CREATE,))


def read_only_when_going_on(place):
    with device(place, SIZE) as small:
        folder = killed_run(small)
        remount(small, "ro")
        problem = problem_after(SMALL.run(folder), folder, (CANNOT_CREATE,))
        remount(small, "rw")
        return problem or SMALL.mend(folder)


def immutable(place):
    """Root may write without permission, but not to what is immutable: that is refused with the same kind of error."""
    with tempfile.TemporaryDirectory() as disk:
        folder = killed_run(Path(disk))
        done = subprocess.run(["chattr", "+i", folder / "checkpoints"], check=False, capture_output=True)
        if done.returncode != 0:
            return f"chattr: {done.stderr}"
        problem = problem_after(SMALL.run(folder), folder, (CANNOT_CREATE,))
        subprocess.run(["chattr", "-i", folder / "checkpoints"], check=True)
        return problem or SMALL.mend(folder)


def no_permission(place):
    """As a user who may not write there."""
    with tempfile.TemporaryDirectory() as disk:
        os.chmod(disk, 0o755)
        nobody = {"user": 65534, "group": 65534, "extra_groups": []}
        return problem_after(SMALL.run(Path(disk) / "run", **nobody), disk, (CANNOT_CREATE,))


def killed_run(place):
    """A run of two saves."""
    folder = place / "run"
    with started(SMALL, folder) as process:
        wait_for_save(folder, process)
    return folder


def spoilt(place, spoil):
    """What was wrong with a run whose folder is spoilt while it trains."""
    folder = place / "run"
    with started(ENDLESS, folder) as process:
        wait_for_save(folder, process)
        spoil(folder)
        try:
            messages = process.communicate(timeout=PATIENCE)[1]
        except subprocess.TimeoutExpired:
            return f"it still trains {PATIENCE} s later"
    return problem_after(Ended(process.returncode, messages), folder, (CANNOT_CREATE, IO_ERROR))


def removed(place):
    with tempfile.TemporaryDirectory(dir=place) as disk:
        problem = spoilt(Path(disk), remove)
        return problem or ("it made another folder" if (Path(disk) / "run").exists() else None)


def remove(folder):
    """Removes a folder in which somebody writes."""
    aside = folder.with_name("aside")
    folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)


def became_read_only(place):
    """As a system does it whose disk fails. It cannot be asked for while a file is open, so that the calls fail by themselves."""
    shim = Shim.compiled(place)
    with tempfile.TemporaryDirectory(dir=place) as disk:
        folder = Path(disk) / "run"
        ended = SMALL.run(folder, environment=shim.environment(Fault(f"error {errno.EROFS}", 100, onward=True)))
        return problem_after(ended, folder, (CANNOT_CREATE,)) or SMALL.mend(folder)


def became_full(place):
    with device(place, SIZE) as small:
        return spoilt(small, lambda folder: take(small, SIZE))


UNWRITABLE = {
    "a read-only file system": read_only_from_the_start, "a file system that is read-only when a run goes on": read_only_when_going_on,
    "one that becomes read-only": became_read_only, "one that becomes full": became_full,
    "checkpoints that may not be changed": immutable, "a folder of somebody else": no_permission,
    "a folder that is removed while a run trains": removed,
}
