"""Settings, and scores of your own models."""

from __future__ import annotations

from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from . import _lsmi
from ._arrays import array

COLUMNS = ("i1", "i2", "i12", "h1", "h2", "r", "u1", "u2", "s")


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
    h1, h2 = (np.asarray(array(name, each), np.float64) for name, each in (("h1", h1), ("h2", h2)))
    return {"i1": i1, "i2": i2, "i12": i12, "h1": h1, "h2": h2, **_lsmi.atoms(i1, i2, i12, h1, h2)}
