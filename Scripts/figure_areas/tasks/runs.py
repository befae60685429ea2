"""Running the tool on the data sets: one training run, or the same with several seeds."""
import os
import statistics
import tempfile
from pathlib import Path

from ..figure import ROOT, execute, last_json

TOOL = ROOT / ".build" / "release" / "recurrent"


def data_folder(name):
    """The folder of a data set, or None where the data are not here."""
    root = os.environ.get("RECURRENT_DATA")
    folder = Path(root) / name if root else None
    return folder if folder and folder.is_dir() else None


def train(task, *arguments, cwd=ROOT):
    """Trains in a temporary folder and gives the result, with `seconds` of training."""
    with tempfile.TemporaryDirectory() as folder:
        return last_json(execute([TOOL, "train", task, *map(str, arguments), "--output", f"{folder}/run", "--quiet", "--json"],
                                 cwd=cwd))


def train_seeds(task, seeds, *arguments, cwd=ROOT):
    """The results of the same run with several seeds."""
    return [train(task, *arguments, "--seed", seed, cwd=cwd) for seed in seeds]


def mean_of(results, metric, part="test"):
    """The mean of a metric over the results of several seeds."""
    return statistics.mean(result["metrics"][part][metric] for result in results)
