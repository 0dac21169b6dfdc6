"""The estimator, in the habits of scikit-learn."""

from __future__ import annotations

import copy
import os
import warnings
from collections.abc import Callable, Sequence
from typing import Any, Optional, Union

from ._fitted import Fitted
from ._lsmi import Knife, Model, Network, check_setting, configure

Progress = Callable[[str, int, int, float, Optional[float]], Optional[bool]]

_NAMED = ("preset", "seed", "progress")


class LSMI(Fitted):
    """Pointwise redundancy, uniqueness and synergy of two modalities about a class, in nats.

    Parameters
    ----------
    preset : {"robust", "paper"}
        Where the settings begin. ``robust`` standardises features, takes the class prior from the training labels,
        chooses densities and classifiers by samples that they did not see, and reads every training sample by such
        models; ``paper`` is the released program.
    seed : int
        The seed of everything random. One seed gives one result, whatever the number of threads.
    progress : callable, optional
        ``progress(component, epoch, epochs, loss, validation_loss)`` after every epoch of each of the five trainings,
        always by the thread that called ``fit``. An exception in it cancels the fit and propagates; so does
        KeyboardInterrupt, with or without a callback. If it returns True, the fit ends with an ``Error`` of kind
        ``cancelled``. The fit ends at the end of the epochs that are running, or of the trainings where a form is
        chosen. The callback is not pickled.
    **settings
        Single settings on top of the preset; ``lsmi.settings("robust")`` lists all. Values are read by ``fit``. What
        is set is not chosen: with ``modes``, ``diagonal`` or ``triangle`` a ``start`` of ``validated`` becomes
        ``mixture``, and with ``hidden`` or ``activation`` ``classifier_form`` becomes ``given``.

    Attributes
    ----------
    classes_ : int64 array of C
        The class numbers 0, ..., C - 1.
    class_counts_ : list of int
        Training samples of each class; empty for imported parameters.
    log_prior_ : float64 array of C
        log p(y), nats.
    frozen_shift_ : float or None
        The shift of the training split, nats; None for imported parameters.
    features_ : (int, int)
        Features of x1 and x2.
    dropped_ : (list of int, list of int)
        Columns of x1 and x2 that were constant in training.
    notes_ : list of str
        What a reader of the results should know about the fit.
    flags_ : list of Flag
        Signs that the results may mislead: ``name``, ``subject``, ``figure``, ``finding``, ``advice``.
    history_ : dict
        ``losses``, ``validation_losses`` (nats) and ``best_epoch`` by name of the training.
    networks_ : (Network, Network, Network)
        The classifiers of x1, of x2, and of both, on preprocessed features.
    densities_ : (Knife, Knife)
        The densities of x1 and x2, on preprocessed features.
    preprocessing_ : (dict, dict)
        What ``preprocess`` does to x1 and x2: it keeps the ``columns``, subtracts ``means``, divides by ``scales`` and
        limits to ±``clip``. Without standardisation means and scales are empty and clip is infinite.
    entropy_offsets_ : (float, float)
        What h1 and h2 have above the surprisals of the preprocessed features, nats: 0, or the sum of log scales where
        the setting ``entropy_units`` is ``input``.
    cross_fitted_ : dict or None
        The training samples as models read them that did not see them.
    config_ : dict
        All settings of the fit.
    dtype_ : {"float32", "float64"}
        The number type of the model: float32 if both modalities were, else float64.

    Notes
    -----
    ``x1`` and ``x2`` are n×d arrays. float32 and float64 with contiguous rows (C order, or a slice of columns or of
    rows of such an array) are read where they are, as is anything that shares such memory by DLPack or the buffer
    protocol. Other types (integers, booleans, half precision) and layouts (Fortran order, reversed, every other
    column) are converted with one copy; so is what differs in type from the other modality or from the model.
    ``y`` holds class numbers from 0 in any integer type, or one-hot rows.

    The interpreter lock is released during the computation; do not write to the arrays from another thread meanwhile.
    A fitted model may score from several threads at once.

    Examples
    --------
    >>> import lsmi
    >>> data = lsmi.mixed_gaussian(500)
    >>> model = lsmi.LSMI(modes=3).fit(data.x1, data.x2, data.y)
    >>> sorted(model.score_samples(data.x1, data.x2, data.y))
    ['h1', 'h2', 'i1', 'i12', 'i2', 'r', 's', 'u1', 'u2']

    Class probabilities of new samples, and surprisals, without targets:

    >>> import numpy as np
    >>> z1, z2 = model.preprocess(data.x1, data.x2)
    >>> probabilities = np.exp(model.networks_[2].log_probabilities(np.hstack([z1, z2])))
    >>> h1 = model.entropy_offsets_[0] - model.densities_[0].log_density(z1)
    """

    def __init__(
        self,
        preset: str = "robust",
        *,
        seed: int = 42,
        progress: Optional[Progress] = None,
        **settings: Any,
    ) -> None:
        for name in settings:
            check_setting(name)
        self.preset = preset
        self.seed = seed
        self.progress = progress
        self._settings = settings
        self._model = None

    # Parameters, as scikit-learn's tools ask for them.

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The arguments of the constructor by name, as they were given."""
        return {"preset": self.preset, "seed": self.seed, "progress": self.progress, **self._settings}

    def set_params(self, **params: Any) -> LSMI:
        """Replaces arguments of the constructor; what is fitted stays until the next ``fit``."""
        for name in params:
            if name not in _NAMED:
                check_setting(name)
        for name, value in params.items():
            if name in _NAMED:
                setattr(self, name, value)
            else:
                self._settings[name] = value
        return self

    def __repr__(self) -> str:
        given = {name: value for name, value in self.get_params().items() if name != "progress"}
        arguments = ", ".join(f"{name}={value!r}" for name, value in given.items())
        fitted = "" if self._model is None else f", fitted: {self._model.classes} classes"
        return f"LSMI({arguments}){fitted}"

    def __sklearn_is_fitted__(self) -> bool:
        return self._model is not None

    def __sklearn_tags__(self) -> Any:
        # Asked for by scikit-learn alone, which is therefore there.
        from sklearn.utils import Tags, TargetTags  # type: ignore[import-untyped, import-not-found, unused-ignore]

        return Tags(estimator_type=None, target_tags=TargetTags(required=True))

    # Fit.

    def fit(self, x1: Any, x2: Any, y: Any) -> LSMI:
        """Fits three classifiers and two densities.

        Parameters
        ----------
        x1, x2 : array of n×d1 and n×d2
            The modalities.
        y : array of n, or of n×C
            Class numbers from 0, or one-hot rows.

        Returns
        -------
        self

        Warns
        -----
        UserWarning
            For each of ``notes_``, and one for all of ``flags_``.

        Raises
        ------
        Error
            Where settings or data are not what they must be, or where a loss leaves the finite numbers.
        """
        settings = {"seed": self.seed, **self._settings}
        self._model = Model.fit(x1, x2, y, self.preset, settings, self.progress)
        for note in self.notes_:
            warnings.warn(note, UserWarning, stacklevel=2)
        found = [f"{flag.name} ({flag.subject}): {flag.finding}" for flag in self.flags_]
        if found:
            text = "\n  ".join(["the results may mislead; flags_ tell what to do", *found])
            warnings.warn(text, UserWarning, stacklevel=2)
        return self

    # The model file.

    def save(self, path: Union[str, os.PathLike[str]]) -> None:
        """Writes the model file, whole or not at all."""
        self._fitted.save(path)

    def to_bytes(self) -> bytes:
        """The bytes of the model file."""
        return self._fitted.to_bytes()

    @classmethod
    def load(cls, path: Union[str, os.PathLike[str]]) -> LSMI:
        """Reads a model file of any language."""
        return cls._of(Model.load(path))

    @classmethod
    def from_bytes(cls, data: Union[bytes, bytearray, memoryview]) -> LSMI:
        """The model of the bytes of a model file, of any object that has the buffer protocol."""
        # The stable ABI of the oldest Python has no buffers.
        return cls._of(Model.from_bytes(data if isinstance(data, bytes) else bytes(memoryview(data))))

    @classmethod
    def from_parameters(cls, classifiers: Sequence[Network], densities: Sequence[Knife]) -> LSMI:
        """A model of parameters that were trained elsewhere, on raw features, as the released program saves them.

        The class prior is uniform and the shift that of the scored samples.

        Parameters
        ----------
        classifiers : three of Network
            p(y|x1), p(y|x2), and p(y|x1, x2) of the concatenated features.
        densities : two of Knife
            p(x1) and p(x2), of the same number type as the classifiers.
        """
        return cls._of(Model.from_parts(list(classifiers), list(densities)))

    @classmethod
    def _of(cls, model: Model) -> LSMI:
        config = model.config()
        base = config if config["preset"] == "imported" else configure(config["preset"], {})
        given = {name: value for name, value in config.items() if value != base[name] and name not in _NAMED}
        result = cls(config["preset"], seed=config["seed"], **given)
        result._model = model
        return result

    # Copies have all arguments of the constructor, and share the fitted model, which nothing changes.

    def __copy__(self) -> LSMI:
        result = type(self).__new__(type(self))
        result.__dict__.update(self.__dict__, _settings=dict(self._settings))
        return result

    def __deepcopy__(self, memo: dict[int, Any]) -> LSMI:
        result = copy.copy(self)
        memo[id(self)] = result
        for name, value in self.__dict__.items():
            if name != "_model":
                result.__dict__[name] = copy.deepcopy(value, memo)
        return result

    def __getstate__(self) -> dict[str, Any]:
        model = None if self._model is None else self._model.to_bytes()
        params = {name: value for name, value in self.get_params().items() if name != "progress"}
        return {"params": params, "model": model}

    def __setstate__(self, state: dict[str, Any]) -> None:
        LSMI.__init__(self, **state["params"])
        self._model = None if state["model"] is None else Model.from_bytes(state["model"])
