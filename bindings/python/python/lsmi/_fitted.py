"""What a fitted estimator tells: of its model, of samples, and how far to trust it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Optional, Union

import numpy as np
from numpy.typing import NDArray

from . import _lsmi
from ._errors import make
from ._functions import COLUMNS, as_structured
from ._lsmi import Knife, Model, Network
from ._trust import Controls, Counting, Flag, Intervals, Means, Null, Spread, as_json, rows

Split = Union[Sequence[Any], dict[str, Any]]
NullProgress = Callable[[int, int, Means], Optional[bool]]


def _split(name: str, split: Any) -> Union[str, tuple[Any, ...]]:
    """x1, x2 and y, or a summary as JSON."""
    if isinstance(split, (tuple, list)) and len(split) == 3:
        return tuple(split)
    if not isinstance(split, dict):
        message = f"{name}: expected a tuple of x1, x2 and y, or a summary, got {type(split).__name__}"
        raise make("type", message, name)
    try:
        return json.dumps(split)
    except (TypeError, ValueError) as error:
        raise make("format", f"{name}: expected a summary as score gives it, got {error}", name) from None


class Fitted:
    """A model, once there is one, and what it answers."""

    _model: Optional[Model]

    @property
    def _fitted(self) -> Model:
        if self._model is None:
            raise make("not_fitted", "this LSMI is not fitted yet: call fit first")
        return self._model

    @property
    def classes_(self) -> NDArray[np.int64]:
        """The class numbers 0, ..., C - 1."""
        return np.arange(self._fitted.classes, dtype=np.int64)

    @property
    def class_counts_(self) -> list[int]:
        """Training samples of each class; empty for imported parameters."""
        return self._fitted.class_counts

    @property
    def log_prior_(self) -> NDArray[np.float64]:
        """log p(y) of every class, nats."""
        return self._fitted.log_prior

    @property
    def frozen_shift_(self) -> Optional[float]:
        """The shift of the training split, nats; None for imported parameters."""
        return self._fitted.frozen_shift

    @property
    def features_(self) -> tuple[int, int]:
        """Features of x1 and x2."""
        return self._fitted.features

    @property
    def dropped_(self) -> tuple[list[int], list[int]]:
        """Columns of x1 and x2 that were constant in training."""
        return self._fitted.dropped

    @property
    def notes_(self) -> list[str]:
        """What a reader of the results should know about the fit, a sentence each."""
        return self._fitted.notes

    @property
    def flags_(self) -> list[Flag]:
        """Signs that the results may mislead, with what to do about each."""
        return [Flag(*fields) for fields in _lsmi.flags(self._fitted)]

    @property
    def history_(self) -> dict[str, dict[str, Any]]:
        """``losses``, ``validation_losses`` (nats) and ``best_epoch`` by name of the training."""
        return self._fitted.history()

    @property
    def config_(self) -> dict[str, Any]:
        """All settings of the fit."""
        return self._fitted.config()

    @property
    def dtype_(self) -> str:
        """``float32`` or ``float64``."""
        return self._fitted.dtype

    # Its parts.

    def preprocess(self, x1: Any = None, x2: Any = None) -> tuple[Any, Any]:
        """The features as ``networks_`` and ``densities_`` take them.

        Parameters
        ----------
        x1, x2 : array of n×d1 and n×d2, optional
            The modalities, or one of them.

        Returns
        -------
        tuple of two
            Arrays of the model's number type, samples by kept columns; None for a modality that was not given. The
            classifier of both takes the two side by side (``np.hstack``).
        """
        z1 = None if x1 is None else self._fitted.preprocess(0, x1)
        z2 = None if x2 is None else self._fitted.preprocess(1, x2)
        return z1, z2

    @property
    def cross_fitted_(self) -> Optional[dict[str, Any]]:
        """The training samples as models read them that did not see them: fits to the other folds, with the same
        settings. None without ``folds`` and for imported parameters.

        ``y`` and the columns of ``score_samples`` (raw atoms), and ``summary``, as ``score`` gives it. ``score`` of
        training samples reads them by the model that was fitted to them, which flatters it.
        """
        known = self._fitted.cross_fitted()
        if known is None:
            return None
        y, columns, report = known
        return {"y": y, **dict(zip(COLUMNS, columns)), "summary": json.loads(report)["splits"]["train"]}

    @property
    def networks_(self) -> tuple[Network, ...]:
        """The classifiers of x1, of x2, and of both, on preprocessed features; copies."""
        return tuple(self._fitted.networks())

    @property
    def densities_(self) -> tuple[Knife, ...]:
        """The densities of x1 and x2, on preprocessed features; copies."""
        return tuple(self._fitted.densities())

    @property
    def preprocessing_(self) -> tuple[dict[str, Any], ...]:
        """``columns``, ``means``, ``scales`` and ``clip`` of x1 and x2."""
        return tuple(self._fitted.preprocessing())

    @property
    def entropy_offsets_(self) -> tuple[float, float]:
        """What h1 and h2 have above the surprisals of the preprocessed features, nats."""
        return self._fitted.entropy_offsets

    # What it says of samples.

    def score_samples(
        self, x1: Any, x2: Any, y: Any, shift: Optional[str] = None, output: str = "dict"
    ) -> Union[dict[str, NDArray[np.float64]], NDArray[np.void]]:
        """Information, surprisals and atoms of every sample, in nats.

        Parameters
        ----------
        x1, x2, y : array
            As in ``fit``.
        shift : {None, "none", "frozen", "batch"}
            None leaves the atoms as they are; ``frozen`` adds the shift of the training split, ``batch`` that of
            these samples.
        output : {"dict", "structured"}
            A dict of float64 arrays of length n, or one structured array.

        Returns
        -------
        dict or structured array
            ``i1``, ``i2``, ``i12`` (information about y), ``h1``, ``h2`` (surprisals), ``r``, ``u1``, ``u2``, ``s``
            (redundancy, uniqueness, synergy).
        """
        if output not in ("dict", "structured"):
            raise make("setting", f"output: expected one of dict, structured, got {output!r}", "output")
        columns = self._fitted.score_samples(x1, x2, y, shift)
        scores = dict(zip(COLUMNS, columns))
        return scores if output == "dict" else as_structured(scores)

    def score(self, x1: Any, x2: Any, y: Any, shift: Optional[str] = None) -> dict[str, Any]:
        """The summary of the samples, as in the JSON of the command ``lsmi``.

        Parameters
        ----------
        x1, x2, y : array
            As in ``fit``.
        shift : {None, "none", "frozen", "batch"}
            The rule of the shift; None: that of the fit.

        Returns
        -------
        dict
            ``n``; means ``i1``, ``i2``, ``i12``, ``h1``, ``h2`` (nats); the atoms ``raw`` and ``adjusted`` (``r``,
            ``u1``, ``u2``, ``s``) with the ``shift`` between them; ``s_minus_r``, which needs no surprisal;
            ``accuracy`` and ``log_loss`` of the classifiers ``x1``, ``x2``, ``joint``; ``clipped``; ``reading``:
            ``new``, or ``in-sample`` if the model was fitted to some of the samples (``seen``), which flatters it. A
            mean that overflows is None, as JSON has it.
        """
        splits: dict[str, dict[str, Any]] = self.report(shift, all=(x1, x2, y))["splits"]
        return splits["all"]

    def report(
        self,
        shift: Optional[str] = None,
        *,
        details: bool = False,
        intervals: Union[int, Intervals, None] = None,
        null: Optional[Null] = None,
        spread: Optional[Spread] = None,
        controls: Optional[Controls] = None,
        **splits: Split,
    ) -> dict[str, Any]:
        """The report of the command ``lsmi`` on splits: ``report(train=(x1, x2, y), val=(x1, x2, y))``.

        Parameters
        ----------
        shift : {None, "none", "frozen", "batch"}
            The rule of the shift; None: that of the fit.
        details : bool
            Whether to tell of classes, samples, extremes, calibration and histories.
        intervals : int or Intervals, optional
            The draws of the method ``intervals``, or what it or ``lsmi.bootstrap`` gave.
        null, spread, controls : optional
            What ``permutation_null``, ``spread`` and ``lsmi.controls`` gave.
        **splits : tuple of x1, x2 and y, or dict
            The splits by name. A dict is a summary, of ``score`` or of ``cross_fitted_``, which is taken as it is.

        Returns
        -------
        dict
            ``splits`` (by name, each as ``score`` gives it), ``seed``, ``preset``, ``version``, ``entropy_units``,
            ``shift_rule``, ``reading`` (of the split ``train``), ``notes``, ``flags``; and what was asked for of
            ``intervals``, ``null``, ``spread``, ``controls``, ``details``.

        Examples
        --------
        >>> import lsmi
        >>> data = lsmi.mixed_gaussian(500)
        >>> model = lsmi.LSMI(modes=3, classifier_form="given").fit(data.x1, data.x2, data.y)
        >>> report = model.report(train=model.cross_fitted_["summary"], intervals=1000, details=True)
        >>> report["reading"], sorted(report["intervals"]["i12"])
        ('cross-fitted', ['high', 'low'])
        """
        parts = {"intervals": intervals, "null": null, "spread": spread, "controls": controls}
        everything: dict[str, Any] = {"details": details, **parts, **splits}
        report: dict[str, Any] = json.loads(self.report_json(shift, **everything))
        return report

    def report_json(
        self,
        shift: Optional[str] = None,
        *,
        details: bool = False,
        intervals: Union[int, Intervals, None] = None,
        null: Optional[Null] = None,
        spread: Optional[Spread] = None,
        controls: Optional[Controls] = None,
        **splits: Split,
    ) -> str:
        """The ``report`` as JSON, the same text in every language."""
        if not isinstance(details, bool):
            raise make("type", f"details: expected True or False, got {type(details).__name__}", "details")
        listed = [(name, _split(name, split)) for name, split in splits.items()]
        if isinstance(intervals, (int, np.integer)) and not isinstance(intervals, bool):
            intervals = self.intervals(int(intervals))
        parts = [
            as_json("intervals", Intervals, intervals),
            as_json("null", Null, null),
            as_json("spread", Spread, spread),
            as_json("controls", Controls, controls),
        ]
        return _lsmi.report(self._fitted, listed, shift, details, parts)

    # How far to trust that.

    def _unseen(self) -> dict[str, Any]:
        unseen = self.cross_fitted_
        if unseen is None:
            raise make("setting", "folds: expected a model fitted with folds, got 0", "folds")
        return unseen

    def intervals(self, draws: int = 1000, level: float = 0.95, seed: Optional[int] = None) -> Intervals:
        """The intervals of ``lsmi.bootstrap`` for ``cross_fitted_``, with the chance of the models in them.

        Those of the atoms are as much wider, or narrower, as resamples showed to which the densities were fitted anew,
        and to which classifiers answered to first order. What another choice of forms would have given is not in them.

        Parameters
        ----------
        draws : int
            Resamples, 1 to 1,000,000.
        level : float
            The nominal probability that an interval covers, above 0 and below 1.
        seed : int, optional
            Seed of the draws; None: that of the fit.

        Examples
        --------
        >>> import lsmi
        >>> data = lsmi.mixed_gaussian(500)
        >>> model = lsmi.LSMI(modes=3, classifier_form="given").fit(data.x1, data.x2, data.y)
        >>> low, high = model.intervals(300).of["i12"]
        >>> bool(low < model.cross_fitted_["summary"]["i12"] < high)
        True
        """
        seed = self.config_["seed"] if seed is None else seed
        of, shift = _lsmi.intervals(self._fitted, draws, level, seed)
        return Intervals(of, shift, float(level), int(draws), int(seed))

    def permutation_null(
        self,
        x1: Any,
        x2: Any,
        permutations: int = 200,
        seed: Optional[int] = None,
        begun: Optional[Means] = None,
        progress: Optional[NullProgress] = None,
    ) -> Null:
        """The null of labels that tell nothing (Phipson and Smyth, 2010).

        The labels are shuffled among the training samples, and the classifiers are chosen and fitted anew each time,
        with the settings of the fit, each sample being read by classifiers that did not see it; the densities, which
        know no labels, stay. Compared with ``cross_fitted_``.

        Parameters
        ----------
        x1, x2 : array
            The training samples, in their order.
        permutations : int
            1 to 100,000. Each takes as long as the classifiers of the fit.
        seed : int, optional
            Seed of the permutations; None: that of the fit.
        begun : dict of arrays, optional
            The means of the first permutations, which are not done again: those of an earlier null, or those that
            ``progress`` was told, with the same model and seed.
        progress : callable, optional
            ``progress(done, permutations, means)``, again and again, by the calling thread; ``means`` are those of the
            permutations that are done, by name. It cancels as that of ``LSMI`` does.

        Raises
        ------
        Error
            For a number out of range, a model without folds, other samples than those of the fit, and as ``fit``.

        Examples
        --------
        >>> import lsmi
        >>> data = lsmi.planted_xor(200)
        >>> model = lsmi.LSMI(modes=2, hidden=(8,), density_epochs=5, classifier_epochs=5)
        >>> null = model.fit(data.x1, data.x2, data.y).permutation_null(data.x1, data.x2, permutations=3)
        >>> more = model.permutation_null(data.x1, data.x2, permutations=4, begun=null.means)
        >>> bool((more.means["s"][:3] == null.means["s"]).all()), more.permutations
        (True, 4)
        """
        seed = self.config_["seed"] if seed is None else seed
        done = [] if begun is None else rows("begun", begun)
        p_values, means = _lsmi.permutation_null(self._fitted, (x1, x2), permutations, seed, done, progress)
        return Null(p_values, means, int(permutations), int(seed))

    def spread(
        self,
        x1: Any,
        x2: Any,
        repeats: int = 5,
        seed: Optional[int] = None,
        progress: Optional[Counting] = None,
    ) -> Spread:
        """What differs when nothing but chance does.

        Fits the training samples again with other seeds, so that folds, starts and batches differ, and compares the
        cross-fitted readings.

        Parameters
        ----------
        x1, x2 : array
            The training samples, in their order.
        repeats : int
            Further fits, 1 to 1000. Each takes as long as the fit.
        seed : int, optional
            The seed that their seeds are drawn with; None: that of the fit.
        progress : callable, optional
            ``progress(done, repeats)``, again and again, by the calling thread. It cancels as that of ``LSMI`` does.

        Raises
        ------
        Error
            For a number out of range, a model without folds, other samples than those of the fit, and as ``fit``.

        Examples
        --------
        >>> import lsmi
        >>> data = lsmi.planted_xor(200)
        >>> model = lsmi.LSMI(modes=2, hidden=(8,), density_epochs=5, classifier_epochs=5)
        >>> spread = model.fit(data.x1, data.x2, data.y).spread(data.x1, data.x2, repeats=2)
        >>> len(spread.means["s"]), len(spread.samples["s"]), spread.deviation["s"] < spread.sample_deviation["s"]
        (2, 200, True)
        """
        seed = self.config_["seed"] if seed is None else seed
        found = _lsmi.spread(self._fitted, (x1, x2), repeats, seed, progress)
        return Spread(*found, int(repeats), int(seed))
