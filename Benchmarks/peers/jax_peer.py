"""JAX: one jitted function; the input projection in front of the loop, lax.scan with the fastest of some unrollings."""
import jax
import jax.numpy as jnp

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


def start(threads):
    # XLA takes as many threads as there are cores in the affinity mask.
    return jax.__version__


def forget():
    """What was compiled for earlier problems."""
    jax.clear_caches()


def settings(cell, shape, mode):
    return [f"unroll {count}" for count in (1, 4) if count <= shape[0]]


def lstm(recurrent, carry, z):
    h, c = carry
    i, f, g, o = jnp.split(z + h @ recurrent, 4, -1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return (h, c), h


def gru(recurrent, h, z):
    """Reset after the product, as in PyTorch."""
    zr, zz, zn = jnp.split(z, 3, -1)
    ur, uz, un = jnp.split(h @ recurrent, 3, -1)
    r, update = jax.nn.sigmoid(zr + ur), jax.nn.sigmoid(zz + uz)
    h = (1 - update) * jnp.tanh(zn + r * un) + update * h
    return h, h


def rnn(recurrent, h, z):
    h = jnp.tanh(z + h @ recurrent)
    return h, h


STEPS = {"LSTM": lstm, "GRU": gru, "RNN": rnn}


def build(cell, shape, mode, setting):
    steps, batch, inputs, hidden, layers = shape
    unroll = int(setting.split()[1])
    keys = iter(jax.random.split(jax.random.PRNGKey(0), 3 * layers + 2))

    def uniform(*dimensions):
        return jax.random.uniform(next(keys), dimensions, minval=-1, maxval=1) / hidden ** 0.5

    width = GATES[cell] * hidden
    weights = [(uniform(inputs if layer == 0 else hidden, width), uniform(hidden, width), uniform(width))
               for layer in range(layers)]
    x = jax.random.normal(next(keys), (steps, batch, inputs))
    gradient = jax.random.normal(next(keys), (steps, batch, hidden))
    zero = jnp.zeros((batch, hidden))

    def run(weights, x):
        for matrix, recurrent, bias in weights:
            def step(carry, z, recurrent=recurrent):
                return STEPS[cell](recurrent, carry, z)
            first = (zero, zero) if cell == "LSTM" else zero
            x = jax.lax.scan(step, first, x @ matrix + bias, unroll=unroll)[1]
        return x

    if mode == "infer":
        forward = jax.jit(run)
        return lambda: forward(weights, x).block_until_ready()
    backward = jax.jit(lambda weights, x, gradient: jax.vjp(run, weights, x)[1](gradient))
    return lambda: jax.block_until_ready(backward(weights, x, gradient))
