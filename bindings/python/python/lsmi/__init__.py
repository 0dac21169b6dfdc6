"""Redundancy, uniqueness and synergy of two modalities about a target, per sample and in nats (LSMI).

>>> import lsmi
>>> data = lsmi.planted_xor(400)
>>> model = lsmi.LSMI().fit(data.x1, data.x2, data.y)
>>> summary = model.score(data.x1, data.x2, data.y)
>>> sorted(summary["adjusted"])
['r', 's', 'u1', 'u2']
"""

from ._errors import Error, FileError, NotFittedError
from ._estimator import LSMI
from ._functions import (
    KINDS,
    Dataset,
    circuit,
    kind_mixture,
    mixed_gaussian,
    planted_xor,
    score_log_probabilities,
    settings,
)
from ._lsmi import (
    Knife,
    Network,
    __version__,
    agreement,
    atoms,
    circuits,
    discrete,
    information,
    joint_categories,
    log_sum_exp,
    mean,
    shift,
)

__all__ = [
    "KINDS",
    "LSMI",
    "Dataset",
    "Error",
    "FileError",
    "Knife",
    "Network",
    "NotFittedError",
    "__version__",
    "agreement",
    "atoms",
    "circuit",
    "circuits",
    "discrete",
    "information",
    "joint_categories",
    "kind_mixture",
    "log_sum_exp",
    "mean",
    "mixed_gaussian",
    "planted_xor",
    "score_log_probabilities",
    "settings",
    "shift",
]
