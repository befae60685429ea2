"""What the fixture scripts share: seeded random values, and one way to store tensors and write the file."""

import platform
import zlib
from pathlib import Path

import numpy as np
import safetensors
import torch
from safetensors.torch import save_file

VERSIONS = {
    "python": platform.python_version(),
    "torch": torch.__version__,
    "numpy": np.__version__,
    "safetensors": safetensors.__version__,
}


class Values:
    """A stream of random values that depends on its name alone, so that a new case leaves the others as they are.

    Every value is exact in float32, and kept in double: what is computed from it is the true result for an input that
    our float32 code can hold.
    """

    def __init__(self, name: str):
        self.generator = np.random.Generator(np.random.PCG64(zlib.crc32(name.encode())))

    def normal(self, *shape: int, scale: float = 1.0) -> torch.Tensor:
        return self.exact(self.generator.standard_normal(shape) * scale)

    def uniform(self, low: float, high: float, *shape: int) -> torch.Tensor:
        return self.exact(self.generator.uniform(low, high, shape))

    def integers(self, low: int, high: int, *shape: int) -> torch.Tensor:
        """Integers of [low, high)."""
        return torch.from_numpy(self.generator.integers(low, high, shape))

    @staticmethod
    def exact(values) -> torch.Tensor:
        return torch.from_numpy(np.asarray(values, dtype=np.float32).astype(np.float64))


class Fixture:
    """Named tensors on their way to a safetensors file: reals as float32, integers as int32."""

    def __init__(self, path: Path, source: str):
        self.path = path
        self.source = source
        self.tensors: dict[str, torch.Tensor] = {}

    def add(self, key: str, tensor: torch.Tensor) -> None:
        assert key not in self.tensors, key
        element = torch.float32 if tensor.is_floating_point() else torch.int32
        assert torch.isfinite(tensor).all(), key
        # A copy: safetensors refuses tensors that share storage.
        self.tensors[key] = tensor.detach().to(element, copy=True).contiguous()

    def write(self) -> None:
        # One metadata entry only: safetensors writes several in an order that changes from run to run.
        versions = ", ".join(f"{name} {version}" for name, version in VERSIONS.items())
        save_file(self.tensors, self.path, metadata={"source": f"{self.source}; {versions}"})
        print(f"{self.path.name}: {len(self.tensors)} tensors, {self.path.stat().st_size} bytes ({versions})")


def tolerance_used(measured: torch.Tensor, truth: torch.Tensor, absolute: float, relative: float) -> float:
    """The worst |measured - truth| as a fraction of absolute + relative |truth|; above 1 is a failure."""
    if truth.numel() == 0:
        return 0.0
    error = (measured.double() - truth.double()).abs()
    return (error / (absolute + relative * truth.double().abs())).max().item()
