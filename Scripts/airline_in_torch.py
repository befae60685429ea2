#!/usr/bin/env python3
"""Computes in PyTorch what a model of `--preset airline-lstm` forecasts, from its weights alone.

    .peers/bin/python Scripts/airline_in_torch.py runs/0001-forecast/model airline.csv

The recurrent stack's tensors load by name into torch.nn.LSTM (`load_state_dict`, strict). Prints the RMSE of the training and the
test part as JSON, to be compared with what `recurrent train forecast --json` reported.
"""
import csv
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file


def main() -> int:
    folder, table = Path(sys.argv[1]), Path(sys.argv[2])
    tensors = load_file(folder / "model.safetensors")
    stack = torch.nn.LSTM(3, 6, num_layers=2)
    stack.load_state_dict({k.removeprefix("stack."): v for k, v in tensors.items() if k.startswith("stack.")})
    head = torch.nn.Linear(6, 1)
    head.load_state_dict({k.removeprefix("head."): v for k, v in tensors.items() if k.startswith("head.")})

    passengers = torch.tensor([float(row[1]) for row in list(csv.reader(table.open()))[1:]])
    low, high = passengers[:115].min(), passengers[:115].max()
    scaled = (passengers - low) / (high - low)
    lags = torch.stack([scaled[3 - lag : len(scaled) - lag] for lag in (1, 2, 3)], dim=1).unsqueeze(1)
    with torch.no_grad():
        forecast = head(stack(lags)[0]).squeeze() * (high - low) + low
    errors = (forecast - passengers[3:]) ** 2
    print(json.dumps({"loaded": len(tensors), "train_rmse": errors[:112].mean().sqrt().item(),
                      "test_rmse": errors[112:].mean().sqrt().item()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
