"""The comparisons that courses make, on the same data: kinds of network with 10, 30 and 100 % of the data; plain gradient descent
against Adam; batch normalisation; gradient clipping. Written to Documentation/Comparisons.md."""
import time

from ..figure import ROOT, execute
from .runs import data_folder, train

PAGE = ROOT / "Documentation" / "Comparisons.md"
SHARES = [0.1, 0.3, 1.0]
RECURRENT = [("simple RNN", "rnn"), ("LSTM", "lstm"), ("GRU", "gru")]


def sentences(folder):
    """Short film reviews: whole sentences and their phrases, the settings of the preset `sst2`."""
    common = ["classify", "--preset", "sst2", "--data", f"{folder / 'sst2-train.tsv'},{folder / 'sst2-phrases-train.tsv.gz'}",
              "--validation", folder / "sst2-dev.tsv", "--test", folder / "sst2-test.tsv", "--no-plot"]
    convolution = ["--set", "network=conv", "--set", "convolutions=parallel", "--set", "filters=[100, 100, 100]",
                   "--set", "kernels=[3, 4, 5]", "--set", "pool=1", "--set", "conv_dropout=0"]
    networks = [(title, ["--set", f"cell={cell}"]) for title, cell in RECURRENT] + [("Conv1d", convolution)]
    return common, networks


def activities(folder):
    """Windows of a smartphone's motion, other people in the test part, the settings of the preset `activities`."""
    common = ["classify", "--preset", "activities", "--data", folder / "train-segments.csv", "--frames",
              folder / "train.i16le.gz", "--validation", "user=19,21,22", "--test", folder / "test-segments.csv",
              "--set", f"test_frames={folder / 'test.i16le.gz'}", "--no-plot"]
    plain = [(title, ["--set", "network=recurrent", "--set", f"cell={cell}"]) for title, cell in RECURRENT]
    return common, plain + [("Conv1d", ["--set", "network=conv"]), ("Conv1d, then LSTM", [])]


def classify(task, arguments):
    result = train(*task, *arguments)
    test = result["metrics"]["test"]
    return {"parameters": result["parameters"], "seconds": result["seconds"] / result["epochs"], "accuracy": 100 * test["accuracy"],
            "validation": 100 * result["metrics"]["validation"]["accuracy"]}


def compare_shares(figures, name, common, networks):
    """A row for each network: parameters, seconds an epoch with all data, accuracy with each share of the data."""
    rows = []
    for title, arguments in networks:
        results = [classify(common, [*arguments, "--set", f"train_fraction={share}"]) for share in SHARES]
        rows.append([title, f"{results[-1]['parameters']:,}", f"{results[-1]['seconds']:.2f}",
                     *(f"{result['accuracy']:.2f}" for result in results)])
        figures.add(f"compare_{name}_{title.lower().replace(' ', '_').replace(',', '')}", round(results[-1]["accuracy"], 2),
                    "% of the test part, all data", "stated", True)
    return table(["network", "parameters", "seconds an epoch", *(f"accuracy, {share:.0%} of the data" for share in SHARES)], rows)


def compare_airline(figures):
    """One month ahead on the last 48 months; a tenth of the 96 months before them is too short for 13 lags."""
    rows = []
    for title, cell in [*RECURRENT, ("Conv1d (causal)", "conv")]:
        results = [train("forecast", "--preset", "airline-48", "--set", f"cell={cell}", "--train", rows_, "--no-plot")
                   for rows_ in ("29", "96")]
        errors = [result["metrics"]["test"]["rmse"] for result in results]
        rows.append([title, f"{results[1]['parameters']:,}", f"{results[1]['seconds'] / results[1]['epochs']:.4f}", "-",
                     *(f"{error:.2f}" for error in errors)])
        figures.add(f"compare_airline_{cell}", round(errors[1], 2), "RMSE, all 96 months", "stated", True)
    heads = ["network", "parameters", "seconds an epoch", "RMSE, 10 %", "RMSE, 30 % (29 months)", "RMSE, 100 % (96 months)"]
    return table(heads, rows)


def compare_optimizers(figures, common, networks):
    """Plain gradient descent with the best of four rates on the validation part, beside Adam at the preset's rate."""
    rows = []
    for title, arguments in networks[:3]:
        tries = [(rate, classify(common, [*arguments, "--set", "optimizer=sgd", "--set", "weight_decay=0", "--learning-rate", rate]))
                 for rate in ("0.03", "0.1", "0.3", "1")]
        rate, best = max(tries, key=lambda entry: entry[1]["validation"])
        adam = classify(common, arguments)
        rows.append([title, f"{best['accuracy']:.2f} (rate {rate})", f"{adam['accuracy']:.2f}"])
        figures.add(f"compare_sgd_{title.lower().replace(' ', '_')}", round(adam["accuracy"] - best["accuracy"], 2),
                    "points that Adam is ahead", "stated", True)
    return table(["network", "accuracy, SGD", "accuracy, Adam (AdamW)"], rows)


def compare_switch(figures, name, common, networks, on, off):
    """The same training with something on and off."""
    rows = []
    for title, arguments in networks:
        accuracies = [classify(common, [*arguments, *switch])["accuracy"] for switch in (on, off)]
        rows.append([title, *(f"{accuracy:.2f}" for accuracy in accuracies)])
        figures.add(f"compare_{name}_{title.lower().replace(' ', '_').replace(',', '')}", round(accuracies[0] - accuracies[1], 2),
                    "points gained by it", "stated", True)
    return table(["network", "accuracy, on", "accuracy, off"], rows)


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "| --- |" + " ---: |" * (len(heads) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def run(figures, is_long):
    """All of it takes about a quarter of an hour, so only in long runs."""
    sst, har = data_folder("sst"), data_folder("har-hapt")
    if not is_long or sst is None or har is None:
        figures.add("comparisons", None, "tables of Documentation/Comparisons.md", "stated", None)
        return
    text, text_networks = sentences(sst)
    signal, signal_networks = activities(har)
    commit = execute(["git", "rev-parse", "--short=12", "HEAD"]).strip()
    PAGE.write_text(f"""# Comparisons

Made by `Scripts/figures tasks comparisons --long` on {time.strftime("%Y-%m-%d", time.gmtime())}, commit {commit}; one seed (42) each. Settings
are those of the presets, chosen on validation data for the first-named network of each preset and not tuned again for the others;
accuracies are those of the test parts, in per cent, of the weights that the preset keeps (last or best validation epoch).

## Short film reviews (SST-2, with phrases)

Embedding of 200, one layer of 128 a direction, maximum over the steps; Conv1d: windows of 3, 4 and 5 words, 100 filters each.

{compare_shares(figures, "sst2", text, text_networks)}

## Activities from a smartphone's motion (six of them, other people)

Windows of 128 steps of six channels; recurrent: one layer of 64, mean over the steps; Conv1d: two convolutions of 64 filters of 5
steps with batch normalisation, and both together.

{compare_shares(figures, "activities", signal, signal_networks)}

## Airline passengers (one month ahead, the last 48 months)

Preset `airline-48`. Its 13 lags and the logarithmic differences leave nothing to learn from in a tenth of the months.

{compare_airline(figures)}

## Plain gradient descent against Adam (activities)

{compare_optimizers(figures, signal, signal_networks)}

## Batch normalisation of the convolutions (activities)

{compare_switch(figures, "batch_norm", signal, signal_networks[3:], ["--set", "batch_norm=true"], ["--set", "batch_norm=false"])}

## Clipping the gradient's norm to 1 (activities)

{compare_switch(figures, "clipping", signal, signal_networks, ["--set", "clip_norm=1"], ["--set", "clip_norm=none"])}
""")
