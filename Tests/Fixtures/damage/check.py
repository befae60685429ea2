"""Asks the reference readers about damaged files that ours have accepted.

    RECURRENT_ACCEPTED=/tmp/accepted RECURRENT_MUTANTS=20000 swift test --filter 'DamagedFileTests|HDF5FileTests|SafetensorsMutationTests'
    .peers/bin/python Tests/Fixtures/damage/check.py /tmp/accepted

Versions: safetensors 0.8, onnx 1.23.2, h5py 3.14. Each reader runs in a process of its own, because the libraries may crash on such files.
Prints one JSON line with the number of files that ours accept, by format, and those of them that the reference refuses. Of safetensors
there may be none, or it ends with 1. ONNX and HDF5 have parts that ours never looks at and the reference does: fields outside the schema of
inference, and of HDF5 messages that say how a data set was made.
"""

import json
import multiprocessing
import sys
from pathlib import Path


def read_safetensors(path):
    from safetensors import deserialize
    deserialize(path.read_bytes())


def read_onnx(path):
    import onnx
    onnx.load_from_string(path.read_bytes())


def read_hdf5(path):
    import h5py
    import numpy

    def visit(_, item):
        if isinstance(item, h5py.Dataset):
            numpy.asarray(item[()])
    with h5py.File(path, "r") as file:
        file.visititems(visit)


READERS = {"safetensors": read_safetensors, "onnx": read_onnx, "hdf5": read_hdf5}


def ask(arguments):
    name, path = arguments
    try:
        READERS[name](path)
    except Exception as error:
        return f"{path.name}: {type(error).__name__}: {str(error)[:160]}"
    return None


def main(folder):
    found, refused = {}, {}
    for name in READERS:
        paths = sorted((folder / name).glob("*"))
        with multiprocessing.get_context("fork").Pool(1) as pool:
            # A crash of the library would end the process without an answer.
            answers = pool.map_async(ask, [(name, path) for path in paths], chunksize=64).get(timeout=600)
        found[name] = len(paths)
        refused[name] = [answer for answer in answers if answer]
    print(json.dumps({"accepted": found, "refused_by_reference": {name: len(lines) for name, lines in refused.items()},
                      "examples": {name: lines[:8] for name, lines in refused.items() if lines}}))
    return 1 if refused["safetensors"] or not all(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
