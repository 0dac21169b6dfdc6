"""Samples with known truth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: What the numbers of ``kind_mixture`` mean.
KINDS = ("redundant", "unique1", "unique2", "synergistic")


class Dataset(NamedTuple):
    """Samples whose exact pointwise information is known."""

    x1: NDArray[np.float64]
    """First modality, n×d1."""
    x2: NDArray[np.float64]
    """Second modality, n×d2."""
    y: NDArray[np.int64]
    """Class numbers from 0, n."""
    classes: int
    """Number of classes, C."""
    truth: dict[str, NDArray[np.float64]]
    """Exact i1, i2, i12, h1, h2, r, u1, u2, s of every sample, nats."""
