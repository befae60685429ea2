"""Figures of durability: what is left of a training that is killed, stopped, or cannot write, and what it comes to in the end.

Whatever is done to a run here, its result is compared byte for byte with that of the same run left alone. Real data sets are found
through the environment variable RECURRENT_DATA (a folder with one folder for each of them).
"""
from ..figure import run_parts

PARTS = ["kill_9", "fault_points", "power_cuts", "disk_full", "bit_flips", "resume_every_step", "resume_tasks", "nonfinite",
         "memory_estimate", "run_folders"]


def run_area(is_long, parts=()):
    return run_parts(__name__, PARTS, is_long, parts)
