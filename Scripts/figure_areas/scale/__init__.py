"""Figures of training on several processes: the bytes of one, MPI libraries, ranks that fail, and what it costs.

Open MPI and MPICH are found by the names that Debian gives their launchers, `mpirun.openmpi` and `mpirun.mpich`.
"""
from ..figure import run_parts

PARTS = ["mpi_libraries", "rank_thread_hashes", "mpi_failures", "two_ranks", "two_hosts", "deterministic_cost"]


def run_area(is_long, parts=()):
    return run_parts(__name__, PARTS, is_long, parts)
