#!/usr/bin/env python3
"""Judges a tune book with abc2midi (Debian: abcmidi), tune by tune.

    Scripts/check_tunes.py BOOK.abc [--training TRAINING.abc]

A tune is accepted where abc2midi ends well and prints no line that begins with "Error". With --training, a tune is copied
where its music, white space and the ends of lines left out, is not empty and that of a tune of the file. What was wrong with
a tune stands on standard error; the result is one JSON line.
"""
import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def tunes(text):
    return [tune for tune in re.split(r"\n[ \t]*\n", text.strip()) if tune.strip()]


def music(tune):
    """The lines behind the key, without white space and signs for the end of a line of the score."""
    lines = tune.splitlines()
    keys = [number for number, line in enumerate(lines) if line.startswith("K:")]
    return re.sub(r"[\s!\\]", "", "".join(lines[keys[0] + 1:] if keys else lines))


def complaints(tune):
    """What abc2midi calls an error."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tune.abc"
        path.write_text(tune + "\n", encoding="utf-8")
        done = subprocess.run(["abc2midi", path, "-o", path.with_suffix(".mid")], check=False, text=True, errors="replace",
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    errors = [line.strip() for line in done.stdout.splitlines() if line.lstrip().startswith("Error")]
    return errors or ([] if done.returncode == 0 else [f"abc2midi ended with {done.returncode}"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("book", type=Path)
    parser.add_argument("--training", type=Path, help="tunes that none may be a copy of")
    arguments = parser.parse_args()
    if shutil.which("abc2midi") is None:
        sys.exit("check_tunes: there is no abc2midi; install the package abcmidi")
    book = tunes(arguments.book.read_text(encoding="utf-8"))
    known = set()
    if arguments.training:
        known = {music(tune) for tune in tunes(arguments.training.read_text(encoding="utf-8"))}
    accepted = copied = 0
    for number, tune in enumerate(book, 1):
        errors = complaints(tune)
        accepted += not errors
        copied += bool(music(tune)) and music(tune) in known
        for error in errors:
            print(f"tune {number}: {error}", file=sys.stderr)
    print(json.dumps({"tunes": len(book), "accepted": accepted, "share": accepted / max(len(book), 1), "copied": copied}))


main()
