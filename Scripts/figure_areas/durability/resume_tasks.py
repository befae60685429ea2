"""Real trainings, cut short, each stopped at twenty random steps and gone on with, with four optimisers."""
import random
import signal
from pathlib import Path

from ..tasks.runs import data_folder
from .harness import Shim, Tally, Training, newest_complete, not_measured, quick_folder
from .resume_every_step import stop_at

STOPS = 20
SEED = 20
# Of the plays, the first so many characters.
TEXT_LENGTH = 200_000
OPTIMIZERS = {"sgd": ["--set", "momentum=0.9", "--learning-rate", 0.1], "rmsprop": ["--learning-rate", 0.001],
              "adagrad": ["--learning-rate", 0.01], "adamw": ["--set", "weight_decay=0.01", "--learning-rate", 0.003]}
SIGNALS = [signal.SIGTERM, signal.SIGKILL, signal.SIGUSR1]


def data_folders():
    """The folders of the data, or None where one is not here."""
    folders = [data_folder(name) for name in ("ud-english-ewt", "tiny-shakespeare", "tatoeba-en-zh")]
    return None if None in folders else folders


def trainings(folders, place, optimizer):
    """The trainings with an optimiser."""
    tagging, plays, pairs = folders
    text = Path(place) / "plays.txt"
    text.write_text((plays / "input.txt").read_text()[:TEXT_LENGTH])
    common = ["--set", f"optimizer={optimizer}", *OPTIMIZERS[optimizer], "--set", "checkpoint_seconds=null"]
    return [
        # Sentences of all lengths, words dropped, words and letters.
        Training("tag", "--preset", "english-upos", "--data", next(tagging.glob("*-dev.conllu*")), "--validation", 0.1,
                 "--character-units", 24, "--hidden", 48, "--epochs", 2, *common),
        # One long text, the state of which is carried from batch to batch.
        Training("generate", "--data", text, "--arrangement", "stream", "--length", 50, "--hidden", 96, "--dropout", 0.2, 
                 "--set", "averaging=exponential", "--epochs", 1, *common),
        # Pairs of all lengths, sampled inputs.
        Training("translate", "--preset", "tatoeba", "--data", next(pairs.glob("en-zh-dev.tsv*")), "--validation", 0.1, "--embedding",
                 48, "--encoder-hidden", 48, "--decoder-hidden", 48, "--scheduled-sampling", "per-token", "--epochs", 4, *common),
    ]


def run(figures, is_long):
    """`resume_tasks`: how many of the stopped runs came to the same bytes; minutes, so only in long runs."""
    words = f"real trainings, stopped {STOPS} times each at random steps (SIGTERM, SIGUSR1, kill -9), came to the same bytes"
    folders = data_folders()
    with quick_folder() as place:
        shim = Shim.compiled(place)
        if not is_long or folders is None or shim is None:
            return not_measured(figures, "resume_tasks", words)
        choice = random.Random(SEED)
        tally, counts = Tally("resume_tasks"), {}
        for optimizer in OPTIMIZERS:
            for training in trainings(folders, place, optimizer):
                steps = counts[training.task] = newest_complete(training.measure(place))
                folder = Path(place) / f"{training.task}-{optimizer}"
                tally.add(f"{training.task}, {optimizer}", stopped(training, shim, folder, steps, choice))
    described = ", ".join(f"{task} {steps} steps" for task, steps in counts.items())
    tally.show(figures, f"{words}: {described}; {', '.join(OPTIMIZERS)}")


def stopped(training, shim, folder, steps, choice):
    """Stops a run again and again; what was wrong."""
    for step in sorted(choice.sample(range(1, steps), STOPS)):
        problem = stop_at(training, shim, folder, step, choice.choice(SIGNALS), "--threads", choice.choice([1, 2]))
        if problem:
            return problem
    return training.mend(folder)
