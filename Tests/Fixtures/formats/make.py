"""Writes the golden files of RecurrentFormatsTests with the reference safetensors library.

Made with Python 3.11, safetensors 0.8.0, numpy 2.4.6, torch 2.13.0. Run it in this folder: python make.py
"""

import json

import numpy
import torch
from safetensors.numpy import save_file as save_arrays
from safetensors.torch import save_file as save_tensors


def integers(dtype):
    limits = torch.iinfo(dtype)
    return torch.tensor([limits.min, 0, 1, limits.max], dtype=dtype)


def every_dtype():
    """One tensor of each element type that torch can save, with shapes and names that are easy to get wrong."""
    floats = [[1.5, -2.25, 0.0], [3.4028234663852886e38, 1e-45, -0.0]]
    tensors = {
        "single": torch.tensor(floats, dtype=torch.float32),
        "double": torch.tensor([1 / 3, -1e300, 5e-324], dtype=torch.float64),
        "half": torch.tensor([[65504.0], [-6e-8], [0.333]], dtype=torch.float16),
        "brain": torch.tensor([3.39e38, -1e-38, 1.0], dtype=torch.bfloat16),
        "complex": torch.tensor([1 + 2j], dtype=torch.complex64),
        "truth": torch.tensor([True, False, True]),
        "float8.e5m2": torch.tensor([1.0, -2.0], dtype=torch.float8_e5m2),
        "float8.e4m3": torch.tensor([1.0, -2.0], dtype=torch.float8_e4m3fn),
        "scalar": torch.tensor(7.0),
        "empty": torch.zeros(3, 0, 2),
        'quote " backslash \\ newline \n é 水': torch.tensor([9.0]),
        "": torch.tensor([10.0]),
        "weight_ih_l0": torch.arange(24, dtype=torch.float32).reshape(8, 3),
        "weight_hh_l0": torch.arange(16, dtype=torch.float32).reshape(8, 2) / 16,
    }
    for name in ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]:
        tensors[name] = integers(getattr(torch, name))
    return tensors


def described(tensor):
    """Shape, element type and values, as exact JSON: floats as the double that equals them, bytes for the rest."""
    raw = tensor.contiguous().view(-1).view(torch.uint8).tolist() if tensor.numel() else []
    entry = {"shape": list(tensor.shape), "bytes": raw}
    if tensor.dtype in (torch.float32, torch.float16, torch.bfloat16):
        entry["values"] = tensor.to(torch.float64).flatten().tolist()
    return entry


tensors = every_dtype()
save_tensors(tensors, "dtypes.safetensors", metadata={"format": "pt"})
with open("dtypes.json", "w") as file:
    json.dump({name: described(tensor) for name, tensor in tensors.items()}, file, indent=1, ensure_ascii=False)
    file.write("\n")

save_tensors({}, "nothing.safetensors")
save_tensors({"t": torch.tensor([[1.0, 2.0], [3.0, 4.0]])}, "small.safetensors", metadata={"note": "a\nb"})
save_arrays(
    {"b": numpy.array([1, -2], numpy.int64), "a": numpy.array([0.5], numpy.float32), "c": numpy.array([3], numpy.int8)},
    "mixed.safetensors",
    metadata={"k": "v"},
)
