"""What tests record while they run."""
import os
import tempfile
from pathlib import Path

from ..figure import execute

# An optimised build with the tests' access to what is not public; apart from the build that people make for themselves.
RELEASE = ["-c", "release", "-Xswiftc", "-enable-testing", "--scratch-path", ".build/tested-release"]


def recorded(suites, *options, environment=None):
    """The numbers that the tests of some suites record, by name."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "recorded"
        execute(["swift", "test", *options, "--filter", suites],
                environment=dict(environment or {}, RECURRENT_FIGURES=str(record)))
        numbers = {}
        for line in record.read_text().splitlines() if record.exists() else []:
            name, value = line.rsplit(" ", 1)
            numbers.setdefault(name, []).append(float(value))
    return numbers


def by_format(numbers, name):
    """The sums of what was recorded as `name/format`, by format."""
    prefix = name + "/"
    return {key.removeprefix(prefix): sum(values) for key, values in sorted(numbers.items()) if key.startswith(prefix)}
