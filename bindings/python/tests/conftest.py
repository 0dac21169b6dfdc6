"""Shared data: reference values of the library, and one fitted model."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import lsmi
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "tests" / "data"

_TYPES = {"F64": np.float64, "F32": np.float32, "I64": np.int64}


def read_safetensors(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The arrays and the metadata of a safetensors file."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    arrays = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        values = np.frombuffer(content[begin:end], _TYPES[entry["dtype"]])
        arrays[name] = values.reshape(entry["shape"])
    return arrays, metadata


def error_of(call) -> lsmi.Error:
    """The error that a call raises."""
    with pytest.raises(lsmi.Error) as caught:
        call()
    return caught.value


@pytest.fixture(scope="session")
def data() -> lsmi.Dataset:
    return lsmi.mixed_gaussian(400, classes=3, seed=7)


@pytest.fixture(scope="session")
def model(data) -> lsmi.LSMI:
    return quick().fit(data.x1, data.x2, data.y)


def quick(**settings) -> lsmi.LSMI:
    """A small model that fits in a fraction of a second."""
    small = {"modes": 2, "hidden": (8,), "density_epochs": 5, "classifier_epochs": 5}
    return lsmi.LSMI(**{**small, **settings})
