"""Running the tool under the launchers of this machine."""
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from ..figure import ROOT

TOOL = ROOT / ".build" / "release" / "recurrent"

# The environment of a launcher's ranks on one host: more of them than cores, as root.
ENVIRONMENT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1"}


class Launcher:
    """The launcher of one MPI library, and the library."""

    def __init__(self, name, command, library):
        self.name = name
        self.command = command
        self.library = library

    @property
    def is_here(self):
        return shutil.which(self.command) is not None

    def start(self, ranks, arguments, program=TOOL, **environment):
        # An open standard input that nobody writes to can keep a launcher waiting.
        return subprocess.Popen([self.command, "-np", str(ranks), program, *map(str, arguments)], cwd=ROOT, text=True,
                                env=os.environ | ENVIRONMENT | environment, start_new_session=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run(self, ranks, arguments, limit=120, **options):
        """Runs the tool on some ranks; a job that has not ended after `limit` seconds is killed and counts as one that hangs."""
        return Job.after(self.start(ranks, arguments, **options), limit)

    def run_until(self, ranks, arguments, file, number, limit=60):
        """Sends the launcher a signal once a file is there: the job, and seconds from there to its end."""
        process = self.start(ranks, arguments)
        while not file.exists() and process.poll() is None:
            time.sleep(0.01)
        start = time.monotonic()
        process.send_signal(number)
        job = Job.after(process, limit)
        return job, time.monotonic() - start


class Job:
    """How a job has ended; `status` is None where it hung."""

    def __init__(self, status, output):
        self.status = status
        self.output = output

    @classmethod
    def after(cls, process, limit):
        """Waits for a job."""
        try:
            output, _ = process.communicate(timeout=limit)
            return cls(process.returncode, output)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            return cls(None, output)

    def require_success(self):
        if self.status != 0:
            raise SystemExit(f"a job ended with {self.status}\n{self.output[-2000:]}")


LAUNCHERS = [Launcher("Open MPI", "mpirun.openmpi", "libmpi.so.40"), Launcher("MPICH", "mpirun.mpich", "libmpich.so.12")]


def present():
    """The launchers that this machine has."""
    return [launcher for launcher in LAUNCHERS if launcher.is_here]


def fault_library(folder):
    """The library that makes a rank fail, built into a folder."""
    library = Path(folder) / "libfault.so"
    source = Path(__file__).resolve().parent / "fault.c"
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-pthread", "-o", library, source], check=True)
    return library


def temporary_folder():
    return tempfile.TemporaryDirectory(prefix="recurrent-ranks-")
