"""What is compared: shapes (T, B, I, H, L), cells, modes, and the useful work in them."""

# The twelve that the project states its speed for.
STANDARD = [
    (12, 1, 3, 6, 2),          # monthly forecasting, tiny
    (24, 32, 19, 32, 1),       # hourly weather window
    (50, 16, 64, 64, 1),       # tagger
    (128, 9, 9, 100, 1),       # inertial signals
    (100, 64, 256, 256, 1),    # character model
    (128, 32, 128, 128, 1),
    (25, 32, 300, 256, 2),     # sentences, translation encoder
    (35, 20, 200, 200, 2),     # word model, small
    (128, 64, 256, 512, 2),
    (256, 1, 512, 512, 1),     # one stream, whole utterance
    (1, 1, 512, 512, 1),       # one stream, one step
    (100, 64, 1024, 1024, 1),
]

# Sizes that other benchmarks and models in use have.
FURTHER = [
    (24, 32, 1, 25, 1),        # forecasting with the default width of a well-known library
    (96, 64, 21, 128, 2),      # weather stations, four days
    (4000, 1, 16, 64, 1),      # a long signal of sensors
    (672, 1, 32, 32, 1),       # DeepBench, on a device
    (1, 1, 40, 384, 3),        # streaming audio, one frame
    (98, 64, 40, 154, 1),      # keyword spotting
    (50, 50, 65, 128, 2),      # character model with the defaults of char-rnn
    (150, 32, 256, 256, 1),    # DeepBench, characters
    (25, 16, 512, 512, 1),     # DeepBench, training
    (35, 20, 650, 650, 2),     # word model, medium
    (25, 1, 1024, 1024, 1),    # DeepBench, serving
    (25, 64, 1024, 1024, 1),   # DeepBench, training
]

# For a look that takes little time: no call above a few tenths of a second.
QUICK = STANDARD[:4] + STANDARD[5:8] + STANDARD[9:11]

CELLS = ["LSTM", "GRU", "RNN"]
MODES = ["infer", "train"]
STEPS = ["character", "tagger", "word-200", "word-650"]
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


def operations(cell, shape, mode):
    """Two for each weight and row, three times as many where gradients are computed."""
    steps, batch, inputs, hidden, layers = shape
    forward = sum(2 * steps * batch * GATES[cell] * hidden * ((inputs if layer == 0 else hidden) + hidden)
                  for layer in range(layers))
    return forward * (3 if mode == "train" else 1)


def parse_shape(text):
    numbers = tuple(int(word) for word in text.split(","))
    if len(numbers) != 5 or min(numbers) < 1:
        raise ValueError(f"'{text}' is not T,B,I,H,L")
    return numbers


def shape_name(shape):
    return "T{} B{} I{} H{} L{}".format(*shape)
