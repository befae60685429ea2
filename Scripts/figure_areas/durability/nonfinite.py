"""Numbers that are infinite or none, put wherever a training takes numbers from: told within one step, and never saved."""
import array
import hashlib
import json
import math
import random
import shutil
import struct
from pathlib import Path

from .harness import (BAD_DATA, DIVERGED, Tally, Training, checkpoint, checkpoint_steps, digest, newest_complete, quick_folder)
from .tiny import OPTIMIZERS, trainings, write_data

POLICIES = ["stop", "skip", "lower_rate"]
RATES = [1e10, 1e20, 1e30, 1e38]
VALUES = {"NaN": math.nan, "Inf": math.inf, "-Inf": -math.inf}
SEED = 3


def run(figures, is_long):
    """`nonfinite`: in the rate, weights, moments, states, inputs and targets; `nonfinite_inputs`: in files of data."""
    tally, met = Tally("nonfinite"), 0
    with quick_folder() as place:
        files = write_data(place)
        rates = [(optimizer, rate, policy) for optimizer in OPTIMIZERS for rate in RATES for policy in POLICIES]
        for number, training in enumerate(trainings(files, "adam")):
            # In short runs each task has other ones.
            for optimizer, rate, policy in rates if is_long else rates[number::len(rates) // 4]:
                problem, reports = diverging(Path(place) / "trial", training, optimizer, rate, policy)
                tally.add(f"{training.task}, {optimizer}, learning rate {rate:g}, {policy}", problem)
                met += reports > 0
            for name in ["model", "optimizer", "carry", "average", "best"]:
                for word, value in VALUES.items() if is_long else [("NaN", math.nan)]:
                    poisoned(tally, Path(place), training, name, word, value)
        tally.show(figures, f"runs at learning rates that are far too high, {met} of which met infinite numbers, or with such a number in "
                            "weights, moments, carried states, averaged or best weights: told within a step, exit code "
                            f"{DIVERGED} with a report, refused ({BAD_DATA}) or gone round, none saved")
        tally = Tally("nonfinite_inputs")
        for what, (place_in_file, trial) in inputs(Path(place)).items():
            folder = Path(place) / "trial"
            ended = trial.run(folder)
            is_told = ended.status == BAD_DATA and len(ended.errors) == 1 and place_in_file in ended.errors[0] and not folder.exists()
            tally.add(what, None if is_told else f"it {ended}")
            shutil.rmtree(folder, ignore_errors=True)
    tally.show(figures, f"values in files that are no finite numbers: exit code {BAD_DATA} with one line that names the place")


# Steps that make such numbers


def diverging(folder, training, optimizer, rate, policy):
    """Trains at a rate that is far too high; what was wrong, and how many steps were told of."""
    options = ["--set", f"optimizer={optimizer}", *OPTIMIZERS[optimizer], "--learning-rate", rate, "--set", f"nonfinite={policy}", "--set",
               "checkpoint_steps=1", "--set", "clip_norm=null"]
    ended = Training(training.task, *without_rate(training.arguments), *options).run(folder)
    problem, reports = problem_of(folder, ended, policy), len(list(folder.glob("nonfinite-step-*.json")))
    shutil.rmtree(folder, ignore_errors=True)
    return problem, reports


def without_rate(arguments):
    """The arguments without optimiser and rate, which may be given only once."""
    kept, rest = [], list(arguments)
    while rest:
        if rest[0] == "--learning-rate" or (rest[0] == "--set" and str(rest[1]).startswith(("optimizer=", "momentum=", "weight_decay="))):
            rest = rest[2:]
        else:
            kept.append(rest.pop(0))
    return kept


def problem_of(folder, ended, policy):
    """What is wrong with how a run ended that met such numbers, if it did, and with what it left."""
    reports = {int(path.stem.rsplit("-", 1)[1]): json.loads(path.read_text()) for path in folder.glob("nonfinite-step-*.json")}
    saved = newest_complete(folder)
    if ended.status not in (0, DIVERGED):
        return f"it {ended}"
    if ended.status == DIVERGED and (len(ended.errors) != 1 or not reports):
        return f"no line, or no report: it {ended}"
    if ended.status == DIVERGED and policy == "stop" and saved >= max(reports):
        return f"step {max(reports)} was bad and the checkpoint of step {saved} is there"
    for step, report in reports.items():
        if report["step"] != step or not report["culprit"] or "batch" not in report:
            return f"the report of step {step} does not say what happened: {report}"
    return next((f"{path} holds {value}" for path in sorted(folder.rglob("*.safetensors")) for value in bad_numbers(path)), None)


# Such numbers in what a run goes on with


def poisoned(tally, place, training, name, word, value):
    """Puts a number into each tensor of a file of a checkpoint, with a manifest that fits, and goes on."""
    whole = place / f"whole-{training.task}"
    if not whole.exists():
        training.run(whole, "--set", "checkpoint_steps=1")
        shutil.rmtree(checkpoint(whole, checkpoint_steps(whole)[-1]))
        shutil.rmtree(whole / "model")
    newest = checkpoint_steps(whole)[-1]
    file = checkpoint(whole, newest) / f"{name}.safetensors"
    if not file.exists():
        return
    choice = random.Random(SEED)
    for tensor, (start, end) in tensors(file).items():
        folder = place / "trial"
        shutil.copytree(whole, folder)
        put(checkpoint(folder, newest) / file.name, start + 4 * choice.randrange((end - start) // 4), value)
        ended = training.run(folder, "--set", "checkpoint_steps=1")
        tally.add(f"{training.task}, {word} in {tensor} of {file.name}", problem_of_poisoned(folder, ended, newest))
        shutil.rmtree(folder)


def problem_of_poisoned(folder, ended, newest):
    """What is wrong with how a run ended that took up such a number, which may have been let go of at the end of the epoch: an older
    best model for a newer one, the oldest part of a mean."""
    saved = [path for path in folder.rglob("*.safetensors") if path.parent != checkpoint(folder, newest)]
    found = next((f"{path} holds {value}" for path in saved for value in bad_numbers(path)), None)
    if found or ended.status == 0:
        return found
    if ended.status not in (DIVERGED, BAD_DATA) or len(ended.errors) != 1:
        return f"it {ended}"
    return "it has saved a step" if checkpoint_steps(folder)[-1] != newest or (folder / "model").exists() else None


def tensors(path):
    """Where the bytes of the tensors of a safetensors file lie that have single precision, none of them empty."""
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    spans = {name: [8 + length + offset for offset in entry["data_offsets"]]
             for name, entry in header.items() if name != "__metadata__" and entry["dtype"] == "F32"}
    return {name: span for name, span in spans.items() if span[0] < span[1]}


def bad_numbers(path):
    data = path.read_bytes()
    for name, (start, end) in tensors(path).items():
        for value in array.array("f", data[start:end]):
            if not math.isfinite(value):
                yield f"{value} in {name}"


def put(path, offset, value):
    """Puts a number into a file of a checkpoint, and its new digest into the manifest."""
    old = digest(path)
    data = bytearray(path.read_bytes())
    data[offset:offset + 4] = struct.pack("<f", value)
    path.write_bytes(data)
    manifest = path.with_name("MANIFEST.sha256")
    manifest.write_text(manifest.read_text().replace(old, hashlib.sha256(data).hexdigest()))


# Such numbers in files of data


def inputs(place):
    """Trainings on data with one bad value: where the message must say it is, and the training."""
    found = {}
    for value in ["nan", "NaN", "inf", "-Infinity", "1e999"]:
        months = [f"{1990 + month // 12}-{month % 12 + 1:02},{month * 7 % 13 + 50}" for month in range(90)]
        months[40] = months[40].split(",")[0] + f",{value}"
        table = write(place / f"table-{value}.csv", "month,sales\n" + "\n".join(months) + "\n")
        found[f"{value} in a table"] = "42:9", Training("forecast", "--data", table)
        case = write(place / f"case-{value}.ts", "@problemName x\n@univariate true\n@classLabel true a b\n@data\n1,2,3:a\n1,"
                                                 f"{value},3:b\n")
        found[f"{value} in a case of a .ts file"] = "6:3", Training("classify", "--data", case, "--validation", "null")
        numbers = write(place / f"numbers-{value}.tsv", f"label\ttext\n1.5\ta b\n2\tc d\n{value}\te f\n1\tg\n")
        found[f"{value} for a target"] = ":4", Training("classify", "--target", "number", "--data", numbers, "--validation", "null")
        texts = write(place / "texts.tsv", "a\tb c\nd\te f\n" * 10)
        vectors = write(place / f"vectors-{value}.txt", f"b 0.1 {value}\nc 1 2\n")
        found[f"{value} in word vectors"] = "1:7", Training("classify", "--data", texts, "--vectors", vectors, "--embedding", 2)
    for word, value in VALUES.items():
        frames = place / f"frames-{word}.f32le"
        frames.write_bytes(struct.pack("<40f", *[value if number == 7 else 0.1 * number for number in range(40)]))
        index = write(place / "segments.csv", "segment,first_row,rows,label\n" + "".join(
            f"{number},{10 * number},10,{'ab'[number % 2]}\n" for number in range(4)))
        found[f"{word} in raw frames"] = "frame 7", Training(
            "classify", "--data", index, "--format", "frames", "--frames", frames, "--frame-channels", 1, "--label", "label")
    return found


def write(path, text):
    path.write_text(text)
    return path
