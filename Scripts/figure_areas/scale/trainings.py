"""Trainings for figures of scale, of data that are built in or made here."""
import hashlib
import math
import random
from pathlib import Path

# The same bytes on any number of ranks.
SAME = ["--deterministic"]


def forecaster(epochs):
    """Windows over the airline passengers: batches of many rows, a quarter of a second on one core."""
    return ["train", "forecast", "--data", "builtin:airline", "--look-back", "24", "--hidden", "32", "--batch-size", "32",
            "--set", "arrangement=windows", "--epochs", epochs, "--no-plot", *SAME]


def classifier(folder, epochs):
    """Texts of all lengths, of which a table holds the words; dropout."""
    return ["train", "classify", "--data", labelled_texts(folder, 400), "--validation", "0.1", "--hidden", "24", "--epochs", epochs,
            "--no-plot", *SAME]


def writer(folder, epochs):
    """One long text, whose state flows from batch to batch; dropout."""
    return ["train", "generate", "--data", long_text(folder, 40_000), "--arrangement", "stream", "--hidden", "48", "--dropout", "0.2",
            "--epochs", epochs, *SAME]


def timed_trainings(folder):
    """Trainings of the sizes of practice, some seconds each."""
    return {
        "generate": ["train", "generate", "--data", long_text(folder, 150_000), "--arrangement", "stream", "--length", "64",
                     "--batch-size", "64", "--hidden", "256", "--epochs", "3"],
        "forecast": ["train", "forecast", "--data", hourly_table(folder), "--target", "load", "--arrangement", "windows",
                     "--look-back", "48", "--horizon", "24", "--batch-size", "256", "--hidden", "64", "--epochs", "4", "--no-plot"],
        "classify": ["train", "classify", "--data", labelled_texts(folder, 4000), "--validation", "0.1", "--hidden", "128",
                     "--batch-size", "64", "--epochs", "4", "--no-plot"],
    }


def labelled_texts(folder, count):
    """Texts of 1 to 30 of 900 words, and which half of the alphabet most of their words are from."""
    choice = random.Random(1)
    words = [first + vowel + last for first in "bdfgklmnprst" for vowel in "aeiou" for last in "bdfgklmnprstvxz"]
    texts = [[choice.choice(words) for _ in range(choice.randint(1, 30))] for _ in range(count)]
    labels = ["first" if sum(word < "l" for word in text) * 2 > len(text) else "second" for text in texts]
    return made(folder, f"texts-{count}.tsv", (f"{label}\t{' '.join(text)}" for label, text in zip(labels, texts)))


def long_text(folder, length):
    """Lines of twelve words."""
    choice = random.Random(2)
    words = ["the", "wind", "turns", "slowly", "and", "rain", "falls", "on", "a", "quiet", "house", "again"]
    return made(folder, f"text-{length}.txt", (" ".join(choice.choice(words) for _ in range(12)) for _ in range(length // 60)))


def hourly_table(folder):
    """Two thirds of a year of hours, with a day, a week and noise."""
    choice = random.Random(3)
    rows = (f"{hour},{10 + 3 * math.sin(hour / 24 * math.tau) + math.sin(hour / 168 * math.tau) + choice.gauss(0, 0.5):.4f}"
            for hour in range(6000))
    return made(folder, "hours.csv", ["hour,load", *rows])


def made(folder, name, lines):
    """A file of these lines, made once."""
    path = Path(folder) / name
    if not path.exists():
        path.write_text("\n".join(lines) + "\n")
    return path


def model_hash(run):
    """The SHA-256 of the final weights."""
    return hashlib.sha256((Path(run) / "model" / "model.safetensors").read_bytes()).hexdigest()
