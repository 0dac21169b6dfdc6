"""Arrays that the library cannot read as they are: others' arrays without a copy where possible, else one copy.

The extension module comes here only when an argument is no plain NumPy array of the right type and layout. What goes
back is a plain one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from ._errors import make

_TYPES: dict[str, np.dtype[Any]] = {"f32": np.dtype(np.float32), "f64": np.dtype(np.float64)}


def array(name: str, values: Any) -> NDArray[Any]:
    """Anything as a plain array: by DLPack or the buffer protocol without a copy, else as NumPy converts it.

    A masked element is refused: the library would read the number that lies behind the mask.
    """
    if isinstance(values, np.ma.MaskedArray):
        masked = int(np.ma.count_masked(values))
        if masked:
            raise make("type", f"{name}: expected no masked elements, got {masked}", name)
        values = values.data
    if not isinstance(values, (np.ndarray, np.generic)) and hasattr(values, "__dlpack__"):
        try:
            return np.from_dlpack(values)
        except Exception:
            pass
    return np.asarray(values)


def _real(name: str, values: Any) -> NDArray[Any]:
    result = array(name, values)
    if result.dtype.kind not in "fiub":
        raise make("type", f"{name}: expected real numbers, got {result.dtype}", name)
    return result


def _dimensions(name: str, values: NDArray[Any], expected: int) -> None:
    if values.ndim != expected:
        noun = "dimension" if expected == 1 else "dimensions"
        raise make("shape", f"{name}: expected {expected} {noun}, got {values.ndim}", name)


def _float_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """float32 for single and half precision, float64 for all else."""
    return _TYPES["f32"] if dtype.kind == "f" and dtype.itemsize <= 4 else _TYPES["f64"]


def _convert(values: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    # What overflows becomes infinite, and the library says where.
    with np.errstate(over="ignore"):
        return np.require(values, dtype, ["C", "A", "E"])


def _is_readable(values: NDArray[Any]) -> bool:
    """Whether the rows are contiguous and in order: what the library reads as it is."""
    (samples, features), (between, within) = values.shape, values.strides
    size = values.itemsize
    rows = samples <= 1 or (between >= size * features and between % size == 0)
    return rows and (features <= 1 or within == size) and values.flags.aligned


def rows(name: str, values: Any, scalar: Optional[str] = None) -> NDArray[Any]:
    """Samples by features, of type ``scalar`` (``f32``, ``f64``; none: whichever is nearer)."""
    result = _real(name, values)
    _dimensions(name, result, 2)
    dtype = _TYPES[scalar] if scalar else _float_type(result.dtype)
    if result.dtype == dtype and _is_readable(result):
        return result
    return _convert(result, dtype)


def vector(name: str, values: Any, scalar: str) -> NDArray[Any]:
    """A number per sample."""
    result = _real(name, values)
    _dimensions(name, result, 1)
    return _convert(result, _TYPES[scalar])


def _whole(name: str, values: NDArray[Any], kind: str = "class") -> NDArray[np.int64]:
    if values.dtype.kind == "u" and values.size and int(values.max()) > np.iinfo(np.int64).max:
        row = int(np.argmax(values > np.uint64(np.iinfo(np.int64).max)))
        message = f"{name}: row {row}, column 0: expected a number below 2**63, got {int(values.flat[row])}"
        raise make(kind, message, name)
    return np.require(values, np.int64, ["C", "A", "E"])


def categories(name: str, values: Any) -> NDArray[np.int64]:
    """A category number per sample; rows of several become one number each."""
    from ._lsmi import joint_categories

    result = array(name, values)
    if result.size == 0 and result.ndim == 1:
        return np.empty(0, np.int64)
    if result.dtype.kind not in "iub":
        raise make("type", f"{name}: expected whole numbers, got {result.dtype}", name)
    if result.ndim == 2 and result.size:
        joint: NDArray[np.int64] = joint_categories(list(_whole(name, result).T))
        return joint
    _dimensions(name, result, 1)
    return _whole(name, result)


def sample_numbers(name: str, values: Any) -> NDArray[np.int64]:
    """Numbers of samples. A mask, whose elements would be taken for the numbers 0 and 1, is refused."""
    result = array(name, values)
    if result.shape == (0,):
        return np.empty(0, np.int64)
    if result.dtype.kind not in "iu" or result.ndim != 1:
        got = f"{result.ndim} dimensions" if result.dtype.kind in "iu" else result.dtype
        raise make("type", f"{name}: expected a vector of sample numbers, got {got}", name)
    return _whole(name, result, "setting")


def targets(values: Any) -> tuple[NDArray[np.int64], Optional[int]]:
    """Class numbers of integers, of a column of them, or of one-hot rows, and how many columns these have."""
    result = array("y", values)
    if result.size == 0 and result.ndim == 1:
        return np.empty(0, np.int64), None
    if result.ndim == 2 and result.shape[1] > 1 and result.dtype.kind in "fiub":
        return _one_hot(result), result.shape[1]
    if result.dtype.kind not in "iub":
        message = f"y: expected integer class numbers, or one-hot rows, got {result.dtype}"
        raise make("type", message, "y")
    if result.ndim == 2 and result.shape[1] == 1:
        result = result[:, 0]
    if result.ndim != 1:
        message = f"y: expected integer class numbers, or one-hot rows, got shape {list(result.shape)}"
        raise make("shape", message, "y")
    return _whole("y", result), None


def _one_hot(rows: NDArray[Any]) -> NDArray[np.int64]:
    ones = rows == 1
    classes: NDArray[np.int64] = np.require(ones.argmax(axis=1), np.int64, ["E"])
    wrong = rows != 0
    wrong[np.arange(len(rows)), classes] &= ~ones[np.arange(len(rows)), classes]
    bad = wrong.any(axis=1) | ~ones.any(axis=1)
    if bad.any():
        row = int(bad.argmax())
        column = int(wrong[row].argmax())
        got = f"{float(rows[row, column]):g}" if wrong[row].any() else "zeros only"
        place = f"y: row {row}, column {column if wrong[row].any() else 0}"
        raise make("class", f"{place}: expected zeros and a single 1 (one-hot), got {got}", "y")
    return classes


def _common(arrays: Sequence[NDArray[Any]]) -> np.dtype[Any]:
    """float32 if all arrays are in single precision, else float64."""
    single = all(_float_type(each.dtype) == _TYPES["f32"] for each in arrays)
    return _TYPES["f32"] if single else _TYPES["f64"]


def density(means: Any, log_diagonal: Any, triangle: Any, logits: Any) -> tuple[Any, Any, Any, Any]:
    """The parameters of a density in one type: K×d, K×d or 1×d, K·d×d or none, K."""
    means = _real("means", means)
    _dimensions("means", means, 2)
    modes, features = means.shape
    log_diagonal = _real("log_diagonal", log_diagonal)
    if log_diagonal.ndim == 1:
        log_diagonal = log_diagonal[np.newaxis]
    _dimensions("log_diagonal", log_diagonal, 2)
    _columns("log_diagonal", features, log_diagonal.shape[1])
    if len(log_diagonal) not in (1, modes):
        message = f"log_diagonal: expected {modes} modes, got {len(log_diagonal)}"
        raise make("shape", message, "log_diagonal")
    given = [means, log_diagonal]
    if logits is not None:
        logits = _real("logits", logits)
        _dimensions("logits", logits, 1)
        given.append(logits)
    if triangle is not None:
        triangle = _real("triangle", triangle)
        _dimensions("triangle", triangle, 3)
        if triangle.shape != (modes, features, features):
            expected, got = [modes, features, features], list(triangle.shape)
            raise make("shape", f"triangle: expected shape {expected}, got {got}", "triangle")
        given.append(triangle)
        triangle = _convert(triangle, _common(given)).reshape(modes * features, features)
    dtype = _common(given)
    logits = np.zeros(modes, dtype) if logits is None else _convert(logits, dtype)
    return _convert(means, dtype), _convert(log_diagonal, dtype), triangle, logits


def _columns(name: str, expected: int, got: int) -> None:
    if got != expected:
        raise make("shape", f"{name}: expected {expected} features, got {got}", name)


def network(weights: Any, biases: Any) -> tuple[list[tuple[NDArray[Any], NDArray[Any]]], bool]:
    """The layers of a network in one type, and whether that is float32."""
    weights = [_real(f"layer {index} weights", each) for index, each in enumerate(weights)]
    biases = [_real(f"layer {index} biases", each) for index, each in enumerate(biases)]
    if len(weights) != len(biases):
        message = f"biases: expected {len(weights)} layers, got {len(biases)}"
        raise make("shape", message, "biases")
    dtype = _common([*weights, *biases])
    layers = []
    for index, (matrix, vector_) in enumerate(zip(weights, biases)):
        _dimensions(f"layer {index} weights", matrix, 2)
        _dimensions(f"layer {index} biases", vector_, 1)
        layers.append((_convert(matrix, dtype), _convert(vector_, dtype)))
    return layers, dtype == _TYPES["f32"]
