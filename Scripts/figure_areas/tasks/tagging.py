"""Tagging: universal parts of speech of an English and a Chinese treebank, three seeds each."""
from .runs import data_folder, mean_of, train_seeds

SEEDS = [0, 1, 2]
TREEBANKS = [
    # name, folder, prefix of its files, preset, bar for the test accuracy in per cent,
    # accuracy of each word's most frequent tag in the README of the data
    ("ewt_upos", "ud-english-ewt", "en_ewt-ud", "english-upos", 95.5, 86.20),
    ("gsd_upos", "ud-chinese-gsd", "zh_gsd-ud", "chinese-upos", 92.2, 84.07),
]


def file_of(folder, name):
    """A file of a treebank, compressed or not."""
    return next(path for path in (folder / name, folder / f"{name}.gz") if path.exists())


def measure(folder, prefix, preset):
    """The results of all seeds."""
    files = {part: file_of(folder, f"{prefix}-{part}.conllu") for part in ("train", "dev", "test")}
    return train_seeds("tag", SEEDS, "--preset", preset, "--data", files["train"], "--validation", files["dev"],
                       "--test", files["test"])


def run(figures, is_long):
    """`ewt_upos` and `gsd_upos` with what stands beside them; minutes a seed, so only in long runs."""
    for name, folder_name, prefix, preset, bar, most_frequent in TREEBANKS:
        folder = data_folder(folder_name)
        if not is_long or folder is None:
            figures.at_least(name, None, "% of test words", bar)
            continue
        results = measure(folder, prefix, preset)
        accuracies = [100 * result["metrics"]["test"]["accuracy"] for result in results]
        unknown = 100 * mean_of(results, "unknown_accuracy")
        dev = 100 * mean_of(results, "accuracy", "validation")
        seconds = max(result["seconds"] for result in results)
        words = (f"% of test words, mean of {len(results)} seeds ({min(accuracies):.2f} to {max(accuracies):.2f}); "
                 f"unknown words {unknown:.2f}; dev {dev:.2f}; at most {seconds:.0f} s a seed")
        figures.at_least(name, round(100 * mean_of(results, "accuracy"), 3), words, bar)
        baseline = 100 * results[0]["baselines"]["most_frequent"]["accuracy"]
        figures.within(f"{name}_most_frequent", round(baseline, 3), "% of test words", most_frequent - 0.03,
                       most_frequent + 0.03)
