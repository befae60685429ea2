"""Spoken strings of three to seven digits read as digits, with connectionist temporal classification and with attention.

The strings are utterances of one speaker of the Free Spoken Digit Dataset, joined; those of the validation and the test part are
made of takes that no training string holds.
"""
import csv
import gzip
import random
import tempfile
from pathlib import Path

from ..tasks.runs import data_folder, train

CHANNELS = 32
# Strings of a part, and the takes that they are made of.
PARTS = {"train": (4000, range(10, 50)), "validation": (300, range(5, 10)), "test": (300, range(0, 5))}
LENGTHS = range(3, 8)
# Half of the joints have this many quiet frames (of 16 ms), the others none.
PAUSES = range(1, 9)
# What counts as quiet: the tenth of a speaker's frames with the least energy.
QUIET_SHARE = 0.1


def read_utterances(folder):
    """The utterances as dictionaries with speaker, digit, take and frames, a list of 32 bytes each."""
    frames = gzip.decompress((folder / "four-speakers-logmel32.u8.gz").read_bytes())
    utterances = []
    with (folder / "four-speakers-logmel32-index.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            first, count = int(row["first_frame"]), int(row["frames"])
            utterances.append({
                "speaker": row["speaker"], "digit": row["digit"], "take": int(row["take"]),
                "frames": [frames[start * CHANNELS:(start + 1) * CHANNELS] for start in range(first, first + count)]})
    return utterances


def quiet_frames(utterances):
    frames = sorted((frame for utterance in utterances for frame in utterance["frames"]), key=sum)
    return frames[:max(1, int(QUIET_SHARE * len(frames)))]


def digit_string(choice, by_digit, quiet):
    """Digits, drawn evenly, and their frames."""
    digits = [choice.randrange(10) for _ in range(choice.choice(LENGTHS))]
    frames = []
    for place, digit in enumerate(digits):
        if place > 0 and choice.random() < 0.5:
            frames += [choice.choice(quiet) for _ in range(choice.choice(PAUSES))]
        frames += choice.choice(by_digit[str(digit)])["frames"]
    return digits, frames


def make_digit_strings(folder, seed=0):
    """Writes `strings.u8.gz`, raw frames of 32 bytes, and for each part an index of them, `train.csv` and so on, with the columns
    speaker, target, first_frame and frames, into a folder; gives the frames and the indexes, or None where the data are not
    here. A seed makes the same strings."""
    source = data_folder("spoken-digits")
    if source is None:
        return None
    utterances = read_utterances(source)
    speakers = sorted({utterance["speaker"] for utterance in utterances})
    choice = random.Random(seed)
    frames = Path(folder) / "strings.u8.gz"
    indexes = {part: Path(folder) / f"{part}.csv" for part in PARTS}
    first = 0
    # The time of writing would make other bytes of the same frames.
    with frames.open("wb") as raw, \
            gzip.GzipFile(fileobj=raw, filename="", mode="wb", compresslevel=1, mtime=0) as packed:
        for part, (count, takes) in PARTS.items():
            own = [utterance for utterance in utterances if utterance["take"] in takes]
            of_speaker = {speaker: [utterance for utterance in own if utterance["speaker"] == speaker] for speaker in speakers}
            quiet = {speaker: quiet_frames(said) for speaker, said in of_speaker.items()}
            by_digit = {speaker: {str(digit): [utterance for utterance in said if utterance["digit"] == str(digit)]
                                  for digit in range(10)} for speaker, said in of_speaker.items()}
            with indexes[part].open("w", newline="") as table:
                rows = csv.writer(table, lineterminator="\n")
                rows.writerow(["speaker", "target", "first_frame", "frames"])
                for _ in range(count):
                    speaker = choice.choice(speakers)
                    digits, string = digit_string(choice, by_digit[speaker], quiet[speaker])
                    packed.write(b"".join(string))
                    rows.writerow([speaker, " ".join(map(str, digits)), first, len(string)])
                    first += len(string)
    return frames, indexes


def error_rate(frames, indexes, writer):
    """Trains with the preset and gives the share of wrong digits of the test part in per cent, and the whole report."""
    report = train("translate", "--preset", "spoken-digits", "--set", f"writer={writer}", "--data", indexes["train"], "--set",
                   f"frames={frames}", "--validation", indexes["validation"], "--test", indexes["test"])
    return round(100 * report["metrics"]["test"]["token_error_rate"], 3), report


def run(figures, is_long):
    """`digits_ctc` and `digits_attention`: minutes of training each, so only in long runs."""
    with tempfile.TemporaryDirectory() as folder:
        made = make_digit_strings(folder) if is_long else None
        for name, writer, bar in [("digits_ctc", "ctc", 5), ("digits_attention", "decoder", None)]:
            unit, value = "% of test digits wrong", None
            if made:
                value, report = error_rate(*made, writer)
                unit += f", strings of 3 to 7 of takes not trained on; {report['seconds']:.0f} s"
            if bar is None:
                figures.add(name, value, unit, "stated", None if value is None else True)
            else:
                figures.at_most(name, value, unit, bar)
