"""What a power cut at every moment of a training may leave, worked out from the calls that it makes, and gone on with.

strace records a run with all bytes that it writes. A model of a file system that promises no more than it must plays them back: what
is written to a file is safe once the file was synchronised, a name in a folder once the folder was. After each call the model says
what is left where nothing else survives, and where all names survive and the bytes do not.
"""
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from ..tasks.runs import TOOL
from .fault_points import TRAINING, killed_run
from .harness import Shim, Tally, newest_complete, not_measured, quick_folder

CALLS = "openat,write,fsync,rename,renameat2,mkdir,unlink,rmdir,truncate"


def run(figures, is_long):
    """`power_cuts`: points after which what must be left went on to the same bytes, no finished save lost."""
    words = "calls after which the power is cut, in a model of two file systems: no finished save lost, went on to the same bytes"
    with quick_folder() as place:
        place = Path(place)
        shim = Shim.compiled(place)
        if shim is None or not can_trace(place):
            return not_measured(figures, "power_cuts", words)
        TRAINING.measure(place)
        tally, tried = Tally("power_cuts"), {}
        for name, beginning in [("a new run", None), ("a run that goes on", killed_run(place, shim))]:
            for number, (call, saved, states) in enumerate(cuts(place, beginning), 1):
                for kind, state in states.items():
                    key = (saved, tuple(sorted(state.items())))
                    if key not in tried:
                        tried[key] = problem_with(place, state, saved)
                    tally.add(f"{name}, {kind} after call {number}, {call}", tried[key])
    tally.show(figures, f"{words} ({len(tried)} different states)")


def can_trace(place):
    """Whether strace is there and may look at processes."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", place / "probe", "true"], check=False, stderr=subprocess.DEVNULL).returncode == 0


def record(place, folder):
    """The lines of strace for a run in a folder that does not stop."""
    trace = place / "trace"
    subprocess.run(["strace", "-f", "-y", "-xx", "-s", str(1 << 24), "-e", f"trace={CALLS}", "-o", trace, TOOL,
                    *map(str, TRAINING.command(folder))], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    problem = TRAINING.difference(folder)
    if problem:
        raise SystemExit(f"a run under strace has {problem}")
    return trace.read_text().splitlines()


# `12 write(4</tmp/x>, "\x61"..., 1) = 1`, with all text as hexadecimal digits.
LINE = re.compile(r"^\d+ +(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)(?P<where><[^>]*>)?")
TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
DESCRIPTOR = re.compile(r"^\d+<((?:\\x[0-9a-f]{2})*)>")


def unescaped(text):
    return bytes.fromhex(text.replace("\\x", ""))


class Node:
    """A file, or a folder where `names` is not None: what it holds, and what of that is safe."""

    def __init__(self, is_folder):
        self.data, self.safe_data = b"", b""
        self.names, self.safe_names = ({}, {}) if is_folder else (None, None)

    def synchronise(self):
        if self.names is None:
            self.safe_data = self.data
        else:
            self.safe_names = dict(self.names)

    def left(self, keeps_names, path=""):
        """The files and folders below this one after a power cut, by their paths; folders have None for bytes."""
        found = {}
        for name, node in (self.names if keeps_names else self.safe_names).items():
            found[path + name] = None if node.names is not None else node.safe_data
            if node.names is not None:
                found |= node.left(keeps_names, f"{path}{name}/")
        return found


class FileSystem:
    """The part of a file system below one folder, which is there from the beginning."""

    def __init__(self, root):
        self.root = str(root)
        self.top = self.safe_node(root)

    @staticmethod
    def safe_node(path):
        """A file or folder as it stands, all of it safe."""
        node = Node(is_folder=path.is_dir())
        if path.is_dir():
            node.names = {below.name: FileSystem.safe_node(below) for below in path.iterdir()}
        else:
            node.data = path.read_bytes()
        node.synchronise()
        return node

    def place(self, path):
        """The folder that holds a path and the name there; None where the path lies elsewhere."""
        if not path.startswith(self.root + "/"):
            return None
        *folders, name = path[len(self.root) + 1:].split("/")
        node = self.top
        for folder in folders:
            node = node.names[folder]
        return node, name

    def node(self, path):
        if path == self.root:
            return self.top
        place = self.place(path)
        return place and place[0].names.get(place[1])

    def play(self, name, paths, data, flags, count):
        """A call that has succeeded."""
        places = [self.place(path) for path in paths]
        if name == "fsync":
            node = self.node(paths[0])
            if node:
                node.synchronise()
        elif None in places:
            return
        elif name == "openat":
            folder, entry = places[0]
            if "O_CREAT" in flags:
                folder.names.setdefault(entry, Node(is_folder=False))
            if "O_TRUNC" in flags:
                folder.names[entry].data = b""
        elif name == "write":
            self.node(paths[0]).data += data[:count]
        elif name == "mkdir":
            places[0][0].names[places[0][1]] = Node(is_folder=True)
        elif name in ("unlink", "rmdir"):
            del places[0][0].names[places[0][1]]
        elif name == "truncate":
            node = self.node(paths[0])
            node.data = node.data[:count]
        else:
            (source, old), (target, new) = places
            if "RENAME_EXCHANGE" in flags:
                source.names[old], target.names[new] = target.names[new], source.names[old]
            else:
                target.names[new] = source.names.pop(old)


def cuts(place, beginning):
    """After each call of a run, new or begun by another: a word for it, the step whose save is finished by then, and what may be left."""
    with tempfile.TemporaryDirectory(dir=place) as root:
        folder = Path(root, "run")
        if beginning is not None:
            shutil.copytree(beginning, folder)
        system, saved, moved = FileSystem(Path(root)), newest_complete(folder), None
        lines = record(place, folder)
    for line in lines:
        match = LINE.match(line)
        if not match or match["result"].startswith("-"):
            continue
        name, arguments, result = match["name"], match["arguments"], int(match["result"])
        texts = [unescaped(text) for text in TEXT.findall(arguments)]
        descriptor = DESCRIPTOR.match(arguments)
        data = b""
        if name in ("write", "fsync"):
            data, paths = (texts[0] if texts else b""), [unescaped(descriptor[1]).decode()]
        else:
            paths = [text.decode() for text in texts]
        if name == "truncate":
            result = int(arguments.rsplit(",", 1)[1])
        if not paths[0].startswith(root) or (name == "openat" and "O_CREAT" not in arguments):
            continue
        system.play(name, paths, data, arguments, result)
        if name.startswith("rename") and "/checkpoints/step-" in paths[1]:
            moved = int(paths[1].rsplit("-", 1)[1])
        elif moved is not None and name == "fsync":
            saved, moved = moved, None
        yield f"{name} {paths[-1][len(root):]}", saved, {"only what is safe": system.top.left(False), "all names": system.top.left(True)}


def problem_with(place, state, saved):
    """Goes on with what a power cut has left; what was wrong."""
    with tempfile.TemporaryDirectory(dir=place) as folder:
        for path, data in state.items():
            target = Path(folder, path)
            if data is None:
                target.mkdir()
            else:
                target.write_bytes(data)
        run_folder = Path(folder, "run")
        if newest_complete(run_folder) < saved:
            return f"step {saved} had been saved and the newest complete checkpoint is of step {newest_complete(run_folder)}"
        return TRAINING.mend(run_folder)
