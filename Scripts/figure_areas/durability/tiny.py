"""A small training of each task, on data written here, that uses what could go wrong in going on: dropout, rows of different lengths,
a state that is carried from batch to batch, sampled inputs, averaged weights, schedules that look back."""
import random
from pathlib import Path

from .harness import Training

OPTIMIZERS = {"sgd": ["--set", "momentum=0.9"], "rmsprop": [], "adagrad": [], "adam": [], "adamw": ["--set", "weight_decay=0.01"]}
WORDS = "the a small big red old dog cat house river sees finds leaves and or but not here there today".split()
TAGS = {word: tag for tag, words in {
    "DET": "the a", "ADJ": "small big red old", "NOUN": "dog cat house river", "VERB": "sees finds leaves",
    "CCONJ": "and or but", "ADV": "not here there today"}.items() for word in words.split()}


def sentences(count, seed):
    choice = random.Random(seed)
    return [choice.choices(WORDS, k=choice.randint(1, 9)) for _ in range(count)]


def write_data(place):
    """Writes the data; the files by name."""
    files = {name: Path(place) / name for name in ("text.txt", "labels.tsv", "dev.tsv", "words.conllu", "dev.conllu", "pairs.tsv")}
    files["text.txt"].write_text("".join(" ".join(words) + ".\n" for words in sentences(60, 1)))
    for name, seed in (("labels.tsv", 2), ("dev.tsv", 3)):
        files[name].write_text("".join(f"{'animal' if {'dog', 'cat'} & set(words) else 'other'}\t{' '.join(words)}\n"
                                       for words in sentences(40, seed)))
    for name, seed in (("words.conllu", 4), ("dev.conllu", 5)):
        files[name].write_text("".join(
            "".join(f"{number}\t{word}\t_\t{TAGS[word]}\t_\t_\t_\t_\t_\t_\n" for number, word in enumerate(words, 1)) + "\n"
            for words in sentences(32, seed)))
    files["pairs.tsv"].write_text("".join(f"{' '.join(words)}\t{' '.join(reversed(words))}\n" for words in sentences(40, 6)))
    return files


def trainings(files, optimizer):
    """A training for each task, of nine to fifteen steps in three epochs."""
    common = ["--epochs", 3, "--threads", 1, "--set", f"optimizer={optimizer}", *OPTIMIZERS[optimizer], "--learning-rate", 0.01,
              "--set", "checkpoint_seconds=null"]
    return [
        Training("forecast", "--set", "arrangement=windows", "--validation", 12, "--test", 24, "--hidden", "6,4", "--dropout", 0.2,
                 "--set", "schedule=plateau", "--set", "schedule_patience=0", "--set", "schedule_factor=0.5", *common),
        Training("classify", "--data", files["labels.tsv"], "--validation", files["dev.tsv"], "--embedding", 5, "--hidden", 4,
                 "--set", "bidirectional=true", "--pooling", "attention", "--set", "schedule=one-cycle", "--set",
                 "schedule_unit=step", "--set", "dropout=0.2", "--set", "word_dropout=0.1", "--batch-size", 10, *common),
        Training("tag", "--data", files["words.conllu"], "--validation", files["dev.conllu"], "--head", "crf", "--set", "word_size=5",
                 "--character-units", 3, "--hidden", 4, "--batch-size", 8, "--set", "averaging=last", "--set", "averaging_count=2",
                 *common),
        Training("translate", "--data", files["pairs.tsv"], "--validation", 0.2, "--embedding", 5, "--encoder-hidden", 4,
                 "--decoder-hidden", 4, "--scheduled-sampling", "per-token", "--batch-size", 10, "--set", "schedule=cosine",
                 *common),
        Training("generate", "--data", files["text.txt"], "--embedding", 4, "--hidden", 6, "--layers", 2, "--dropout", 0.3, "--length",
                 40, "--batch-size", 10, "--set", "averaging=exponential", *common),
    ]
