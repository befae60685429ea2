"""Figures of translation: quality on public data, agreement of the measures with sacreBLEU, and speed beside PyTorch.

The data sets are found through the environment variable RECURRENT_DATA (a folder with one folder for each of them).
"""
from ..figure import run_parts

PARTS = ["dates", "metrics", "digits", "languages", "speed"]


def run_area(is_long, parts=()):
    return run_parts(__name__, PARTS, is_long, parts)
