"""Figures of the tasks on real data: generation, classification, tagging, forecasting, and the comparisons that courses make.

The data sets are found through the environment variable RECURRENT_DATA (a folder with one folder for each of them).
"""
import importlib

from ..figure import Figures

PARTS = ["forecasting", "classification", "tagging", "generation", "comparisons"]


def run_area(is_long, parts=()):
    figures = Figures("tasks", is_long, parts)
    for part in parts or PARTS:
        importlib.import_module(f"{__name__}.{part}").run(figures, is_long)
    return 1 if figures.missed else 0
