"""Generation: words of the Penn Treebank and characters of Shakespeare beside PyTorch, tunes that abc2midi accepts, and texts that
depend on something: tunes on their kind and key, the names of digits on pictures of them."""
import gzip
import json
import os
import random
import re
import shutil
import statistics
import struct
import tempfile
from collections import Counter
from pathlib import Path

from ..figure import ROOT, execute, last_json
from .runs import TOOL, data_folder, train

PEER = ROOT / "Benchmarks" / "peers" / "language_torch.py"
CHECK = ROOT / "Scripts" / "check_tunes.py"
ROUNDS = 3
# Words of the training file that each side trains on once in a round.
SPEED_LINES = 8000
SHAKESPEARE_EPOCHS = 5
NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def peer(*arguments):
    return last_json(execute([os.environ["PEERS_PYTHON"], PEER, *map(str, arguments)]))


def run(figures, is_long):
    """All of it takes minutes."""
    treebank(figures, is_long)
    shakespeare(figures, is_long)
    tunes(figures, is_long)
    conditions(figures, is_long)


# Penn Treebank

def treebank(figures, is_long):
    """`ptb_small_valid`, `ptb_small_test` and `ptb_speed`."""
    folder = data_folder("penn-treebank")
    if not is_long or folder is None:
        figures.at_most("ptb_small_valid", None, "perplexity", 121.4)
        figures.at_most("ptb_small_test", None, "perplexity", 115.9)
        figures.at_least("ptb_speed", None, "times the tokens a second of PyTorch", 1.2)
        return
    files = {part: next(folder.glob(f"ptb.{part}.txt*")) for part in ("train", "valid", "test")}
    result = train("generate", "--preset", "ptb-small", "--data", files["train"], "--validation", files["valid"], "--test",
                   files["test"])
    words = f"perplexity, last of the preset's 13 epochs or the best before, {result['seconds']:.0f} s"
    for name, part, bar in [("ptb_small_valid", "validation", 121.4), ("ptb_small_test", "test", 115.9)]:
        figures.at_most(name, round(result["metrics"][part]["perplexity"], 2), words, bar)
    treebank_speed(figures, files)


def treebank_speed(figures, files):
    """One epoch over the beginning of the training file, each side in turn; without judging in between."""
    if not os.environ.get("PEERS_PYTHON"):
        figures.at_least("ptb_speed", None, "times the tokens a second of PyTorch", 1.2)
        return
    opened = gzip.open(files["train"], "rt") if files["train"].suffix == ".gz" else files["train"].open()
    with opened as file:
        lines = file.readlines()
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "train.txt"
        # The same 10,000 words: those of the rest of the file stand behind, once each.
        known = set(" ".join(lines[:SPEED_LINES]).split())
        rest = sorted(set(" ".join(lines).split()) - known)
        text.write_text("".join(lines[:SPEED_LINES]) + " " + " ".join(rest) + "\n")
        tokens = len(text.read_text().replace("\n", " <eos> ").split())
        for _ in range(ROUNDS):
            ours = train("generate", "--preset", "ptb-small", "--data", text, "--epochs", 1, "--set", "validation=none", "--set",
                         "test=none", "--set", "checkpoint_seconds=none")
            theirs = peer("ptb-small", text, text, "--epochs", 1)
            ratios.append((tokens - 1) / ours["seconds"] / theirs["tokens_per_second"])
    figures.at_least("ptb_speed", round(statistics.median(ratios), 3),
                     f"times the tokens a second of PyTorch, {min(ratios):.2f} to {max(ratios):.2f} in {ROUNDS} rounds", 1.2)


# Shakespeare

def shakespeare(figures, is_long):
    """`shakespeare_loss` and `shakespeare_time`: the same model, text, rows and steps on both sides."""
    folder = data_folder("tiny-shakespeare")
    if not is_long or folder is None or not os.environ.get("PEERS_PYTHON"):
        figures.at_most("shakespeare_loss", None, "share of PyTorch's validation loss that ours differs by", 0.01)
        figures.at_most("shakespeare_time", None, "share of PyTorch's time", 0.75)
        return
    text = folder / "input.txt"
    ours = train("generate", "--preset", "shakespeare", "--data", text, "--epochs", SHAKESPEARE_EPOCHS, "--set",
                 "keep_best=false", "--set", "checkpoint_seconds=none")
    theirs = peer("shakespeare", text, "--epochs", SHAKESPEARE_EPOCHS)
    loss = ours["metrics"]["validation"]["loss"]
    figures.at_most("shakespeare_loss", round(abs(loss / theirs["validation_loss"] - 1), 5),
                    f"share of PyTorch's validation loss; {loss:.4f} and {theirs['validation_loss']:.4f} nats after "
                    f"{SHAKESPEARE_EPOCHS} epochs", 0.01)
    figures.at_most("shakespeare_time", round(ours["seconds"] / theirs["seconds"], 3),
                    f"share of PyTorch's time; {ours['seconds']:.0f} s, judging after every epoch included, and "
                    f"{theirs['seconds']:.0f} s", 0.75)


# Tunes

def blocks(text):
    return [tune for tune in re.split(r"\n[ \t]*\n", text.strip()) if tune.strip()]


def training_part(records, share=0.1):
    """What is left when the shares of validation and test are cut off the end."""
    return records[:len(records) - 2 * int(share * len(records))]


def tunes(figures, is_long):
    """`abc_valid` and `abc_copied`: 200 tunes at temperature 1."""
    folder = data_folder("irish-abc")
    if not is_long or folder is None or shutil.which("abc2midi") is None:
        figures.at_least("abc_valid", None, "share of 200 tunes that abc2midi accepts", 0.9)
        figures.at_most("abc_copied", None, "tunes copied whole from the training part", 0)
        return
    data = folder / "irish.abc"
    with tempfile.TemporaryDirectory() as folder_name:
        here = Path(folder_name)
        result = last_json(execute([TOOL, "train", "generate", "--preset", "irish-tunes", "--data", data, "--output", here / "run",
                                    "--quiet", "--json"]))
        made = last_json(execute([TOOL, "generate", here / "run", "--format", "abc", "--count", "200", "--temperature", "1",
                                  "--output", here / "book.abc", "--quiet", "--json"]))
        (here / "training.abc").write_text("\n\n".join(training_part(blocks(data.read_text()))) + "\n")
        judged = last_json(execute([CHECK, here / "book.abc", "--training", here / "training.abc"]))
    words = (f"share of {judged['tunes']} tunes that abc2midi accepts; by our own rules {made['well_formed']} are well formed; "
             f"{result['metrics']['test']['bits_per_character']:.3f} bits a character on the test part; {result['seconds']:.0f} s")
    figures.at_least("abc_valid", round(judged["share"], 4), words, 0.9)
    figures.at_most("abc_copied", judged["copied"], "tunes copied whole from the training part", 0)


# Conditions

def conditioned_tunes(folder, here):
    """Tunes with their kind, which the field Z names, as a field R, in random order (the file is sorted by kind); only kinds and
    keys of twenty tunes or more, so that all parts have some."""
    records = []
    for tune in blocks((folder / "irish.abc").read_text()):
        kind = re.search(r"^Z: id:dc-([a-z-]+)-\d+$", tune, re.M)
        key = re.search(r"^K:(.*)$", tune, re.M)
        if kind and key:
            text = tune.replace(kind.group(0), f"R:{kind.group(1)}")
            records.append({"text": text, "R": kind.group(1), "K": key.group(1).strip()})
    for name in ("R", "K"):
        counts = Counter(record[name] for record in records)
        records = [record for record in records if counts[record[name]] >= 20]
    random.Random(0).shuffle(records)
    path = here / "tunes.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def read_images(path):
    """The row means of the pictures of an IDX file, between 0 and 1."""
    data = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
    _, count, rows, columns = struct.unpack(">4I", data[:16])
    return [[round(sum(data[start:start + columns]) / columns / 255, 5)
             for start in range(16 + picture * rows * columns, 16 + (picture + 1) * rows * columns, columns)]
            for picture in range(count)]


def read_labels(path):
    data = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
    return list(data[8:])


def conditioned_digits(folder, here):
    """Row means of pictures of digits, and the digits' names."""
    paths = []
    for name in ("train-8k", "t10k-first2k"):
        images = read_images(next(folder.glob(f"{name}*images*")))
        labels = read_labels(next(folder.glob(f"{name}*labels*")))
        paths.append(here / f"{name}.jsonl")
        paths[-1].write_text("".join(json.dumps({"text": NAMES[label], "rows": rows}) + "\n"
                                     for rows, label in zip(images, labels)))
    return paths


def conditions(figures, is_long):
    """`tunes_obey`: share of tunes with the kind and the key they were asked for; `digit_names`: share of names that are right."""
    irish, mnist = data_folder("irish-abc"), data_folder("mnist")
    if not is_long or irish is None or mnist is None:
        figures.add("tunes_obey", None, "share of tunes with the kind and key asked for", "stated", None)
        figures.add("digit_names", None, "share of digits named right", "stated", None)
        return
    with tempfile.TemporaryDirectory() as folder_name:
        here = Path(folder_name)
        result = train("generate", "--preset", "irish-tunes", "--data", conditioned_tunes(irish, here), "--conditions", "R,K",
                       "--set", "obey=fields", "--hidden", 512, "--epochs", 12)
        figures.add("tunes_obey", round(result["metrics"]["test"]["obeys"], 4),
                    f"share of tunes with the kind and key asked for, sampled at temperature 1; {result['seconds']:.0f} s",
                    "stated", True)
        training, test = conditioned_digits(mnist, here)
        result = train("generate", "--preset", "digit-names", "--data", training, "--test", test)
        figures.add("digit_names", round(result["metrics"]["test"]["obeys"], 4),
                    f"share of digits named right from the row means of their pictures; {result['seconds']:.0f} s", "stated", True)
