"""Figures of translation: quality on public data, agreement of the measures with sacreBLEU, and speed beside PyTorch.

The data sets are found through the environment variable RECURRENT_DATA (a folder with one folder for each of them).
"""
import importlib

from ..figure import Figures

PARTS = ["dates", "metrics", "digits", "languages", "speed"]


def run_area(is_long, parts=()):
    figures = Figures("translation", is_long, parts)
    for part in parts or PARTS:
        importlib.import_module(f"{__name__}.{part}").run(figures, is_long)
    return 1 if figures.missed else 0
