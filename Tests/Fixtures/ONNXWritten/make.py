"""Golden results of the ONNX files that the library writes: onnx.checker accepts them, ONNX Runtime runs them.

    mkdir /tmp/written
    ONNX_WRITTEN_FOLDER=/tmp/written swift test --filter writesFilesForPeers
    python Tests/Fixtures/ONNXWritten/make.py /tmp/written

Versions: onnx 1.23.2, onnxruntime 1.31.1, numpy 2.4.6, safetensors 0.8.0. Each case holds the SHA-256 of its file as eight words
(`sha256`) and, for several batch sizes and numbers of steps, inputs (`run0/in/…`) and outputs (`run0/out/…`).
"""

import hashlib
import sys
import zlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import save_file

assert onnx.__version__ == "1.23.2" and onnxruntime.__version__ == "1.31.1"

# (batch size, steps); windows of steps need more than one, and a flattened sequence as many as it says.
SIZES = [(1, 1), (2, 5), (3, 8)]
WINDOW_SIZES = [(1, 6), (3, 9)]


def sizes(name: str) -> list[tuple[int, int]]:
    if name == "flatten":
        return [(1, 5), (3, 5)]
    return WINDOW_SIZES if "convolution" in name or "pooling" in name else SIZES


def inputs(model: onnx.ModelProto, batch: int, steps: int, generator: np.random.Generator) -> dict[str, np.ndarray]:
    has_states = any(".h_0" in value.name for value in model.graph.input)
    found = {}
    for value in model.graph.input:
        kind = value.type.tensor_type
        shape = [{"batch": batch, "time": steps}.get(axis.dim_param, axis.dim_value) for axis in kind.shape.dim]
        if value.name == "sequence_lens":
            # One row is as long as the batch. Of a row without steps ONNX Runtime forgets the first state.
            lengths = generator.integers(1 if has_states else 0, steps + 1, batch)
            lengths[0] = steps
            found[value.name] = lengths.astype(np.int32)
        elif kind.elem_type == onnx.TensorProto.INT64:
            count = next(t.dims[0] for t in model.graph.initializer if t.name.endswith("embedding.weight"))
            found[value.name] = generator.integers(0, count, shape).astype(np.int64)
        else:
            found[value.name] = generator.standard_normal(shape).astype(np.float32)
    return found


def main(folder: Path) -> None:
    tensors = {}
    for path in sorted(folder.glob("*.onnx")):
        contents = path.read_bytes()
        model = onnx.load_from_string(contents)
        onnx.checker.check_model(model, full_check=True)
        digest = hashlib.sha256(contents).digest()
        tensors[f"{path.stem}/sha256"] = np.frombuffer(digest, ">i4").astype(np.int32)
        session = onnxruntime.InferenceSession(contents, providers=["CPUExecutionProvider"])
        generator = np.random.Generator(np.random.PCG64(zlib.crc32(path.stem.encode())))
        for run, (batch, steps) in enumerate(sizes(path.stem)):
            given = inputs(model, batch, steps, generator)
            for name, value in given.items():
                key = f"{path.stem}/run{run}/in/{name}"
                if value.dtype == np.int64:
                    tensors[key.removesuffix("input") + "tokens"] = value.astype(np.int32).reshape(-1)
                    tensors[key.removesuffix("input") + "shape"] = np.array(value.shape, np.int32)
                else:
                    tensors[key] = value
            results = session.run(None, given)
            for output, value in zip(session.get_outputs(), results, strict=True):
                assert np.isfinite(value).all(), (path.stem, output.name)
                assert len(output.shape) == value.ndim, (path.stem, output.name, value.shape)
                tensors[f"{path.stem}/run{run}/out/{output.name}"] = np.ascontiguousarray(value)
    target = Path(__file__).parent / "written.safetensors"
    versions = f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}, numpy {np.__version__}"
    save_file(tensors, target, metadata={"source": f"ONNXWritten/make.py; {versions}"})
    print(f"{len(tensors)} tensors, {target.stat().st_size} bytes ({versions})")


main(Path(sys.argv[1]))
