"""Figures of interchange: ONNX' own tests and other programs' results, damaged files, and round trips between formats."""
from ..figure import run_parts

PARTS = ["onnx", "onnx_written", "damage", "round_trips"]


def run_area(is_long, parts=()):
    return run_parts(__name__, PARTS, is_long, parts)
