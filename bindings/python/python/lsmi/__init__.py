"""Redundancy, uniqueness and synergy of two modalities about a target, per sample and in nats (LSMI).

>>> import lsmi
>>> data = lsmi.planted_xor(400)
>>> model = lsmi.LSMI().fit(data.x1, data.x2, data.y)
>>> summary = model.score(data.x1, data.x2, data.y)
>>> sorted(summary["adjusted"])
['r', 's', 'u1', 'u2']
"""

from ._dataset import KINDS, Dataset
from ._errors import Error, FileError, NotFittedError
from ._estimator import LSMI
from ._functions import score_log_probabilities, settings
from ._lsmi import (
    Knife,
    LatentMixture,
    Network,
    __version__,
    agreement,
    atoms,
    build_features,
    circuit,
    circuit_support,
    circuits,
    discrete,
    information,
    joint_categories,
    kind_mixture,
    kind_mixture_truth,
    log_sum_exp,
    mean,
    mixed_gaussian,
    mixed_gaussian_truth,
    planted_xor,
    planted_xor_truth,
    shift,
    simd_level,
    simd_levels,
)
from ._trust import (
    ControlLeftOut,
    ControlResult,
    Controls,
    Flag,
    Intervals,
    Null,
    Spread,
    bootstrap,
    controls,
    data_flags,
)

__all__ = [
    "KINDS",
    "LSMI",
    "ControlLeftOut",
    "ControlResult",
    "Controls",
    "Dataset",
    "Error",
    "FileError",
    "Flag",
    "Intervals",
    "Knife",
    "LatentMixture",
    "Network",
    "NotFittedError",
    "Null",
    "Spread",
    "__version__",
    "agreement",
    "atoms",
    "bootstrap",
    "build_features",
    "circuit",
    "circuit_support",
    "circuits",
    "controls",
    "data_flags",
    "discrete",
    "information",
    "joint_categories",
    "kind_mixture",
    "kind_mixture_truth",
    "log_sum_exp",
    "mean",
    "mixed_gaussian",
    "mixed_gaussian_truth",
    "planted_xor",
    "planted_xor_truth",
    "score_log_probabilities",
    "settings",
    "shift",
    "simd_level",
    "simd_levels",
]
