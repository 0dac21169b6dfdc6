"""The density: closed forms, reference values, gradients, types."""

from __future__ import annotations

import copy as copies
import math
import pickle

import lsmi
import numpy as np
import pytest
from conftest import DATA, error_of, read_safetensors

FILES = sorted(DATA.glob("marginal_*.safetensors"))


def random_density(d=3, modes=4, seed=0, dtype=np.float64, **options):
    rng = np.random.default_rng(seed)
    shapes = [(modes, d), (modes, d), (modes, d, d), (modes,)]
    arrays = [(0.5 * rng.normal(size=shape)).astype(dtype) for shape in shapes]
    return lsmi.Knife(*arrays, **options), rng.normal(size=(20, d)).astype(dtype)


def test_the_standard_normal():
    normal = lsmi.Knife([[0.0]], [[0.0]])
    x = np.linspace(-5, 5, 33)[:, np.newaxis]
    exact = -0.5 * x[:, 0] ** 2 - 0.5 * math.log(2 * math.pi)
    np.testing.assert_allclose(normal.log_density(x), exact, rtol=1e-15)


def test_a_gaussian_of_full_covariance():
    rng = np.random.default_rng(1)
    d = 4
    log_diagonal, triangle, mean = rng.normal(size=d), rng.normal(size=(d, d)), rng.normal(size=d)
    density = lsmi.Knife([mean], [log_diagonal], [triangle])
    root = (np.eye(d) + np.tril(triangle, -1)) @ np.diag(np.exp(log_diagonal))
    x = rng.normal(size=(10, d))
    z = (x - mean) @ root.T
    exact = -0.5 * (z**2).sum(axis=1) + np.linalg.slogdet(root)[1] - d / 2 * math.log(2 * math.pi)
    np.testing.assert_allclose(density.log_density(x), exact, rtol=1e-12)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_reference_values_of_automatic_differentiation(path):
    arrays, metadata = read_safetensors(path)
    density = lsmi.Knife(
        arrays["means"],
        arrays["logdiag"],
        arrays.get("tri"),
        arrays["logits"],
        bounded=metadata["bounded_tanh"] == "true",
    )
    np.testing.assert_allclose(density.log_density(arrays["x"]), arrays["logpdf"], rtol=1e-11)
    result = density.gradient(arrays["x"], arrays["sample_weight"])
    assert result["loss"] == pytest.approx(float(arrays["loss"][0]), rel=1e-11)
    pairs = {"means": "grad_means", "log_diagonal": "grad_logdiag", "logits": "grad_logits", "x": "grad_x"}
    if "tri" in arrays:
        pairs["triangle"] = "grad_tri"
    for ours, theirs in pairs.items():
        want = arrays[theirs]
        want = np.tril(want, -1) if ours == "triangle" else want
        scale = np.abs(want).max()
        np.testing.assert_allclose(result[ours], want, rtol=1e-9, atol=1e-9 * scale)


@pytest.mark.parametrize("bounded", [False, True])
def test_gradients_agree_with_differences(bounded):
    density, x = random_density(bounded=bounded)
    parameters = density.parameters()
    upstream = np.random.default_rng(5).normal(size=len(x))
    result = density.weighted_sum_gradient(x, upstream)
    assert result["loss"] == pytest.approx(-upstream @ density.log_density(x), rel=1e-12)

    def loss(name, values):
        given = {**parameters, "x": x, name: values}
        moved = given.pop("x")
        return -upstream @ lsmi.Knife(**given, bounded=bounded).log_density(moved)

    rng = np.random.default_rng(6)
    for name, values in {**parameters, "x": x}.items():
        direction = rng.normal(size=values.shape)
        if name == "triangle":
            direction = np.tril(direction, -1)
        step = 1e-6 * direction
        difference = (loss(name, values + step) - loss(name, values - step)) / 2e-6
        assert (result[name] * direction).sum() == pytest.approx(difference, rel=1e-6), name


def test_the_weighted_mean_is_the_weighted_sum():
    density, x = random_density()
    weights = np.random.default_rng(2).uniform(size=len(x))
    mean, total = density.gradient(x, weights), density.weighted_sum_gradient(x, weights / weights.sum())
    for name in mean:
        np.testing.assert_allclose(mean[name], total[name], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(density.gradient(x)["loss"], -density.log_density(x).mean(), rtol=1e-13)


def test_number_types_of_parameters_and_samples():
    double, x = random_density()
    single, _ = random_density(dtype=np.float32)
    assert (double.dtype, single.dtype) == ("float64", "float32")
    assert single.log_density(x).dtype == np.float32
    assert double.log_density(x.astype(np.float32)).dtype == np.float64
    assert {v.dtype for v in single.parameters().values()} == {np.dtype(np.float32)}
    np.testing.assert_allclose(single.log_density(x), double.log_density(x), rtol=1e-4)
    whole = np.arange(6).reshape(2, 3)
    np.testing.assert_array_equal(double.log_density(whole), double.log_density(whole.astype(float)))
    mixed = lsmi.Knife(np.zeros((1, 2), np.float32), np.zeros((1, 2)))
    assert mixed.dtype == "float64"


def test_the_forms_of_a_density():
    density, _ = random_density()
    assert (density.modes, density.features, density.bounded, density.history) == (4, 3, False, None)
    assert repr(density) == "Knife(modes=4, features=3, bounded=False, dtype=float64)"
    shared = lsmi.Knife(np.zeros((4, 3)), np.zeros(3), bounded=True)
    parameters = shared.parameters()
    assert parameters["log_diagonal"].shape == (1, 3)
    assert parameters["triangle"] is None
    assert shared.gradient(np.zeros((2, 3)))["triangle"] is None
    np.testing.assert_array_equal(parameters["logits"], np.zeros(4))
    assert np.all(np.triu(random_density()[0].parameters()["triangle"]) == 0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickling(dtype, protocol):
    density, x = random_density(dtype=dtype, bounded=True)
    copy = pickle.loads(pickle.dumps(density, protocol))
    np.testing.assert_array_equal(copy.log_density(x), density.log_density(x))
    assert repr(copy) == repr(density)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_levels_agree(dtype):
    levels = lsmi.simd_levels()
    assert levels[0] == "portable"
    assert lsmi.simd_level() in levels
    density, x = random_density(d=10, modes=5, dtype=dtype)
    assert density.level == lsmi.simd_level()
    want = density.log_density(x)
    for level in levels:
        copy = density.with_level(level)
        assert (copy.level, copy.dtype) == (level, density.dtype)
        np.testing.assert_allclose(copy.log_density(x), want, rtol=20 * np.finfo(dtype).eps)
    np.testing.assert_array_equal(density.with_level(lsmi.simd_level()).log_density(x), want)
    # The next lower one in place of one that this processor may lack.
    assert density.with_level("avx512").level == levels[-1]
    assert pickle.loads(pickle.dumps(density.with_level("portable"))).level == lsmi.simd_level()
    fitted = lsmi.Knife.fit(x, modes=2, epochs=1)
    portable = fitted.with_level("portable")
    assert portable.history == fitted.history
    assert copies.copy(portable) is portable
    assert copies.deepcopy([portable])[0] is portable


def test_fit_finds_the_entropy_of_a_gaussian():
    x = np.random.default_rng(3).normal(size=(2000, 2)) * [1.0, 2.0] + [3.0, -1.0]
    calls = []
    density = lsmi.Knife.fit(
        x,
        modes=2,
        epochs=20,
        seed=1,
        held_out=range(0, 2000, 5),
        progress=lambda *progress: calls.append(progress),
    )
    entropy = math.log(2 * math.pi * math.e) + math.log(2.0)
    assert -density.log_density(x).mean() == pytest.approx(entropy, abs=0.06)
    losses, validation = density.history["losses"], density.history["validation_losses"]
    assert [call[:4] for call in calls] == [
        ("density", epoch + 1, 20, loss) for epoch, loss in enumerate(losses)
    ]
    assert [call[4] for call in calls] == validation[1:]
    again = lsmi.Knife.fit(x, modes=2, epochs=20, seed=1, held_out=range(0, 2000, 5))
    np.testing.assert_array_equal(again.log_density(x), density.log_density(x))


def test_fit_takes_weights_types_and_forms():
    x = np.random.default_rng(4).normal(size=(64, 3)).astype(np.float32)
    density = lsmi.Knife.fit(
        x,
        weights=np.ones(64),
        epochs=2,
        modes=3,
        diagonal="shared",
        triangle="none",
        bounded=True,
        preset="paper",
    )
    assert (density.dtype, density.modes, density.bounded) == ("float32", 3, True)
    assert density.parameters()["log_diagonal"].shape == (1, 3)
    assert density.parameters()["triangle"] is None


def test_held_out_samples_are_numbers_of_any_integer_type():
    x = np.random.default_rng(8).normal(size=(40, 2))
    want = lsmi.Knife.fit(x, modes=2, epochs=3, held_out=np.array([1, 5, 7])).parameters()
    for held_out in ([1, 5, 7], (1, 5, 7), np.array([1, 5, 7], np.uint8), np.array([1, 0, 5, 0, 7])[::2]):
        got = lsmi.Knife.fit(x, modes=2, epochs=3, held_out=held_out).parameters()
        np.testing.assert_array_equal(got["means"], want["means"])
    everything = lsmi.Knife.fit(x, modes=2, epochs=3).parameters()
    assert np.any(everything["means"] != want["means"])
    empty = lsmi.Knife.fit(x, modes=2, epochs=3, held_out=[]).parameters()
    np.testing.assert_array_equal(empty["means"], everything["means"])


def test_refine_goes_on_from_the_parameters():
    x = np.random.default_rng(7).normal(size=(1000, 2)) * [0.5, 1.5] + [2.0, -1.0]
    start = lsmi.Knife(np.zeros((1, 2)), np.zeros((1, 2)), np.zeros((1, 2, 2)), train_weights=False)
    calls = []
    refined = start.refine(
        x,
        epochs=40,
        learning_rate=0.05,
        decay_every=10,
        batch=100,
        patience=0,
        progress=lambda *progress: calls.append(progress),
    )
    fitted = refined.parameters()
    np.testing.assert_allclose(fitted["means"][0], x.mean(axis=0), atol=0.05)
    np.testing.assert_allclose(np.exp(-fitted["log_diagonal"][0]), x.std(axis=0), rtol=0.05)
    # The density that it started from stays as it was.
    np.testing.assert_array_equal(start.parameters()["means"], np.zeros((1, 2)))
    assert start.history is None
    assert len(refined.history["losses"]) == len(calls) == 40
    assert refined.history["losses"][-1] < refined.history["losses"][0] - 1
    np.testing.assert_array_equal(start.refine(x, epochs=0).log_density(x), start.log_density(x))
    again = start.refine(x, epochs=5, seed=3), start.refine(x.astype(np.float32), epochs=5, seed=3)
    assert again[0].dtype == again[1].dtype == "float64"


def test_refine_keeps_what_is_not_trained():
    density, x = random_density(train_means=False, train_weights=False, bounded=True)
    assert (density.train_means, density.train_weights) == (False, False)
    refined = density.refine(x, epochs=3, weights=np.linspace(0, 1, 20), held_out=[1, 5], patience=0)
    before, after = density.parameters(), refined.parameters()
    for name in ("means", "logits"):
        np.testing.assert_array_equal(after[name], before[name])
    for name in ("log_diagonal", "triangle"):
        assert np.abs(after[name] - before[name]).max() > 1e-3
    assert (refined.bounded, refined.train_means, refined.train_weights) == (True, False, False)
    copy = pickle.loads(pickle.dumps(refined))
    assert (copy.bounded, copy.train_means, copy.train_weights) == (True, False, False)
    fitted = lsmi.Knife.fit(x, modes=2, epochs=2, start="samples", train_means=False)
    means = fitted.parameters()["means"]
    np.testing.assert_array_equal(fitted.refine(x, epochs=2).parameters()["means"], means)
    assert all(any((mean == sample).all() for sample in x) for mean in means)


def test_errors_name_what_is_wrong():
    density, x = random_density()
    cases = [
        (lambda: density.log_density(x[:, :2]), "shape", "x: expected 3 features, got 2"),
        (lambda: density.log_density(x[0]), "shape", "x: expected 2 dimensions, got 1"),
        (lambda: density.log_density([["a"]]), "type", "x: expected real numbers, got <U1"),
        (lambda: density.log_density(x * 1j), "type", "x: expected real numbers, got complex128"),
        (lambda: density.gradient(x, np.ones(3)), "shape", "weights: expected 20 elements, got 3"),
        (
            lambda: density.gradient(x, -np.ones(20)),
            "setting",
            "weights: row 0, column 0: expected a finite number, at least 0, got -1",
        ),
        (
            lambda: density.gradient(x, np.zeros(20)),
            "setting",
            "weights: expected at least one above 0, got none",
        ),
        (
            lambda: density.weighted_sum_gradient(x, np.ones(3)),
            "shape",
            "upstream: expected 20 elements, got 3",
        ),
        (
            lambda: lsmi.Knife(np.zeros((2, 3)), np.zeros((3, 3))),
            "shape",
            "log_diagonal: expected 2 modes, got 3",
        ),
        (
            lambda: lsmi.Knife(np.zeros((2, 3)), np.zeros((2, 2))),
            "shape",
            "log_diagonal: expected 3 features, got 2",
        ),
        (
            lambda: lsmi.Knife(np.zeros((2, 3)), np.zeros(3), np.zeros((2, 3, 2))),
            "shape",
            "triangle: expected shape [2, 3, 3], got [2, 3, 2]",
        ),
        (
            lambda: lsmi.Knife(np.zeros((2, 3)), np.zeros(3), None, np.zeros(3)),
            "shape",
            "logits: expected 2 elements, got 3",
        ),
        (
            lambda: lsmi.Knife([[0.0, np.nan]], [[0.0, 0.0]]),
            "not_finite",
            "means: row 0, column 1: expected a finite number, got NaN",
        ),
        (lambda: lsmi.Knife(np.zeros((0, 3)), np.zeros((1, 3))), "setting", None),
        (lambda: lsmi.Knife(np.zeros((2, 0)), np.zeros((1, 0))), "empty", None),
        (lambda: lsmi.Knife.fit(x, mode=3), "setting", None),
        (lambda: lsmi.Knife.fit(x, modes=0), "setting", None),
        (lambda: lsmi.Knife.fit(x, batch=0), "setting", "density_batch: expected at least 1, got 0"),
        (
            lambda: lsmi.Knife.fit(x, held_out=[20]),
            "setting",
            "held_out: expected sample numbers below 20, got 20",
        ),
        (
            lambda: lsmi.Knife.fit(x, held_out=[-1]),
            "setting",
            "held_out: expected sample numbers from 0, got -1",
        ),
        (
            lambda: lsmi.Knife.fit(x, held_out=np.arange(20) < 4),
            "type",
            "held_out: expected a vector of sample numbers, got bool",
        ),
        (
            lambda: lsmi.Knife.fit(x, held_out=np.arange(4).reshape(2, 2)),
            "type",
            "held_out: expected a vector of sample numbers, got 2 dimensions",
        ),
        (
            lambda: density.refine(x, held_out=[0.0, 1.0]),
            "type",
            "held_out: expected a vector of sample numbers, got float64",
        ),
        (
            lambda: lsmi.Knife.fit(x, held_out=[2**63]),
            "setting",
            f"held_out: row 0, column 0: expected a number below 2**63, got {2**63}",
        ),
        (lambda: lsmi.Knife.fit(x, preset="best"), "setting", "preset: expected robust or paper, got best"),
        (
            lambda: density.with_level("sse9"),
            "setting",
            "simd: expected portable, neon, avx2, avx512, got sse9",
        ),
        (lambda: density.refine(x[:, :2]), "shape", "x: expected 3 features, got 2"),
        (lambda: density.refine(x, held_out=[20]), "setting", None),
        (
            lambda: density.refine(x, modes=3),
            "setting",
            "setting: expected one of batch, decay_every, decay_factor, epochs, learning_rate, patience, weight_decay, "
            "accumulate_gradients, seed, got 'modes'",
        ),
        (
            lambda: lsmi.Knife.fit(np.full((4, 1), np.inf)),
            "not_finite",
            "x: row 0, column 0: expected a finite number, got inf",
        ),
    ]
    for call, kind, message in cases:
        error = error_of(call)
        assert error.kind == kind, error
        assert message is None or str(error) == message
        assert "\n" not in str(error)
        assert error.field == str(error).split(":")[0] or kind == "setting"
