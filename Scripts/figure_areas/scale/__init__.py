"""Figures of training on several processes: MPI libraries, ranks that fail.

Open MPI and MPICH are found by the names that Debian gives their launchers, `mpirun.openmpi` and `mpirun.mpich`.
"""
from ..figure import run_parts

PARTS = ["mpi_libraries", "mpi_failures"]


def run_area(is_long, parts=()):
    return run_parts(__name__, PARTS, is_long, parts)
