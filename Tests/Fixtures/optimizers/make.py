#!/usr/bin/env python3
"""Golden training runs of every optimizer, and golden learning-rate schedules.

    .peers/bin/python Tests/Fixtures/optimizers/make.py

A small model (LSTM 2 -> 5, linear 5 -> 1 on every step, mean squared error) takes 50 steps on fixed data from fixed
weights, in float32 as PyTorch runs. Each run is repeated in double: the losses must agree ten times closer than the
1e-4 that our runs are held to, so that a miss is a fault and not rounding; and no two runs may be mistaken for each
other at that tolerance. Keys and settings are described in ../README.md.
"""

import os
import sys
from itertools import combinations
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"

import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.optim import lr_scheduler
import keras  # noqa: E402

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from fixtures import Fixture, Values  # noqa: E402

STEPS = 50
TIME, BATCH, INPUTS, HIDDEN = 8, 4, 2, 5
EPOCHS = 30

SGD, RMSprop, Adagrad = torch.optim.SGD, torch.optim.RMSprop, torch.optim.Adagrad
Adam, AdamW = torch.optim.Adam, torch.optim.AdamW

# name: class, its settings, clipping of the gradients before the step
RUNS = {
    "sgd": (SGD, {"lr": 0.1}, {}),
    "sgd_momentum": (SGD, {"lr": 0.05, "momentum": 0.9}, {}),
    "sgd_dampening": (SGD, {"lr": 0.05, "momentum": 0.9, "dampening": 0.5}, {}),
    "sgd_nesterov": (SGD, {"lr": 0.05, "momentum": 0.9, "nesterov": True}, {}),
    "sgd_weight_decay": (SGD, {"lr": 0.1, "weight_decay": 0.05}, {}),
    "sgd_clip_norm": (SGD, {"lr": 0.1}, {"norm": 0.1}),
    "sgd_clip_value": (SGD, {"lr": 0.1}, {"value": 0.01}),
    "rmsprop": (RMSprop, {"lr": 0.01, "alpha": 0.99, "eps": 1e-8}, {}),
    "rmsprop_centered": (RMSprop, {"lr": 0.005, "alpha": 0.95, "eps": 1e-8, "centered": True}, {}),
    "rmsprop_momentum": (RMSprop, {"lr": 0.002, "alpha": 0.99, "eps": 1e-8, "momentum": 0.9}, {}),
    "rmsprop_weight_decay": (RMSprop, {"lr": 0.01, "alpha": 0.99, "eps": 1e-8, "weight_decay": 0.05}, {}),
    "adagrad": (Adagrad, {"lr": 0.05, "eps": 1e-10}, {}),
    "adagrad_weight_decay": (Adagrad, {"lr": 0.05, "eps": 1e-10, "weight_decay": 0.05}, {}),
    "adam": (Adam, {"lr": 0.02, "betas": (0.9, 0.999), "eps": 1e-8}, {}),
    "adam_betas": (Adam, {"lr": 0.02, "betas": (0.8, 0.95), "eps": 1e-3}, {}),
    "adam_weight_decay": (Adam, {"lr": 0.02, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.05}, {}),
    "adamw": (AdamW, {"lr": 0.02, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.05}, {}),
    "adam_clip_norm": (Adam, {"lr": 0.02, "betas": (0.9, 0.999), "eps": 1e-8}, {"norm": 0.1}),
    "adam_clip_value": (Adam, {"lr": 0.02, "betas": (0.9, 0.999), "eps": 1e-8}, {"value": 0.01}),
}

# name: class, its settings, and a list of (which parameters, what is different for them), the last match first
GROUPS = {
    "sgd_groups": (SGD, {"lr": 0.1, "momentum": 0.5, "weight_decay": 0.05}, [("bias", {"weight_decay": 0.0})]),
    "rmsprop_groups": (
        RMSprop,
        {"lr": 0.01, "alpha": 0.99, "eps": 1e-8, "weight_decay": 0.05},
        [("weight_hh", {"lr": 0.002}), ("bias", {"weight_decay": 0.0})],
    ),
    "adagrad_groups": (Adagrad, {"lr": 0.05, "eps": 1e-10}, [("linear", {"lr": 0.1, "weight_decay": 0.1})]),
    "adam_groups": (
        Adam,
        {"lr": 0.02, "betas": (0.9, 0.999), "eps": 1e-8},
        [("linear", {"lr": 0.004}), ("weight_hh", {"weight_decay": 0.1})],
    ),
    "adamw_groups": (
        AdamW,
        {"lr": 0.02, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.1},
        [("bias", {"weight_decay": 0.0, "lr": 0.04}), ("linear", {"weight_decay": 1.0})],
    ),
}
MAX_NORM = 0.55


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(INPUTS, HIDDEN)
        self.linear = torch.nn.Linear(HIDDEN, 1)

    def forward(self, x):
        return self.linear(self.lstm(x)[0])


def data():
    """Two input channels and a target that remembers the first and scales with the second."""
    values = Values("optimizer data")
    x = values.normal(TIME, BATCH, INPUTS)
    target = torch.tanh(0.6 * x[:, :, :1].cumsum(0)) + 0.5 * x[:, :, 1:]
    return x, Values.exact(target)


def initial_weights():
    values = Values("optimizer weights")
    return {name: values.uniform(-0.45, 0.45, *parameter.shape) for name, parameter in Model().named_parameters()}


def parameter_groups(model, different):
    """Each parameter with what the first entry whose text is in its name gives it."""
    for name, parameter in model.named_parameters():
        options = next((options for text, options in different if text in name), {})
        yield {"params": [parameter], **options}


def limit_norms(model) -> None:
    """Keras' MaxNorm along the input's axis, on its layout [inputs, units], of every matrix."""
    constraint = keras.constraints.MaxNorm(MAX_NORM, axis=0)
    for parameter in model.parameters():
        if parameter.dim() > 1:
            limited = keras.ops.convert_to_numpy(constraint(parameter.detach().numpy().T))
            parameter.data.copy_(torch.from_numpy(limited.T.copy()))


def train(kind, settings, clipping, element, different=(), constrain=None):
    """Losses before each step, gradient norms before clipping, and the final weights."""
    model = Model().to(element)
    model.load_state_dict({name: value.to(element) for name, value in initial_weights().items()})
    x, target = (value.to(element) for value in data())
    optimizer = kind(parameter_groups(model, different), foreach=False, **settings)
    losses, norms = [], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(x), target)
        loss.backward()
        if "value" in clipping:
            clip_grad_value_(model.parameters(), clipping["value"])
        norms.append(clip_grad_norm_(model.parameters(), clipping.get("norm", float("inf"))))
        optimizer.step()
        if constrain:
            constrain(model)
        losses.append(loss.detach())
    return torch.stack(losses), torch.stack(norms), dict(model.named_parameters())


def relative(a, b) -> float:
    return ((a.double() - b.double()).abs() / b.double().abs()).max().item()


def add_runs(fixture: Fixture) -> None:
    x, target = data()
    fixture.add("x", x)
    fixture.add("target", target)
    for name, value in initial_weights().items():
        fixture.add(f"initial/{name}", value)
    trajectories = {}
    runs = {name: (*run, (), None) for name, run in RUNS.items()}
    runs |= {name: (kind, settings, {}, different, None) for name, (kind, settings, different) in GROUPS.items()}
    runs["sgd_max_norm"] = (SGD, {"lr": 0.1}, {}, (), limit_norms)
    for name, (kind, settings, clipping, different, constrain) in runs.items():
        losses, norms, final = train(kind, settings, clipping, torch.float32, different, constrain)
        true_losses, _, true_final = train(kind, settings, clipping, torch.float64, different, constrain)
        rounding = relative(losses, true_losses)
        drift = max((final[key].double() - true_final[key]).abs().max().item() for key in final)
        print(f"{name}: loss {losses[0]:.4f} to {losses[-1]:.4f}, float32 off by {rounding:.1e} (weights {drift:.1e})")
        assert rounding < 1e-5 and drift < 1e-5, f"{name} is too sensitive to rounding to be a test"
        trajectories[name] = losses
        fixture.add(f"{name}/losses", losses)
        if name == "adam_clip_norm":
            assert norms.min() < clipping["norm"] < norms.max(), "the norm must fall on both sides of the limit"
        if "norm" in clipping:
            fixture.add(f"{name}/norms", norms)
        for key, value in final.items():
            fixture.add(f"{name}/final/{key}", value)
    for (a, first), (b, second) in combinations(trajectories.items(), 2):
        assert relative(first, second) > 1e-3, f"{a} and {b} cannot be told apart"


def add_schedules(fixture: Fixture) -> None:
    """rates[e] is in effect during epoch e, from 0; a plateau schedule sees metric[e] at the end of epoch e."""

    def rates(make, base, metric=None):
        optimizer = SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
        schedule = make(optimizer)
        values = []
        for epoch in range(EPOCHS):
            values.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step(metric[epoch]) if metric else schedule.step()
        return torch.tensor(values, dtype=torch.float64)

    def warm_up(optimizer):
        return lr_scheduler.LinearLR(optimizer, start_factor=0.1, end_factor=1.0, total_iters=8)

    def warm_up_cosine(optimizer):
        first = lr_scheduler.LinearLR(optimizer, start_factor=0.1, end_factor=1.0, total_iters=5)
        second = lr_scheduler.CosineAnnealingLR(optimizer, T_max=25, eta_min=0.001)
        return lr_scheduler.SequentialLR(optimizer, [first, second], milestones=[5])

    schedules = {
        "step": lambda o: lr_scheduler.StepLR(o, step_size=7, gamma=0.5),
        "exponential": lambda o: lr_scheduler.ExponentialLR(o, gamma=0.9),
        "cosine": lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=30, eta_min=0.001),
        "warm_up": warm_up,
        "warm_up_cosine": warm_up_cosine,
    }
    for name, make in schedules.items():
        fixture.add(f"schedule/{name}/rates", rates(make, 0.1))

    # Falls, stalls (also by less than the threshold), falls again, stalls to the end.
    metric = [1.0, 0.8, 0.7, 0.69998, 0.71, 0.7, 0.72, 0.7, 0.6, 0.61, 0.6, 0.62, 0.5, 0.45, 0.44999, 0.46]
    metric += [0.45] * (EPOCHS - len(metric))
    plateaus = {
        "plateau": {"patience": 2, "factor": 0.5, "threshold": 1e-4},
        "plateau_cooldown": {"patience": 1, "factor": 0.1, "threshold": 1e-4, "cooldown": 3, "min_lr": 5e-4},
    }
    fixture.add("schedule/plateau/metric", torch.tensor(metric))
    for name, settings in plateaus.items():
        values = rates(lambda o: lr_scheduler.ReduceLROnPlateau(o, **settings), 0.1, metric)
        assert len(values.unique()) > 3, name
        fixture.add(f"schedule/{name}/rates", values)


def main() -> None:
    torch.set_num_threads(1)
    fixture = Fixture(FOLDER / "optimizers.safetensors", "torch in float32")
    add_runs(fixture)
    add_schedules(fixture)
    fixture.write()


if __name__ == "__main__":
    main()
