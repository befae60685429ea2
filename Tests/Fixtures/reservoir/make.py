#!/usr/bin/env python3
"""Golden values of echo state networks and of the series that they are tried on, from ReservoirPy 0.4.2 in double.

    Scripts/peers_setup
    .peers/bin/pip install reservoirpy==0.4.2 scipy==1.17.1
    .peers/bin/python Tests/Fixtures/reservoir/make.py

Matrices and inputs are exact in float32. Keys are described in ../README.md.
"""

import sys
from pathlib import Path

import numpy as np
import reservoirpy
import scipy
import scipy.linalg
import torch
from reservoirpy.datasets import mackey_glass, narma
from reservoirpy.nodes import LMS, RLS, Input, Reservoir, Ridge
from safetensors.torch import save_file

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from fixtures import VERSIONS, Values  # noqa: E402

assert reservoirpy.__version__ == "0.4.2", reservoirpy.__version__
VERSIONS |= {"reservoirpy": reservoirpy.__version__, "scipy": scipy.__version__}

tensors: dict[str, torch.Tensor] = {}


def store(key: str, values, double: bool = False) -> None:
    """Readouts and series are kept in double, all else in float32."""
    array = np.ascontiguousarray(np.asarray(values, dtype=np.float64))
    assert np.isfinite(array).all() and key not in tensors, key
    tensors[key] = torch.from_numpy(array.copy()).to(torch.float64 if double else torch.float32)


def matrix(name: str, rows: int, columns: int, share: float, scale: float = 1.0) -> np.ndarray:
    values = Values(name)
    drawn = values.normal(rows, columns).numpy()
    kept = values.uniform(0, 1, rows, columns).numpy() < share
    return exact(drawn * kept * scale)


def exact(values) -> np.ndarray:
    return np.asarray(values, dtype=np.float32).astype(np.float64)


def recurrent(name: str, units: int, share: float, radius: float) -> np.ndarray:
    w = matrix(name, units, units, share)
    return exact(w * (radius / max(abs(scipy.linalg.eigvals(w)))))


def series(name: str, steps: int) -> np.ndarray:
    """Two smooth series that are no multiples of each other, near ±1."""
    phase = Values(name).uniform(0, 6, 3).numpy()
    t = np.arange(steps)
    a = 0.6 * np.sin(0.21 * t + phase[0]) + 0.4 * np.sin(0.057 * t + phase[1])
    return exact(np.stack([a, np.cos(0.13 * t + phase[2])], axis=1))


# --- states, ridge readouts and their predictions

CASES = {
    # name: units, share of weights, radius, leak rates, bias, activation, ridge
    "plain": (30, 0.2, 0.9, 1.0, False, "tanh", 1e-6),
    "leaky": (40, 0.1, 1.2, 0.3, True, "tanh", 1e-4),
    "dense": (25, 1.0, 0.8, 0.5, True, "tanh", 1e-2),
    "rates": (33, 0.1, 0.95, "each", True, "tanh", 1e-5),
    "linear": (20, 0.3, 0.7, 0.8, False, "identity", 1e-3),
    "sigmoid": (24, 0.2, 1.0, 0.6, True, "sigmoid", 1e-6),
    "relu": (24, 0.2, 0.6, 0.7, True, "relu", 1e-5),
    "softplus": (17, 0.5, 0.5, 0.9, True, "softplus", 1e-4),
}
STEPS, WASHOUT, FITTED = 160, 20, 120


def parts(name: str, case) -> dict:
    units, share, radius, leak, has_bias, activation, ridge = case
    rates = exact(Values(f"{name}/rates").uniform(0.2, 1, units).numpy()) if leak == "each" else exact(leak)
    return {"W": recurrent(f"{name}/W", units, share, radius), "Win": matrix(f"{name}/Win", units, 2, 1, 0.7),
            "bias": matrix(f"{name}/bias", units, 1, 1, 0.3)[:, 0] if has_bias else np.zeros(units),
            "lr": rates, "activation": activation}


def node(p: dict) -> Reservoir:
    return Reservoir(W=p["W"], Win=p["Win"], bias=p["bias"], lr=p["lr"], activation=p["activation"])


def store_parts(name: str, p: dict) -> None:
    for key in ("W", "Win", "bias"):
        store(f"{name}/{key}", p[key])
    store(f"{name}/lr", np.broadcast_to(p["lr"], p["bias"].shape))


for name, case in CASES.items():
    p = parts(name, case)
    x = series(name, STEPS + 1)
    inputs, targets = x[:-1], x[1:]
    states = node(p).run(inputs)
    readout = Ridge(ridge=case[-1])
    readout.fit(states[:FITTED], targets[:FITTED], warmup=WASHOUT)
    store_parts(name, p)
    store(f"{name}/inputs", inputs)
    store(f"{name}/targets", targets)
    store(f"{name}/states", states)
    store(f"{name}/Wout", np.asarray(readout.Wout).T, double=True)
    store(f"{name}/readout_bias", np.ravel(readout.bias), double=True)
    store(f"{name}/predictions", readout.run(states))

# --- feedback: teacher forcing while fitting, the network's own outputs afterwards

p = parts("feedback", (30, 0.2, 0.8, 0.6, True, "tanh", 1e-4))
p["Win"] = np.concatenate([p["Win"], matrix("feedback/Wfb", 30, 2, 1, 0.3)], axis=1)
x = series("feedback", STEPS + 1)
inputs, targets = x[:-1], exact(np.roll(x, 3, axis=0)[:-1] ** 2)
reservoir, readout = node(p), Ridge(ridge=1e-2)
model = reservoir >> readout
model = model & (reservoir << readout)
model.fit(inputs[:FITTED], targets[:FITTED], warmup=WASHOUT)


def feedback_states(fed_back) -> np.ndarray:
    """The equation written out; `fed_back(t, states)` is the output of step t - 1."""
    state, states = np.zeros(30), []
    for t, u in enumerate(inputs):
        y = fed_back(t, states)
        state = (1 - p["lr"]) * state + p["lr"] * np.tanh(p["W"] @ state + p["Win"] @ np.concatenate([u, y]) + p["bias"])
        states.append(state)
    return np.stack(states)


def said(states) -> np.ndarray:
    return states[-1] @ readout.Wout + np.ravel(readout.bias) if states else np.zeros(2)


forced = feedback_states(lambda t, _: targets[t - 1] if t else np.zeros(2))
check = Ridge(ridge=1e-2)
check.fit(forced[:FITTED], targets[:FITTED], warmup=WASHOUT)
assert np.allclose(check.Wout, readout.Wout, rtol=1e-8, atol=1e-10), "ReservoirPy forces another teacher"
free = feedback_states(lambda _, states: said(states))
model.reset()
outputs = model.run(inputs)
assert np.allclose(outputs, free @ readout.Wout + np.ravel(readout.bias), rtol=1e-9), "ReservoirPy feeds back otherwise"
store_parts("feedback", p)
store("feedback/inputs", inputs)
store("feedback/targets", targets)
store("feedback/Wout", np.asarray(readout.Wout).T, double=True)
store("feedback/readout_bias", np.ravel(readout.bias), double=True)
store("feedback/predictions", outputs)

# --- several reservoirs, whose readout sees the states of all and the inputs

for name in ("parallel", "series"):
    first = parts(f"{name}/0", (16, 0.3, 0.9, 0.5, True, "tanh", 0))
    second = parts(f"{name}/1", (12, 0.3, 0.8, 0.9, True, "tanh", 0))
    if name == "series":
        second["Win"] = matrix("series/Win", 12, 16, 0.5, 0.5)
    x = series(name, STEPS + 1)
    inputs, targets = x[:-1], x[1:]
    a, b, source, readout = node(first), node(second), Input(), Ridge(ridge=1e-4)
    if name == "parallel":
        model = source >> [a, b, readout]
        model = model & (a >> readout) & (b >> readout)
    else:
        model = (source >> a >> b >> readout) & (a >> readout) & (source >> readout)
    model.fit(inputs[:FITTED], targets[:FITTED], warmup=WASHOUT)
    store_parts(f"{name}/first", first)
    store_parts(f"{name}/second", second)
    store(f"{name}/inputs", inputs)
    store(f"{name}/targets", targets)
    model.reset()
    store(f"{name}/predictions", model.run(inputs))

# --- online rules on given features

features = exact(np.tanh(Values("online/features").normal(60, 9).numpy()))
targets = exact(features @ Values("online/map").normal(9, 2).numpy() + 0.4
                + 0.05 * Values("online/noise").normal(60, 2).numpy())
store("online/features", features)
store("online/targets", targets)
RULES = {
    "rls": RLS(alpha=1e-2, fit_bias=False),
    "rls_forgetting": RLS(alpha=1e-1, forgetting=0.97, fit_bias=False),
    "rls_mean_error": RLS(alpha=1e-2, forgetting=0.99),
    "lms": LMS(learning_rate=0.05),
    "lms_plain": LMS(learning_rate=0.02, fit_bias=False),
}
for name, rule in RULES.items():
    for first, last in ((0, 1), (1, 20), (20, 60)):
        rule.partial_fit(features[first:last], targets[first:last])
        store(f"online/{name}/Wout{last}", np.asarray(rule.Wout).T, double=True)
        store(f"online/{name}/bias{last}", np.ravel(rule.bias), double=True)
# A constant feature is what ReservoirPy's rule lacks: there it is given by hand.
rule = RLS(alpha=1e-2, fit_bias=False)
rule.partial_fit(np.concatenate([features, np.ones((60, 1))], axis=1), targets)
store("online/rls_constant/Wout60", np.asarray(rule.Wout).T[:, :-1], double=True)
store("online/rls_constant/bias60", np.asarray(rule.Wout).T[:, -1], double=True)

# --- spectral radii, by LAPACK

RADII = {
    "random": matrix("radius/random", 120, 120, 0.1), "dense": matrix("radius/dense", 80, 80, 1),
    "rotation": np.array([[0.6, -0.8], [0.8, 0.6]]), "small": matrix("radius/small", 3, 3, 1),
    "symmetric": exact(matrix("radius/symmetric", 60, 60, 0.5) @ matrix("radius/symmetric", 60, 60, 0.5).T / 60),
    "wide": matrix("radius/wide", 240, 240, 0.05),
}
for name, w in RADII.items():
    w = exact(w)
    store(f"radius/{name}/W", w)
    store(f"radius/{name}/value", np.array([max(abs(scipy.linalg.eigvals(w)))]), double=True)

# --- series

history = Values("mackey_glass").uniform(0.9, 1.3, 40).numpy()
store("series/history", history, double=True)
store("series/mackey_glass", mackey_glass(600, history=history)[:, 0], double=True)
store("series/mackey_glass_30", mackey_glass(300, tau=30, x0=0.9, history=history)[:, 0], double=True)
store("series/mackey_glass_half", mackey_glass(300, tau=17, h=0.5, history=history)[:, 0], double=True)


def mackey_glass_rk4(steps: int, h: float) -> np.ndarray:
    """The textbook's stages, with which ReservoirPy's do not agree."""
    values = list(history[-int(17 / h):])

    def slope(x, delayed):
        return 0.2 * delayed / (1 + delayed**10) - 0.1 * x

    x, series = 1.2, []
    for step in range(steps):
        series.append(x)
        values.append(x)
        delayed = values[step]
        k1 = slope(x, delayed)
        k2 = slope(x + h / 2 * k1, delayed)
        k3 = slope(x + h / 2 * k2, delayed)
        k4 = slope(x + h * k3, delayed)
        x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return np.array(series)


store("series/mackey_glass_rk4", mackey_glass_rk4(300, 1), double=True)
store("series/mackey_glass_rk4_half", mackey_glass_rk4(300, 0.5), double=True)
for order in (10, 30):
    u = Values(f"narma{order}").uniform(0, 0.5, 300 + order, 1).numpy()
    arguments = {"a1": 0.3, "a2": 0.05, "c": 0.1} if order == 10 else {}
    store(f"series/narma{order}/u", u[:, 0], double=True)
    store(f"series/narma{order}/y", narma(300, order=order, u=u, **arguments)[1][:, 0], double=True)


def lorenz(steps: int, h: float, state, sigma=10.0, rho=28.0, beta=8 / 3) -> np.ndarray:
    def slope(s):
        x, y, z = s
        return np.array([sigma * (y - x), x * (rho - z) - y, x * y - beta * z])

    state, states = np.array(state, dtype=float), []
    for _ in range(steps):
        states.append(state)
        k1 = slope(state)
        k2 = slope(state + h / 2 * k1)
        k3 = slope(state + h / 2 * k2)
        k4 = slope(state + h * k3)
        state = state + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return np.stack(states)


# The method is that of fourth order: halving the step divides the distance from scipy's solution by about 16.
reference = scipy.integrate.solve_ivp(
    lambda _, s: (10 * (s[1] - s[0]), s[0] * (28 - s[2]) - s[1], s[0] * s[1] - 8 / 3 * s[2]), (0, 1), (1, 1, 1),
    rtol=1e-12, atol=1e-13).y[:, -1]
errors = [np.abs(lorenz(n + 1, 1 / n, (1, 1, 1))[-1] - reference).max() for n in (200, 400)]
assert 12 < errors[0] / errors[1] < 20, errors
store("series/lorenz", lorenz(200, 0.01, (1, 1, 1)), double=True)

# One metadata entry only: safetensors writes several in an order that changes from run to run.
versions = ", ".join(f"{name} {version}" for name, version in VERSIONS.items())
path = FOLDER / "reservoir.safetensors"
save_file(tensors, path, metadata={"source": f"ReservoirPy in double; {versions}"})
print(f"{path.name}: {len(tensors)} tensors, {path.stat().st_size} bytes ({versions})")
