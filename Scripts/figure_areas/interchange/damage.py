"""Figures of damaged files: those made by hand, every truncation and changed byte of small samples, and random mutants.

A test that fails stops the script: a crash, a hang, an untyped error or a file that takes too much memory gives no figure.
"""
from .recorded import RELEASE, by_format, recorded

SUITES = ("DamageTests|DamagedFileTests|MutationTests|MalformedTests|ZipArchiveTests|HDF5FileTests|JSONValueTests|ONNXModelTests|"
          "TensorReaderTests|OperatorErrorTests")
FORMATS = 9


def run(figures, is_long):
    """100,000 mutants of each format; in the long run a million."""
    count = 1_000_000 if is_long else 100_000
    numbers = recorded(SUITES, *RELEASE, environment={"RECURRENT_MUTANTS": str(count)})

    bad = by_format(numbers, "bad_files")
    figures.at_least("bad_files", int(sum(bad.values())), "made by hand: " + words(bad), 150)

    truncations, changes = by_format(numbers, "truncations"), by_format(numbers, "single_byte_changes")
    least = min([truncations.get(name, 0) for name in by_format(numbers, "mutants") if name != "keras_model"], default=0)
    figures.add("truncations", int(sum(truncations.values())),
                f"and {int(sum(changes.values()))} changes of a single byte: {words(truncations)}",
                f"every one of a sample, in {FORMATS} formats", least > 0 and len(truncations) >= FORMATS)

    mutants = by_format(numbers, "mutants")
    figures.add("mutants", int(sum(mutants.values())), words(mutants), f">= {count} in each of {FORMATS} formats",
                len(mutants) >= FORMATS and min(mutants.values()) >= count)
    worst = max(max(values) for name, values in numbers.items() if name.startswith("damage_mebibytes/"))
    figures.at_most("damage_memory", round(worst, 2), "MiB more than before, worst format, files of some kB", 64)
    worst = max(max(values) for name, values in numbers.items() if name.startswith("damage_seconds/"))
    figures.at_most("damage_time", round(worst, 4), "s of a processor for a file, worst", 2)


def words(counts):
    return ", ".join(f"{name} {int(count)}" for name, count in counts.items())
