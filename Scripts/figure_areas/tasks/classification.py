"""Figures of classification: four public data sets, three seeds each, settings chosen on validation data alone."""
import statistics

from .runs import data_folder, train_seeds

SEEDS = (0, 1, 2)

# Name, bar in per cent of the test part, preset, and where the data are.
SETS = [
    ("sst2", 84.0, "sst2", [
        "--data", "sst/sst2-phrases-train.tsv.gz,sst/sst2-train.tsv", "--validation", "sst/sst2-dev.tsv",
        "--test", "sst/sst2-test.tsv"]),
    ("vowels", 98.0, "vowels", [
        "--data", "time-series-classification/JapaneseVowels_TRAIN.ts",
        "--test", "time-series-classification/JapaneseVowels_TEST.ts"]),
    ("activities", 90.0, "activities", [
        "--data", "har-hapt/train-segments.csv", "--frames", "har-hapt/train.i16le.gz",
        "--test", "har-hapt/test-segments.csv", "--test-frames", "har-hapt/test.i16le.gz"]),
    ("digits", 99.0, "digits", [
        "--data", "spoken-digits/four-speakers-logmel32-index.csv", "--frames", "spoken-digits/four-speakers-logmel32.u8.gz",
        "--validation", "take=5-9", "--test", "take=0-4"]),
]


def run(figures, is_long):
    """Mean accuracy on the test part over three seeds; the two larger sets take minutes and are measured in long runs only."""
    root = data_folder(".")
    for name, bar, preset, arguments in SETS:
        if root is None or (name in ("sst2", "activities") and not is_long):
            figures.at_least(name, None, "% test accuracy", bar)
            continue
        # In the folder of the data, so that paths are short.
        reports = train_seeds("classify", SEEDS, "--preset", preset, *arguments, "--no-plot", cwd=root)
        accuracies = [100 * report["metrics"]["test"]["accuracy"] for report in reports]
        seconds = statistics.mean(report["seconds"] for report in reports)
        each = ", ".join(f"{value:.2f}" for value in accuracies)
        figures.at_least(name, round(statistics.mean(accuracies), 2),
                         f"% test accuracy, mean of seeds {SEEDS} ({each}), {seconds:.1f} s a run", bar)
