"""Where a run may be: two trainings in one folder, and folders with every kind of name."""
import os
import signal
from pathlib import Path

from .harness import (CANNOT_CREATE, PATIENCE, STOPPED, Shim, Tally, Training, not_measured, quick_folder, run_tool, started,
                      wait_for_save)
from .resume_every_step import stop_at

TRAINING = Training("forecast", "--set", "arrangement=windows", "--test", 48, "--hidden", 4, "--epochs", 2, "--threads", 1, "--set",
                    "checkpoint_seconds=null")
# What a path may have on Linux, its end included, and what the names of a run take of that.
PATH_LIMIT, OWN_NAMES = 4096, 100
NAMES = {"spaces": "a run of my own ", "other scripts": "läufe/実行 🏃", "quotes": """it's a "run" """, "signs": "$HOME;&|*?[a]{b}#%=~\\",
         "a line break": "a\nb", "dots": "...", "a dash": "-run", "a long name": "r" * 255}


def run(figures, is_long):
    """`run_folders` and `two_trainings`."""
    words = "folders (spaces, other scripts, quotes, line breaks, long paths, links): stopped, went on to the same bytes"
    with quick_folder() as place:
        shim = Shim.compiled(place)
        if shim is None:
            not_measured(figures, "run_folders", words)
        else:
            TRAINING.measure(place)
            tally = Tally("run_folders")
            for what, folder in folders(Path(place)).items():
                tally.add(what, stop_at(TRAINING, shim, folder, 3, signal.SIGTERM) or TRAINING.mend(folder))
            tally.add("a path that is too long", too_long(Path(place)))
            tally.show(figures, words)
    tally = Tally("two_trainings")
    for what, second in {"going on": ["--resume"], "beginning": TRAINING.arguments}.items():
        with quick_folder() as place:
            tally.add(what, second_training(Path(place) / "run", second))
    tally.show(figures, f"trainings in a folder in which another one trains: refused with exit code {CANNOT_CREATE}, the first goes on")


def folders(place):
    """Folders by what is special about them."""
    found = {what: place / "names" / name for what, name in NAMES.items()}
    deep = place / "deep"
    while len(os.fsencode(deep)) < PATH_LIMIT - OWN_NAMES - 201:
        deep /= "d" * 200
    found["a long path"] = deep
    (place / "elsewhere" / "real").mkdir(parents=True)
    found["a link"] = place / "elsewhere" / "link"
    found["a link"].symlink_to("real", target_is_directory=True)
    (place / "elsewhere" / "parent").symlink_to(place / "elsewhere" / "real", target_is_directory=True)
    found["a folder behind a link"] = place / "elsewhere" / "parent" / "run"
    found["a way up"] = place / "elsewhere" / "real" / ".." / "other"
    return found


def too_long(place):
    """A path that no system call takes is an error of one line."""
    ended = TRAINING.run(place / "/".join(["d" * 200] * 21))
    return None if ended.status == CANNOT_CREATE and len(ended.errors) == 1 else f"it {ended}"


def second_training(folder, arguments):
    """Starts a training in a folder in which one trains; what was wrong."""
    with started(TRAINING, folder, "--epochs", 1_000_000, "--set", "checkpoint_steps=1") as first:
        wait_for_save(folder, first)
        ended = run_tool("train", TRAINING.task, *arguments, "--output", folder, "--quiet")
        if ended.status != CANNOT_CREATE or len(ended.errors) != 1:
            return f"the second {ended}"
        first.terminate()
        status = first.wait(timeout=PATIENCE)
    return None if status == STOPPED[signal.SIGTERM] else f"the first ended with {status}"
