"""The exceptions of the package."""

from __future__ import annotations

from typing import Optional

__all__ = ["Error", "FileError", "NotFittedError", "make"]


class Error(ValueError):
    """What went wrong, where, what was expected and what was found, in one line.

    ``kind`` says what sort of error it is: ``shape``, ``empty``, ``not_finite``, ``class``, ``unseen_class``,
    ``one_class``, ``too_few_samples``, ``setting``, ``diverged``, ``cancelled``, ``format``, ``version``, ``io``,
    ``type`` or ``not_fitted``. ``field`` names the argument, array, file or setting at fault, where there is one.
    """

    kind: str = "other"
    field: Optional[str] = None


class FileError(Error, OSError):
    """The operating system refused to read or write a file; ``kind`` is ``io``."""


class NotFittedError(Error, AttributeError):
    """The model has not been fitted; ``kind`` is ``not_fitted``."""


def make(kind: str, message: str, field: Optional[str] = None) -> Error:
    """The exception for an error of that kind."""
    classes: dict[str, type[Error]] = {"io": FileError, "not_fitted": NotFittedError}
    error = classes.get(kind, Error)(message)
    error.kind = kind
    error.field = field
    return error
