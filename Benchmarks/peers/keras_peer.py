"""Keras on TensorFlow: the fastest of tf.function, XLA, and the loop over a short time unrolled."""
import tensorflow
import keras

LAYERS = {"LSTM": keras.layers.LSTM, "GRU": keras.layers.GRU, "RNN": keras.layers.SimpleRNN}

# Unrolling makes a graph for each step and layer; beyond this many its compilation takes minutes.
MOST_UNROLLED = 26


def start(threads):
    tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
    tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    return f"{keras.__version__} on TensorFlow {tensorflow.__version__}"


def forget():
    """What was compiled for earlier problems."""
    keras.backend.clear_session()


def settings(cell, shape, mode):
    return ["function", "xla"] + (["function, unrolled"] if shape[0] * shape[4] <= MOST_UNROLLED else [])


def build(cell, shape, mode, setting):
    steps, batch, inputs, hidden, layers = shape
    is_unrolled, is_compiled = "unrolled" in setting, setting.startswith("xla")
    model = keras.Sequential([keras.layers.Input((steps, inputs), batch_size=batch)] + [
        LAYERS[cell](hidden, return_sequences=True, unroll=is_unrolled) for _ in range(layers)])
    x = tensorflow.random.normal([batch, steps, inputs])
    gradient = tensorflow.random.normal([batch, steps, hidden])
    if mode == "infer":
        forward = tensorflow.function(lambda: model(x, training=False), jit_compile=is_compiled)
        return lambda: forward().numpy()

    @tensorflow.function(jit_compile=is_compiled)
    def backward():
        with tensorflow.GradientTape() as tape:
            tape.watch(x)
            y = model(x, training=True)
        return tape.gradient(y, [v.value for v in model.trainable_variables] + [x], output_gradients=gradient)

    return lambda: [g.numpy() if hasattr(g, "numpy") else g for g in backward()]
