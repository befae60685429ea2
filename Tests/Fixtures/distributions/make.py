#!/usr/bin/env python3
"""Golden losses of output distributions from torch.distributions, and quantiles and gamma functions from SciPy 1.17.

    .peers/bin/python Tests/Fixtures/distributions/make.py

Losses and gradients are computed in double and rounded once; quantiles and gamma functions are kept in double. Keys are described
in ../README.md.
"""

import sys
from pathlib import Path

import numpy as np
import scipy
import torch
from scipy import special, stats
from torch.distributions import NegativeBinomial, Normal, StudentT

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from fixtures import Fixture, Values  # noqa: E402

SHAPE = (3, 4)
LEVELS = [0.1, 0.5, 0.8]


def add(fixture, name, arguments, loss):
    leaves = {key: value.clone().requires_grad_(key not in ("targets", "counts")) for key, value in arguments.items()}
    result = loss(**leaves)
    result.backward()
    for key, value in leaves.items():
        fixture.add(f"{name}/{key}", value)
        if value.grad is not None:
            fixture.add(f"{name}/grad/{key}", value.grad)
    fixture.add(f"{name}/loss", result)


def pinball(low, middle, high, targets):
    losses = [torch.maximum(q * (targets - p), (q - 1) * (targets - p)) for q, p in zip(LEVELS, (low, middle, high))]
    return sum(value.mean() for value in losses)


def main():
    fixture = Fixture(FOLDER / "distributions.safetensors", f"torch.distributions; scipy {scipy.__version__}")
    values = Values("distributions")
    targets = values.normal(*SHAPE)
    add(fixture, "quantile", {"low": values.normal(*SHAPE), "middle": values.normal(*SHAPE),
                              "high": values.normal(*SHAPE), "targets": targets}, pinball)
    add(fixture, "gaussian", {"means": values.normal(*SHAPE), "deviations": values.uniform(0.2, 3, *SHAPE),
                              "targets": targets},
        lambda means, deviations, targets: -Normal(means, deviations).log_prob(targets).mean())
    add(fixture, "student-t", {"locations": values.normal(*SHAPE), "scales": values.uniform(0.2, 3, *SHAPE),
                               "degrees": values.uniform(2, 30, *SHAPE), "targets": targets},
        lambda locations, scales, degrees, targets: -StudentT(degrees, locations, scales).log_prob(targets).mean())
    counts = values.integers(0, 40, *SHAPE).double()
    add(fixture, "negative-binomial", {"means": values.uniform(0.2, 20, *SHAPE), "shapes": values.uniform(0.3, 9, *SHAPE),
                                       "counts": counts},
        lambda means, shapes, counts: -NegativeBinomial(shapes, probs=means / (shapes + means)).log_prob(counts).mean())

    def keep(key, array):
        fixture.tensors[key] = torch.from_numpy(np.ascontiguousarray(array, dtype=np.float64))

    x = np.concatenate([10.0 ** np.arange(-6, 7), [0.5, 0.99, 1.01, 1.5, 1.99, 2.01, 3.3, 9.99, 10, 10.01, 55.5]])
    keep("gamma/x", x)
    keep("gamma/log", special.gammaln(x))
    keep("gamma/digamma", special.digamma(x))
    probabilities = np.array([1e-9, 1e-4, 0.01, 0.025, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.975, 0.99, 0.9999])
    keep("quantiles/probabilities", probabilities)
    keep("quantiles/normal", stats.norm.ppf(probabilities))
    degrees = np.array([0.8, 2.0, 2.0001, 3.3, 7, 30, 1e4])
    keep("quantiles/degrees", degrees)
    keep("quantiles/student-t", np.stack([stats.t.ppf(probabilities, d) for d in degrees]))
    pairs = np.array([(0.01, 0.5), (0.7, 0.3), (3, 1), (12.5, 4), (200, 30), (1e6, 2.5), (40, 1e4)])
    keep("quantiles/means", pairs[:, 0])
    keep("quantiles/shapes", pairs[:, 1])
    keep("quantiles/negative-binomial", np.stack([stats.nbinom.ppf(probabilities, r, r / (r + m)) for m, r in pairs]))
    fixture.write()


if __name__ == "__main__":
    main()
