"""Models that Keras makes and saves, with what it computes of given inputs; and small HDF5 and ZIP files for the readers below.

Keras 3.15.1 (torch backend), h5py 3.14.0, PyTorch 2.13.0, NumPy 2.4.6, Python 3.11. Weights are seeded normal numbers.

    .peers/bin/python Tests/Fixtures/Keras/make.py

models/CASE.keras        what `model.save` writes (those under 20 kB as they are, others with their members deflated)
legacy/CASE.h5           the same model in the older form
weights/CASE.weights.h5  the weights alone
                         (with the date and with numbers of objects, which differ each time; the weights do not)
results.safetensors      CASE/x [N, T, C] or tokens [N, T], CASE/y as Keras computes it
hdf5/*.h5                one feature of the format each; `many` has so many members that their tree has two levels
"""

import io
import os
import shutil
import zipfile
import zlib
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import h5py
import keras
import numpy as np
from keras import layers as L
from safetensors.numpy import save_file

HERE = Path(__file__).parent
assert keras.__version__ == "3.15.1" and h5py.__version__ == "3.14.0"

T, N, I, H = 7, 3, 4, 5


def sequence(*layers, steps=T, size=I):
    return keras.Sequential([L.Input((steps, size)), *layers])


def functional():
    x = keras.Input((T, I), name="measured")
    y = L.Bidirectional(L.GRU(H, return_sequences=True), name="both")(x)
    y = L.Dropout(0.25)(y)
    y = L.LSTM(H, name="top")(y)
    return keras.Model(x, L.Dense(3, activation="softmax", name="classes")(y))


def masked():
    x = keras.Input((T,), dtype="int32")
    y = L.Embedding(11, 6, mask_zero=True)(x)
    y = L.Bidirectional(L.LSTM(H, return_sequences=True))(y)
    y = L.GRU(H)(y)
    return keras.Model(x, L.Dense(3, activation="softmax")(y))


CASES = {
    # cells, directions, layers
    "lstm": lambda: sequence(L.LSTM(H, return_sequences=True)),
    "lstm-last": lambda: sequence(L.LSTM(H)),
    "lstm-two": lambda: sequence(L.LSTM(H, return_sequences=True), L.LSTM(6, return_sequences=True)),
    "lstm-both": lambda: sequence(L.Bidirectional(L.LSTM(H, return_sequences=True))),
    "lstm-both-last": lambda: sequence(L.Bidirectional(L.LSTM(H))),
    "lstm-both-two": lambda: sequence(
        L.Bidirectional(L.LSTM(H, return_sequences=True)), L.Bidirectional(L.LSTM(3, return_sequences=True))
    ),
    "lstm-no-bias": lambda: sequence(L.LSTM(H, return_sequences=True, use_bias=False)),
    "lstm-hard": lambda: sequence(
        L.LSTM(H, return_sequences=True, recurrent_activation="hard_sigmoid", activation="softsign")
    ),
    "lstm-backward-last": lambda: sequence(L.LSTM(H, go_backwards=True)),
    "lstm-dropout": lambda: sequence(L.LSTM(H, dropout=0.2, recurrent_dropout=0.1, return_sequences=True)),
    "gru": lambda: sequence(L.GRU(H, return_sequences=True)),
    "gru-last": lambda: sequence(L.GRU(H)),
    "gru-two": lambda: sequence(L.GRU(H, return_sequences=True), L.GRU(6)),
    "gru-both": lambda: sequence(L.Bidirectional(L.GRU(H, return_sequences=True))),
    "gru-both-last": lambda: sequence(L.Bidirectional(L.GRU(H))),
    "gru-before": lambda: sequence(L.GRU(H, return_sequences=True, reset_after=False)),
    "gru-before-both": lambda: sequence(L.Bidirectional(L.GRU(H, return_sequences=True, reset_after=False))),
    "gru-no-bias": lambda: sequence(L.GRU(H, return_sequences=True, use_bias=False)),
    "gru-before-no-bias": lambda: sequence(L.GRU(H, return_sequences=True, use_bias=False, reset_after=False)),
    "gru-hard": lambda: sequence(
        L.GRU(H, return_sequences=True, recurrent_activation="hard_sigmoid", activation="elu")
    ),
    "gru-before-relu": lambda: sequence(L.GRU(H, return_sequences=True, activation="relu", reset_after=False)),
    "rnn": lambda: sequence(L.SimpleRNN(H, return_sequences=True)),
    "rnn-last": lambda: sequence(L.SimpleRNN(H)),
    "rnn-relu": lambda: sequence(L.SimpleRNN(H, activation="relu", return_sequences=True)),
    "rnn-no-bias": lambda: sequence(L.SimpleRNN(H, use_bias=False, return_sequences=True)),
    "rnn-both": lambda: sequence(L.Bidirectional(L.SimpleRNN(H, return_sequences=True))),
    "rnn-softplus": lambda: sequence(L.SimpleRNN(H, activation="softplus", return_sequences=True)),
    "merge-sum": lambda: sequence(L.Bidirectional(L.LSTM(H, return_sequences=True), merge_mode="sum")),
    "merge-mul": lambda: sequence(L.Bidirectional(L.GRU(H, return_sequences=True), merge_mode="mul")),
    "merge-ave": lambda: sequence(L.Bidirectional(L.SimpleRNN(H, return_sequences=True), merge_mode="ave")),
    # networks
    "tokens": lambda: keras.Sequential(
        [L.Input((T,), dtype="int32"), L.Embedding(11, 6), L.LSTM(H), L.Dense(4, activation="softmax")]
    ),
    "tagger": lambda: keras.Sequential(
        [
            L.Input((None,), dtype="int32"),
            L.Embedding(11, 6, mask_zero=True),
            L.SpatialDropout1D(0.3),
            L.Bidirectional(L.LSTM(H, return_sequences=True)),
            L.TimeDistributed(L.Dense(4, activation="softmax")),
        ]
    ),
    "functional": functional,
    "masked": masked,
    "convolution": lambda: sequence(
        L.Conv1D(6, 3, padding="same", activation="relu"),
        L.MaxPooling1D(2),
        L.Conv1D(8, 2, padding="causal", dilation_rate=2, groups=2),
        L.GRU(H, return_sequences=True),
        L.GlobalAveragePooling1D(),
        L.Dense(2),
        steps=14,
    ),
    "convolution-stride": lambda: sequence(
        L.Conv1D(6, 4, strides=2, use_bias=False),
        L.BatchNormalization(),
        L.ReLU(),
        L.AveragePooling1D(3, strides=1, padding="same"),
        L.SimpleRNN(H, return_sequences=True),
        L.GlobalMaxPooling1D(),
        steps=14,
    ),
    "flatten": lambda: sequence(
        L.Conv1D(3, 3, padding="same"),
        L.MaxPooling1D(3, strides=1, padding="same"),
        L.Flatten(),
        L.BatchNormalization(),
        L.Activation("tanh"),
        L.Dropout(0.5),
        L.Dense(4),
        L.LeakyReLU(negative_slope=0.1),
    ),
    "norms": lambda: sequence(
        L.LayerNormalization(),
        L.LSTM(H, return_sequences=True),
        L.LayerNormalization(center=False),
        L.BatchNormalization(scale=False, epsilon=1e-4),
        L.Dense(6, activation="sigmoid"),
        L.BatchNormalization(center=False, scale=False),
        L.Softmax(),
    ),
    "heads": lambda: sequence(
        L.GRU(H, return_sequences=True),
        L.Dense(4, activation="leaky_relu", use_bias=False),
        L.Dense(4, activation="softplus"),
        L.Dense(3, activation="log_softmax"),
    ),
}
LEGACY = ["lstm-two", "lstm-both-last", "gru", "gru-before-both", "tokens", "functional", "convolution", "flatten", "norms"]
WEIGHTS = ["lstm-both-two", "functional", "norms"]


def generator(name):
    return np.random.Generator(np.random.PCG64(zlib.crc32(name.encode())))


def randomize(model, random):
    for weight in model.weights:
        value = random.standard_normal(weight.shape) * 0.5
        if "variance" in weight.path or "gamma" in weight.path:
            value = np.abs(value) + 0.5
        if "seed" not in weight.path:
            weight.assign(value.astype(np.float32))


def deflate(path):
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)


def make_models():
    results = {}
    for folder in ["models", "legacy", "weights"]:
        shutil.rmtree(HERE / folder, ignore_errors=True)
        (HERE / folder).mkdir()
    for name, make in CASES.items():
        keras.utils.set_random_seed(1)
        keras.backend.clear_session()
        model, random = make(), generator(name)
        randomize(model, random)
        shape = [T if d is None else d for d in model.input_shape[1:]]
        if len(shape) == 1:
            # No symbol 0, which a layer may take for padding.
            x = random.integers(1, 11, [N, *shape]).astype(np.int32)
            if name == "masked":
                x[1, 4:] = x[2, 1:] = 0
        else:
            x = random.standard_normal([N, *shape]).astype(np.float32)
        y = keras.ops.convert_to_numpy(model(x, training=False)).astype(np.float32)
        results[f"{name}/x"], results[f"{name}/y"] = x, np.ascontiguousarray(y)
        path = HERE / "models" / f"{name}.keras"
        model.save(path)
        if path.stat().st_size > 20_000:
            deflate(path)
        if name in LEGACY:
            model.save(HERE / "legacy" / f"{name}.h5")
        if name in WEIGHTS:
            model.save_weights(HERE / "weights" / f"{name}.weights.h5")
    save_file(results, HERE / "results.safetensors")


def make_hdf5():
    folder = HERE / "hdf5"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    values = np.array([[0.0, -1.5, 2.25], [65504.0, -0.125, 2.0**-24]])

    with h5py.File(folder / "types.h5", "w") as file:
        for kind in ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]:
            file[f"real/{kind[1:]}{'le' if kind[0] == '<' else 'be'}"] = values.astype(kind)
        for kind in ["<i4", ">i8", "<u2", "|i1"]:
            file[f"integer/{kind[1:]}{'be' if kind[0] == '>' else 'le'}"] = np.array([1, 2, 3]).astype(kind)
        file["other/flag"] = True
        file["other/text"] = "text"
        file["scalar"] = np.float32(3.5)
        file["empty"] = np.zeros((0, 4), np.float32)
        bytes_of_upper_half = (values.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16).view("V2")
        file.create_dataset("bfloat16", data=bytes_of_upper_half).attrs["dtype"] = "bfloat16"
        compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        compact.set_layout(h5py.h5d.COMPACT)
        space = h5py.h5s.create_simple((2, 3))
        data = h5py.h5d.create(file.id, b"compact", h5py.h5t.IEEE_F32LE, space, compact)
        data.write(h5py.h5s.ALL, h5py.h5s.ALL, values.astype(np.float32))
        file.attrs["fixed"] = np.bytes_("fixed")
        file.attrs["variable"] = "variäbel"
        file.attrs["names"] = ["a", "", "longer name"]
        file.attrs["fixed_names"] = np.array([b"a", b"bcd"])
        file.attrs["none"] = []
        file.attrs["number"] = 7
        file.attrs["long"] = "x" * 100_000

    with h5py.File(folder / "many.h5", "w") as file:
        for index in range(300):
            file[f"group/{index}"] = np.float32([index])
        for index in range(40):
            file.attrs[f"attribute {index}"] = f"text {index}"

    with h5py.File(folder / "small.h5", "w") as file:
        file["group/0"] = np.float32([1, 2])
        file["group"].attrs["name"] = "small"

    def refused(name, write, **options):
        with h5py.File(folder / f"{name}.h5", "w", **options) as file:
            write(file)

    data = values.astype(np.float32)
    refused("chunked", lambda file: file.create_dataset("x", data=data, chunks=(1, 3)))
    refused("gzip", lambda file: file.create_dataset("x", data=data, compression="gzip"))
    refused("external-data", lambda file: file.create_dataset("x", (4,), "f4", external=[("other.raw", 0, 16)]))
    refused("soft-link", lambda file: file.update({"x": data, "y": h5py.SoftLink("/x")}))
    refused("external-link", lambda file: file.update({"y": h5py.ExternalLink("other.h5", "/x")}))
    refused("hard-link", lambda file: (file.update({"x": data}), file.update({"y": file["x"]})))
    refused("circle", lambda file: (file.create_group("a"), file["a"].update({"b": file["a"]})))
    refused("shared-type", lambda file: (file.update({"t": np.dtype("f4")}), file.create_dataset("x", (2,), file["t"])))
    refused("latest", lambda file: file.update({"x": data}), libver="latest")
    refused("tracked-order", lambda file: file.update({"x": data}), track_order=True)
    refused("unwritten", lambda file: file.create_dataset("x", (4,), "f4"))
    refused("user-block", lambda file: file.update({"x": data}), userblock_size=512)

    def virtual(file):
        layout = h5py.VirtualLayout((2, 3), "f4")
        layout[:] = h5py.VirtualSource("other.h5", "x", (2, 3))
        file.create_virtual_dataset("x", layout)

    refused("virtual", virtual, libver=("earliest", "v110"))


if __name__ == "__main__":
    make_hdf5()
    make_models()
