"""Figures of the tasks on real data: generation, classification, tagging, forecasting, and the comparisons that courses make.

The data sets are found through the environment variable RECURRENT_DATA (a folder with one folder for each of them).
"""
from ..figure import run_parts

PARTS = ["forecasting", "classification", "tagging", "generation", "comparisons"]


def run_area(is_long, parts=()):
    return run_parts(__name__, PARTS, is_long, parts)
