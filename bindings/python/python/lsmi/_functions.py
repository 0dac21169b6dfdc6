"""Bring your own values, and data with known truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Optional

import numpy as np
from numpy.typing import NDArray

from . import _lsmi

COLUMNS = ("i1", "i2", "i12", "h1", "h2", "r", "u1", "u2", "s")

#: What the numbers of ``kind_mixture`` mean.
KINDS = ("redundant", "unique1", "unique2", "synergistic")


def as_structured(columns: dict[str, NDArray[np.float64]]) -> NDArray[np.void]:
    """A dict of float64 arrays as one structured array with a field for each."""
    length = len(next(iter(columns.values())))
    result = np.empty(length, dtype=[(name, np.float64) for name in columns])
    for name, values in columns.items():
        result[name] = values
    return result


def settings(preset: str = "robust", **settings: Any) -> dict[str, Any]:
    """All settings of a preset by name, with ``settings`` on top; an ``Error`` if a fit could not use them."""
    return _lsmi.configure(preset, settings)


def score_log_probabilities(
    log_p1: Any,
    log_p2: Any,
    log_p12: Any,
    y: Any,
    h1: Any,
    h2: Any,
    log_prior: Optional[Any] = None,
) -> dict[str, NDArray[np.float64]]:
    """All scores from the log-probabilities of your own classifiers and your own surprisals, in nats.

    Parameters
    ----------
    log_p1, log_p2, log_p12 : array of n×C
        log p(y|x1), log p(y|x2), log p(y|x1, x2) of every class.
    y : array of n, or of n×C
        Class numbers from 0, or one-hot rows.
    h1, h2 : array of n
        Surprisals -log p(x1), -log p(x2).
    log_prior : array of C, optional
        log p(y); None: uniform.

    Returns
    -------
    dict of float64 arrays of n
        As ``LSMI.score_samples``.
    """
    i1, i2, i12 = (_lsmi.information(each, y, log_prior) for each in (log_p1, log_p2, log_p12))
    h1, h2 = np.asarray(h1, np.float64), np.asarray(h2, np.float64)
    return {"i1": i1, "i2": i2, "i12": i12, "h1": h1, "h2": h2, **_lsmi.atoms(i1, i2, i12, h1, h2)}


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


def mixed_gaussian(
    samples: int, classes: int = 2, rho: float = 0.5, noise: float = 0.5, seed: int = 42
) -> Dataset:
    """y uniform over C classes, x1 = onehot(y) + noise u, x2 = onehot(y) + noise (rho u + sqrt(1 - rho^2) v), with
    u, v standard normal: mostly redundancy.
    """
    return Dataset(*_lsmi.mixed_gaussian(samples, classes, rho, noise, seed))


def planted_xor(samples: int, dimension: int = 2, amplitude: float = 3.0, seed: int = 42) -> Dataset:
    """One bit each along a random direction in ``dimension`` features of noise, y their exclusive or: synergy alone."""
    return Dataset(*_lsmi.planted_xor(samples, dimension, amplitude, seed))


def circuit(name: str, samples: int, seed: int = 42) -> Dataset:
    """Bits of a logic gate: ``xor``, ``or``, ``and``, ``not_x2``, ``copy`` (a bit each), ``xor_not`` (two bits each).

    The surprisals are of probabilities, not densities.
    """
    return Dataset(*_lsmi.circuit(name, samples, seed))


def kind_mixture(
    samples: int,
    proportions: Sequence[float] = (1.0, 1.0, 1.0, 1.0),
    amplitude: float = 4.0,
    seed: int = 42,
) -> tuple[Dataset, NDArray[np.int64]]:
    """Redundant, unique and synergistic samples in given proportions, three features each, and the kind of each
    sample as a number (``lsmi.KINDS`` names them).
    """
    parts, kinds = _lsmi.kind_mixture(samples, proportions, amplitude, seed)
    return Dataset(*parts), kinds
