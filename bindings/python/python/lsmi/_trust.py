"""How far estimates can be trusted: flags, intervals, nulls, spread and controls."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Optional

import numpy as np
from numpy.typing import NDArray

from . import _lsmi
from ._arrays import vector
from ._errors import make

#: What intervals, p-values, means and deviations are given of: information, raw atoms, and s − r, which needs no
#: surprisal.
QUANTITIES = ("i1", "i2", "i12", "r", "u1", "u2", "s", "s_minus_r")

_INFORMATION = ("i1", "i2", "i12", "h1", "h2")

Counting = Callable[[int, int], Optional[bool]]
Means = dict[str, NDArray[np.float64]]


class Flag(NamedTuple):
    """A sign that results may mislead."""

    name: str
    """Which sign, such as ``unit_norm``."""
    subject: str
    """What it is about: ``x1``, ``x2``, ``y``, or ``reading`` for the samples as the fit read them."""
    figure: float
    """The number that gave rise to it."""
    finding: str
    """What was found."""
    advice: str
    """What to do about it."""


class Intervals(NamedTuple):
    """Bootstrap intervals of means over samples: what ``bootstrap`` gives."""

    of: dict[str, tuple[float, float]]
    """(low, high) of i1, i2, i12, r, u1, u2, s, s_minus_r, nats; the atoms are raw."""
    shift: tuple[float, float]
    """(low, high) of the shift that adjusts the atoms, nats."""
    level: float
    """The nominal probability that an interval covers the mean over all samples there could be."""
    draws: int
    """Resamples drawn."""
    seed: int
    """Seed of the draws."""

    def as_dict(self) -> dict[str, Any]:
        """As reports have it."""
        pairs = {**self.of, "shift": self.shift}
        ends = {name: {"low": low, "high": high} for name, (low, high) in pairs.items()}
        return {"level": self.level, "draws": self.draws, "seed": self.seed, **ends}


class Null(NamedTuple):
    """The means under labels that were shuffled: what ``LSMI.permutation_null`` gives."""

    p_values: dict[str, float]
    """(b + 1) / (B + 1) by name, with the number b of B permutations whose mean is at least the one observed."""
    means: Means
    """The mean of every permutation by name, nats."""
    permutations: int
    """Permutations, B."""
    seed: int
    """Seed of the permutations and of the fits to them."""

    def as_dict(self) -> dict[str, Any]:
        """As reports have it."""
        return {**self._asdict(), "means": _dicts("means", self.means)}


class Spread(NamedTuple):
    """How far fits with other seeds lie apart: what ``LSMI.spread`` gives."""

    means: Means
    """The mean of every further fit by name, nats."""
    deviation: dict[str, float]
    """The standard deviation of the means of all fits, that of the model among them, nats."""
    sample_deviation: dict[str, float]
    """The same of a sample's values: the root of the mean square over the samples, nats."""
    samples: Means
    """The standard deviation of every sample's values by name, nats; not in reports."""
    repeats: int
    """Further fits."""
    seed: int
    """The seed that their seeds were drawn with."""

    def as_dict(self) -> dict[str, Any]:
        """As reports have it."""
        kept = {name: value for name, value in self._asdict().items() if name != "samples"}
        return {**kept, "means": _dicts("means", self.means)}


class ControlResult(NamedTuple):
    """What a control found."""

    control: str
    """Which: ``duplicated_x1``, ``mapped_x1`` (x1 beside its image under a linear map), ``duplicated_x2``,
    ``mapped_x2``, ``shuffled_labels``, ``shuffled_pairing`` (x2 shuffled within each class), ``first_half``,
    ``second_half``, ``planted_redundancy``, ``planted_synergy``."""
    samples: int
    """Samples."""
    features: tuple[int, int]
    """Features of x1 and x2."""
    planted: Optional[float]
    """The planted mean atom (r or s), nats, where one was planted."""
    found: dict[str, float]
    """Cross-fitted means by name, nats; the atoms are raw."""


class ControlLeftOut(NamedTuple):
    """A control that the data do not allow."""

    control: str
    """Which."""
    reason: str
    """What a fit of its data says."""


class Controls(NamedTuple):
    """What all controls found: what ``controls`` gives."""

    results: list[ControlResult]
    """One after the other; planted synergy among all features, then among fewer and fewer until it is found."""
    synergy_floor: float
    """The largest |s| of controls that hold no synergy, nats: what is below it is noise."""
    trusted_features: int
    """The most features of each modality among which the planted synergy was found; 0: among none."""
    seed: int
    """Seed of what was made and of the fits."""
    left_out: list[ControlLeftOut] = []
    """Controls that the data do not allow."""

    def as_dict(self) -> dict[str, Any]:
        """As reports have it."""
        parts = {name: [each._asdict() for each in getattr(self, name)] for name in ("results", "left_out")}
        return {**self._asdict(), **parts}


def rows(name: str, columns: Any) -> list[list[float]]:
    """The numbers of means by name, a row for each permutation or fit."""
    if not isinstance(columns, Mapping) or any(quantity not in columns for quantity in QUANTITIES):
        raise make("type", f"{name}: expected arrays {', '.join(QUANTITIES)} by name", name)
    read = [vector(f"{name}[{quantity!r}]", columns[quantity], "f64") for quantity in QUANTITIES]
    for quantity, values in zip(QUANTITIES, read):
        field = f"{name}[{quantity!r}]"
        if len(values) != len(read[0]):
            raise make("shape", f"{field}: expected {len(read[0])} elements, got {len(values)}", field)
        if not np.isfinite(values).all():
            row = int(np.argmin(np.isfinite(values)))
            message = f"{field}: row {row}, column 0: expected a finite number, got {values[row]}"
            raise make("not_finite", message, field)
    listed: list[list[float]] = np.stack(read, axis=1).tolist()
    return listed


def _dicts(name: str, columns: Means) -> list[dict[str, float]]:
    return [dict(zip(QUANTITIES, row)) for row in rows(name, columns)]


def as_json(name: str, kind: type[Any], result: Any) -> Optional[str]:
    """A result as reports have it; ``name`` is what errors call it."""
    if result is None:
        return None
    if not isinstance(result, kind):
        expected = "a number of draws, or Intervals" if kind is Intervals else kind.__name__
        raise make("type", f"{name}: expected {expected}, got {type(result).__name__}", name)
    return json.dumps(result.as_dict())


def bootstrap(information: Any, draws: int = 1000, level: float = 0.95, seed: int = 42) -> Intervals:
    """Percentile intervals (Efron, 1979) of the means of information and raw atoms, and of the shift.

    The samples are drawn anew with replacement: intervals tell how means move with the samples at hand, whose scores
    are taken as they are. What other samples would have taught the models is not in them; see ``LSMI.intervals``. Of
    samples that the models were fitted to they flatter: give ``cross_fitted_``.

    Parameters
    ----------
    information : dict or structured array
        ``i1``, ``i2``, ``i12``, ``h1``, ``h2`` of n samples, as ``LSMI.cross_fitted_``, ``LSMI.score_samples``,
        ``discrete`` and ``Dataset.truth`` have them.
    draws : int
        Resamples, 1 to 1,000,000.
    level : float
        The nominal probability that an interval covers, above 0 and below 1.
    seed : int
        Seed of the draws.

    Raises
    ------
    Error
        Where an argument is out of range, or the arrays are empty, of different lengths, or not finite.

    Examples
    --------
    >>> import lsmi
    >>> data = lsmi.mixed_gaussian(500, seed=1)
    >>> low, high = lsmi.bootstrap(data.truth).of["i12"]
    >>> bool(low < lsmi.mean(data.truth["i12"]) < high)
    True
    """
    try:
        columns = tuple(information[name] for name in _INFORMATION)
    except (TypeError, KeyError, ValueError, IndexError):
        message = f"information: expected arrays {', '.join(_INFORMATION)} by name"
        raise make("type", message, "information") from None
    of, shift = _lsmi.bootstrap(columns, draws, level, seed)
    return Intervals(of, shift, float(level), int(draws), int(seed))


def controls(
    x1: Any,
    x2: Any,
    y: Any,
    preset: str = "robust",
    *,
    seed: int = 42,
    progress: Optional[Counting] = None,
    **settings: Any,
) -> Controls:
    """Fits data made from these samples, so that what they hold is known.

    Duplicated and mapped modalities, shuffled labels and pairs, halves, and planted redundancy and synergy, at the same
    number of samples and among the same features: they say what the method would find if it were there, below what a
    synergy is noise, and among how many features one can be found. Some twelve fits.

    Parameters
    ----------
    x1, x2, y : array
        As in ``LSMI.fit``.
    preset, seed, **settings
        As of ``LSMI``.
    progress : callable, optional
        ``progress(done, fits)``, again and again, by the calling thread; it cancels as that of ``LSMI`` does.

    Raises
    ------
    Error
        For settings without folds, and as ``LSMI.fit``.

    Examples
    --------
    >>> import lsmi
    >>> data = lsmi.planted_xor(200)
    >>> found = lsmi.controls(data.x1, data.x2, data.y, modes=2, hidden=(8,), density_epochs=5)
    >>> [result.control for result in found.results if result.planted is not None]  # doctest: +ELLIPSIS
    ['planted_redundancy', 'planted_synergy'...]
    """
    found = json.loads(_lsmi.controls(x1, x2, y, preset, {"seed": seed, **settings}, progress))
    for each in found["results"]:
        each["features"] = tuple(each["features"])
    found["results"] = [ControlResult(**each) for each in found["results"]]
    found["left_out"] = [ControlLeftOut(**each) for each in found.get("left_out", [])]
    return Controls(**found)


def data_flags(x1: Any, x2: Any, y: Any) -> list[Flag]:
    """What two modalities and classes, before any fit, give reason to doubt.

    Parameters
    ----------
    x1, x2, y : array
        As in ``LSMI.fit``.

    Returns
    -------
    list of Flag
        Of the names ``constant_features``, ``near_constant_features``, ``far_values``, ``duplicated_features``,
        ``rank_deficient``, ``shared_features``, ``different_scales``, ``unit_norm``, ``few_samples``, ``one_class``,
        ``small_classes``, ``empty_classes``.

    Examples
    --------
    >>> import lsmi, numpy as np
    >>> x = np.random.default_rng(0).normal(size=(100, 3))
    >>> unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    >>> [(flag.name, flag.subject, flag.finding) for flag in lsmi.data_flags(unit, x, np.arange(100) % 2)]
    [('unit_norm', 'x1', 'all samples have the norm 1.0000: they lie on a sphere')]
    """
    return [Flag(*fields) for fields in _lsmi.data_flags(x1, x2, y)]
