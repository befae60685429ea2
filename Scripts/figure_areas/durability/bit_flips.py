"""Single flipped bits in the files of checkpoints: each must be noticed, told, and mended by going on from an older one."""
import random
import shutil
from pathlib import Path

from .harness import BAD_DATA, Tally, checkpoint, checkpoint_steps, flip, quick_folder, run_tool
from .tiny import trainings, write_data

FLIPS, SHORT_FLIPS = 1000, 50
SEED = 11


def run(figures, is_long):
    """`bit_flips`, and `bit_flips_everywhere` where no checkpoint is left."""
    choice = random.Random(SEED)
    with quick_folder() as place:
        # Its checkpoints have all files that there are: also averaged weights and a state that is carried on.
        training = trainings(write_data(place), "adam")[-1]
        training.measure(place)
        whole = Path(place) / "whole"
        training.run(whole, "--set", "checkpoint_steps=1")
        newest = checkpoint_steps(whole)[-1]
        names = sorted(path.name for path in checkpoint(whole, newest).iterdir())

        tally = Tally("bit_flips")
        for _ in range(FLIPS if is_long else SHORT_FLIPS):
            folder = copied(place, whole)
            what = flip_one(checkpoint(folder, newest), names, choice)
            tally.add(what, problem_of_one(training, folder, newest))
        tally.show(figures, f"flipped bits in the newest checkpoint ({', '.join(names)}): said so, went on from an older one to the "
                            "same bytes")

        tally = Tally("bit_flips_everywhere")
        for _ in range((FLIPS if is_long else SHORT_FLIPS) // 20):
            folder = copied(place, whole)
            what = [flip_one(checkpoint(folder, step), sorted(path.name for path in checkpoint(folder, step).iterdir()), choice)
                    for step in checkpoint_steps(folder)]
            tally.add(", ".join(what), problem_of_all(training, folder))
        tally.show(figures, f"runs with a flipped bit in each of their checkpoints: refused with exit code {BAD_DATA} and one line")


def copied(place, whole):
    folder = Path(place) / "trial"
    shutil.rmtree(folder, ignore_errors=True)
    return shutil.copytree(whole, folder)


def flip_one(folder, names, choice):
    """Flips any bit of any file; a word for it."""
    path = folder / choice.choice(names)
    bit = choice.randrange(8 * path.stat().st_size)
    flip(path, bit)
    return f"bit {bit} of {folder.name}/{path.name}"


def problem_of_one(training, folder, newest):
    """Goes on with a run whose newest checkpoint is damaged; what was wrong."""
    command = [argument for argument in training.command(folder) if argument != "--quiet"]
    ended = run_tool(*command)
    if ended.status != 0:
        return f"it {ended}"
    told = [line for line in ended.messages.splitlines() if checkpoint("", newest).name in line and "warning" in line]
    return training.difference(folder) if len(told) == 1 else f"nothing was said of the damage: it {ended}"


def problem_of_all(training, folder):
    before = {path: path.read_bytes() for path in Path(folder, "checkpoints").rglob("*") if path.is_file()}
    ended = training.run(folder)
    if ended.status != BAD_DATA or len(ended.errors) != 1:
        return f"it {ended}"
    is_left = all(path.exists() and path.read_bytes() == data for path, data in before.items())
    return None if is_left else "the damaged checkpoints were changed"
