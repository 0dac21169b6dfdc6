"""What is read in place, and what is converted."""

from __future__ import annotations

import array
import tracemalloc

import lsmi
import numpy as np
import pytest
from conftest import error_of
from lsmi import _lsmi


def place(x):
    """Address, samples, features and stride of what the library reads."""
    return _lsmi.place("x", x)


def is_shared(x, owner=None):
    return place(x)[0] == (x if owner is None else owner).ctypes.data


class OnlyDLPack:
    """Shares its memory by DLPack and nothing else, like a tensor of another library."""

    def __init__(self, values):
        self.values = values

    def __dlpack__(self, **arguments):
        return self.values.__dlpack__(**arguments)

    def __dlpack_device__(self):
        return self.values.__dlpack_device__()


@pytest.fixture(params=[np.float32, np.float64], ids=["single", "double"])
def x(request):
    return np.random.default_rng(0).normal(size=(12, 6)).astype(request.param)


def test_contiguous_rows_are_read_in_place(x):
    assert place(x) == (x.ctypes.data, 12, 6, 6)
    assert place(x[:, 1:4]) == (x[:, 1:4].ctypes.data, 12, 3, 6)
    assert place(x[2:9:3]) == (x[2:].ctypes.data, 3, 6, 18)
    assert place(x[:, 2:3]) == (x[:, 2:].ctypes.data, 12, 1, 6)
    assert place(x[:1, :4]) == (x.ctypes.data, 1, 4, 4)
    assert place(x[:, ::2][:, :1]) == (x.ctypes.data, 12, 1, 6)
    read_only = x.copy()
    read_only.flags.writeable = False
    assert is_shared(read_only)
    assert is_shared(x.view(type("Sub", (np.ndarray,), {})), x)


def test_other_layouts_are_converted_and_give_the_same(x):
    density = lsmi.Knife(np.zeros((1, 6), x.dtype), np.zeros((1, 6), x.dtype))
    expected = density.log_density(x)
    fortran, reverse = np.asfortranarray(x), x[::-1]
    packed = np.zeros(12, dtype=[("skip", np.uint8), ("x", x.dtype, 6)])
    packed["x"] = x
    swapped = x.astype(x.dtype.newbyteorder())
    wide = np.repeat(x, 2, axis=1)[:, ::2]
    for other in (fortran, packed["x"], swapped, wide):
        assert not is_shared(other)
        np.testing.assert_array_equal(density.log_density(other), expected)
    np.testing.assert_array_equal(density.log_density(reverse), expected[::-1])
    same = np.broadcast_to(x[0], (4, 6))
    np.testing.assert_array_equal(density.log_density(same), np.repeat(expected[:1], 4))


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_subclasses_are_their_memory(x, tmp_path):
    x.tofile(tmp_path / "x")
    mapped = np.memmap(tmp_path / "x", x.dtype, "r", shape=x.shape)
    other = np.float64 if x.dtype == np.float32 else np.float32
    whole = np.ma.masked_array(x, np.zeros(x.shape, bool))
    for dtype in (x.dtype, other):
        density = lsmi.Knife(np.zeros((1, 6), dtype), np.zeros((1, 6), dtype))
        half = lsmi.Knife(np.zeros((1, 3), dtype), np.zeros((1, 3), dtype))
        for same in (mapped, np.asmatrix(x), whole):
            np.testing.assert_array_equal(density.log_density(same), density.log_density(x))
            np.testing.assert_array_equal(half.log_density(same[:, ::2]), half.log_density(x[:, ::2]))
    assert is_shared(mapped)
    assert is_shared(whole, x)


def test_masked_elements_are_refused(model, data, x):
    density = lsmi.Knife(np.zeros((1, 6), x.dtype), np.zeros((1, 6), x.dtype))
    for order in ("C", "F"):
        error = error_of(lambda order=order: density.log_density(np.ma.masked_greater(x.copy(order), x[3, 1])))
        assert (error.kind, error.field) == ("type", "x")
        assert str(error) == f"x: expected no masked elements, got {int((x > x[3, 1]).sum())}"
    y = np.ma.masked_equal(data.y, data.y[0])
    got = int((data.y == data.y[0]).sum())
    for targets in (y, y[:, np.newaxis], y.astype(np.int8)):
        error = error_of(lambda targets=targets: model.score(data.x1, data.x2, targets))
        assert str(error) == f"y: expected no masked elements, got {got}"


def test_a_gap_is_never_read(x):
    padded = np.full((12, 9), np.nan, x.dtype)
    padded[:, 2:8] = x
    density = lsmi.Knife(np.zeros((1, 6), x.dtype), np.zeros((1, 6), x.dtype))
    np.testing.assert_array_equal(density.log_density(padded[:, 2:8]), density.log_density(x))


def test_dlpack_and_buffers_are_shared(x):
    assert is_shared(OnlyDLPack(x), x)
    assert place(OnlyDLPack(x[:, 1:4]))[1:] == (12, 3, 6)
    assert is_shared(memoryview(x), x)
    numbers = array.array("d", range(6))
    view = memoryview(numbers).cast("B").cast("d", (2, 3))
    assert place(view) == (numbers.buffer_info()[0], 2, 3, 3)


def test_other_types_become_floats():
    whole = np.arange(12).reshape(4, 3)
    double = lsmi.Knife(np.zeros((1, 3)), np.zeros((1, 3)))
    expected = double.log_density(whole.astype(float))
    for other in (whole, whole.astype(np.uint8), whole.tolist(), whole.astype(np.float16), OnlyDLPack(whole)):
        np.testing.assert_array_equal(double.log_density(other), expected)
    assert lsmi.Knife.fit(whole > 4, epochs=1, modes=1).dtype == "float64"
    assert lsmi.Knife.fit(whole.astype(np.float16), epochs=1, modes=1).dtype == "float32"
    for wrong, got in [([["a", "b"]], "<U1"), (whole * 1j, "complex128"), (whole.astype(object), "object")]:
        error = error_of(lambda wrong=wrong: double.log_density(wrong))
        assert (error.kind, error.field) == ("type", "x")
        assert str(error) == f"x: expected real numbers, got {got}"


def test_what_single_precision_cannot_hold_is_refused():
    x = np.array([[1.0], [1e300]])
    single = lsmi.Knife.fit(x[:1].astype(np.float32), epochs=1, modes=1)
    assert single.log_density(x)[1] == -np.inf
    data = lsmi.mixed_gaussian(60)
    x1, x2 = data.x1.astype(np.float32), data.x2.astype(np.float32)
    model = lsmi.LSMI(density_epochs=1, classifier_epochs=1).fit(x1, x2, data.y)
    data.x1[3, 1] = 1e300
    error = error_of(lambda: model.score_samples(data.x1, data.x2, data.y))
    assert str(error) == "x1: row 3, column 1: expected a finite number, got inf"


def test_nothing_is_copied():
    x = np.zeros((200_000, 16), np.float32)
    padded = np.zeros((200_000, 20), np.float32)[:, 2:18]
    density = lsmi.Knife(np.zeros((1, 16), np.float32), np.zeros((1, 16), np.float32))

    def peak(x):
        tracemalloc.start()
        density.log_density(x)
        result = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return result

    # The result is the library's own memory; NumPy's part would show here.
    assert peak(x) < 100_000
    assert peak(padded) < 100_000
    assert peak(OnlyDLPack(x)) < 100_000
    assert peak(np.asfortranarray(x)) > x.nbytes


@pytest.mark.parametrize(
    "dtype", [np.int8, np.uint8, np.int16, np.int32, np.uint32, np.int64, np.uint64, bool]
)
def test_targets_of_any_integer_type(model, data, dtype):
    y = (data.y % 2).astype(dtype)
    expected = model.score_samples(data.x1, data.x2, data.y % 2)["i1"]
    np.testing.assert_array_equal(model.score_samples(data.x1, data.x2, y)["i1"], expected)
    np.testing.assert_array_equal(model.score_samples(data.x1, data.x2, y[:, np.newaxis])["i1"], expected)
    np.testing.assert_array_equal(model.score_samples(data.x1, data.x2, y.tolist())["i1"], expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, bool])
def test_one_hot_targets(model, data, dtype):
    expected = model.score_samples(data.x1, data.x2, data.y)["i12"]
    rows = np.eye(3)[data.y].astype(dtype)
    np.testing.assert_array_equal(model.score_samples(data.x1, data.x2, rows)["i12"], expected)


def test_targets_that_are_none(model, data):
    def message(y):
        error = error_of(lambda: model.score(data.x1, data.x2, y))
        return error.kind, str(error)

    expected = "y: expected integer class numbers, or one-hot rows, got "
    assert message(data.y * 1.0) == ("type", expected + "float64")
    assert message(["a"] * 400) == ("type", expected + "<U1")
    assert message(data.y.reshape(20, 20, 1)) == ("shape", expected + "shape [20, 20, 1]")
    one_hot = np.eye(3)[data.y]
    assert message(one_hot[:, :2])[0] in ("class", "shape")
    for column, value, got in [
        ((data.y[5] + 1) % 3, 1.0, "1"),
        (data.y[5], 0.5, "0.5"),
        (data.y[5], 0.0, None),
    ]:
        wrong = one_hot.copy()
        wrong[5, column] = value
        place = 0 if got is None else max(column, data.y[5]) if value == 1 else column
        text = f"y: row 5, column {place}: expected zeros and a single 1 (one-hot), got {got or 'zeros only'}"
        assert message(wrong) == ("class", text)
    assert message(np.eye(4)[data.y]) == ("shape", "y: expected 3 classes, got 4")
    assert message(np.zeros(0, int)) == ("shape", "y: expected 400 samples, got 0")
    assert message([]) == ("shape", "y: expected 400 samples, got 0")
    assert message(np.full(400, 2**63, np.uint64))[0] == "class"


def test_modalities_of_different_types_are_promoted(data):
    settings = {"modes": 2, "density_epochs": 2, "classifier_epochs": 2, "hidden": 4}
    single = [x.astype(np.float32) for x in (data.x1, data.x2)]
    assert lsmi.LSMI(**settings).fit(*single, data.y).dtype_ == "float32"
    mixed = lsmi.LSMI(**settings).fit(single[0], data.x2, data.y)
    double = lsmi.LSMI(**settings).fit(single[0].astype(float), data.x2, data.y)
    assert mixed.dtype_ == "float64"
    assert mixed.to_bytes() == double.to_bytes()
    # Scoring takes whatever type there is.
    np.testing.assert_array_equal(
        mixed.score_samples(single[0], data.x2, data.y)["s"],
        double.score_samples(single[0], data.x2, data.y)["s"],
    )
