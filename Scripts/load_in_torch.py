#!/usr/bin/env python3
"""Loads the recurrent stack of a model folder into torch.nn and runs it, to show that the weights need no converter.

    .peers/bin/python Scripts/load_in_torch.py runs/forecast-1/model --prefix stack.

Prints one JSON object: cell, sizes, the random input x [T, N, I], and output, h_n (and c_n) that PyTorch computed from
the zero state, each as {"shape", "values"} in row-major order, with the sum of output as "checksum".
"""

import argparse
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file


def stack_module(weights: dict, nonlinearity: str) -> torch.nn.Module:
    """An empty torch.nn module whose cell and sizes are those of the weights."""
    gates_hidden, hidden = weights["weight_hh_l0"].shape
    kind = {4: torch.nn.LSTM, 3: torch.nn.GRU, 1: torch.nn.RNN}[gates_hidden // hidden]
    options = {"nonlinearity": nonlinearity} if kind is torch.nn.RNN else {}
    return kind(
        weights["weight_ih_l0"].shape[1],
        hidden,
        num_layers=sum(name.startswith("weight_ih_l") and not name.endswith("_reverse") for name in weights),
        bias="bias_ih_l0" in weights,
        bidirectional="weight_ih_l0_reverse" in weights,
        **options,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, help="folder with config.json and model.safetensors")
    parser.add_argument("--prefix", default="stack.", help="of the stack's weights (default: stack.)")
    parser.add_argument("--nonlinearity", default="tanh", choices=["tanh", "relu"], help="of an Elman stack")
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    config = json.loads((options.model / "config.json").read_text())
    tensors = load_file(options.model / "model.safetensors")
    weights = {
        name.removeprefix(options.prefix): value for name, value in tensors.items() if name.startswith(options.prefix)
    }
    if "weight_hh_l0" not in weights:
        print(f"{options.model}: no {options.prefix}weight_hh_l0 among {', '.join(tensors)}", file=sys.stderr)
        return 1
    module = stack_module(weights, options.nonlinearity)
    module.load_state_dict(weights)

    torch.manual_seed(options.seed)
    x = torch.randn(options.steps, options.batch, module.input_size)
    with torch.no_grad():
        output, last = module(x)
    results = {"x": x, "output": output} | dict(zip(("h_n", "c_n"), last if isinstance(last, tuple) else (last,)))
    report = {
        "torch": torch.__version__,
        "task": config.get("task"),
        "cell": type(module).__name__,
        "input_size": module.input_size,
        "hidden_size": module.hidden_size,
        "layers": module.num_layers,
        "directions": 2 if module.bidirectional else 1,
        "checksum": output.double().sum().item(),
    }
    for name, value in results.items():
        report[name] = {"shape": list(value.shape), "values": value.flatten().tolist()}
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
