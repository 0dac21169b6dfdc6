"""The classifier: reference values, gradients, types."""

from __future__ import annotations

import copy
import pickle

import lsmi
import numpy as np
import pytest
from conftest import DATA, error_of, read_safetensors


def random_network(sizes=(3, 5, 4), dtype=np.float64, seed=0, **options):
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=(b, a)).astype(dtype) for a, b in zip(sizes, sizes[1:])]
    biases = [rng.normal(size=b).astype(dtype) for b in sizes[1:]]
    return lsmi.Network(weights, biases, **options), rng.normal(size=(11, sizes[0])).astype(dtype)


def test_reference_values_of_automatic_differentiation():
    arrays, _ = read_safetensors(DATA / "classifier_d10_h16_c4.safetensors")
    names = ("fc.0", "fc.2", "fc.4")
    network = lsmi.Network([arrays[f"{n}.weight"] for n in names], [arrays[f"{n}.bias"] for n in names])
    np.testing.assert_allclose(network.log_probabilities(arrays["x"]), arrays["log_probs"], rtol=1e-11)
    result = network.gradient(arrays["x"], arrays["y"])
    assert result["loss"] == pytest.approx(float(arrays["loss"][0]), rel=1e-11)
    for index, name in enumerate(names):
        np.testing.assert_allclose(result["weights"][index], arrays[f"grad.{name}.weight"], atol=1e-12)
        np.testing.assert_allclose(result["biases"][index], arrays[f"grad.{name}.bias"], atol=1e-12)
    np.testing.assert_allclose(result["x"], arrays["grad_x"], atol=1e-12)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_the_formula(activation):
    network, x = random_network((3, 5, 6, 4), activation=activation)
    parameters = network.parameters()
    values = x
    for index, (weights, biases) in enumerate(zip(parameters["weights"], parameters["biases"])):
        if index:
            values = np.maximum(values, 0) if activation == "relu" else np.tanh(values)
        values = values @ weights.T + biases
    exact = values - np.log(np.exp(values).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(network.log_probabilities(x), exact, rtol=1e-10)
    assert (network.features, network.hidden, network.classes) == (3, (5, 6), 4)
    assert network.activation == activation


def test_gradient_for_x_agrees_with_differences():
    network, x = random_network(activation="tanh")
    y = np.arange(11) % 4
    weights = np.random.default_rng(1).uniform(size=11)
    result = network.gradient(x, y, weights)
    direction = np.random.default_rng(2).normal(size=x.shape)

    def loss(x):
        chosen = network.log_probabilities(x)[np.arange(11), y]
        return -(weights * chosen).sum() / weights.sum()

    assert result["loss"] == pytest.approx(loss(x), rel=1e-12)
    difference = (loss(x + 1e-6 * direction) - loss(x - 1e-6 * direction)) / 2e-6
    assert (result["x"] * direction).sum() == pytest.approx(difference, rel=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pickling_and_types(dtype):
    network, x = random_network(dtype=dtype, activation="tanh")
    read = pickle.loads(pickle.dumps(network))
    assert read.dtype == np.dtype(dtype).name
    np.testing.assert_array_equal(read.log_probabilities(x), network.log_probabilities(x))
    assert read.log_probabilities(x).dtype == dtype
    assert repr(read) == (
        f"Network(features=3, hidden=[5], classes=4, activation='tanh', dtype={np.dtype(dtype).name})"
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_levels_agree(dtype):
    network, x = random_network(dtype=dtype, activation="tanh")
    assert network.level == lsmi.simd_level()
    want = network.log_probabilities(x)
    for level in lsmi.simd_levels():
        other = network.with_level(level)
        assert (other.level, other.dtype) == (level, network.dtype)
        np.testing.assert_allclose(other.log_probabilities(x), want, rtol=40 * np.finfo(dtype).eps)
    np.testing.assert_array_equal(network.with_level(lsmi.simd_level()).log_probabilities(x), want)
    assert network.with_level("avx512").level == lsmi.simd_levels()[-1]
    portable = network.with_level("portable")
    assert copy.copy(portable) is portable
    assert copy.deepcopy([portable])[0] is portable
    assert pickle.loads(pickle.dumps(portable)).level == lsmi.simd_level()
    fitted = lsmi.Network.fit(x, np.arange(11) % 2, epochs=1)
    assert fitted.with_level("portable").history == fitted.history
    error = error_of(lambda: network.with_level("sse9"))
    assert str(error) == "simd: expected portable, neon, avx2, avx512, got sse9"


def test_fit_learns_and_one_hot_targets_are_the_same(data):
    settings = {"hidden": (8,), "epochs": 20, "learning_rate": 0.01, "seed": 3}
    network = lsmi.Network.fit(data.x1, data.y, **settings)
    accuracy = (network.log_probabilities(data.x1).argmax(axis=1) == data.y).mean()
    assert accuracy > 0.6
    assert len(network.history["losses"]) == 20
    one_hot = lsmi.Network.fit(data.x1, np.eye(3)[data.y], **settings)
    np.testing.assert_array_equal(one_hot.log_probabilities(data.x1), network.log_probabilities(data.x1))
    assert lsmi.Network.fit(data.x1, data.y, 5, epochs=1).classes == 5
    assert lsmi.Network.fit(data.x1.astype(np.float32), data.y, epochs=1, hidden=None).dtype == "float32"


def test_errors_name_what_is_wrong():
    network, x = random_network()
    two = [np.zeros((2, 3)), np.zeros((2, 2))]
    cases = [
        (lambda: network.log_probabilities(x[:, 1:]), "shape", "x: expected 3 features, got 2"),
        (
            lambda: network.gradient(x, np.full(11, 4)),
            "class",
            "y: row 0, column 0: expected a class number from 0 to 3, got 4",
        ),
        (lambda: network.gradient(x, np.zeros(5, int)), "shape", "y: expected 11 samples, got 5"),
        (lambda: network.gradient(x, np.eye(3)[np.zeros(11, int)]), "shape", "y: expected 4 classes, got 3"),
        (lambda: lsmi.Network(two, [np.zeros(2)]), "shape", "biases: expected 2 layers, got 1"),
        (
            lambda: lsmi.Network(two, [np.zeros(2), np.zeros(3)]),
            "shape",
            "layer 1 weights: expected 3 outputs, got 2",
        ),
        (lambda: lsmi.Network([two[0], np.zeros((2, 5))], [np.zeros(2)] * 2), "shape", None),
        (lambda: lsmi.Network([], []), "empty", None),
        (
            lambda: lsmi.Network(two, [np.zeros(2)] * 2, activation="step"),
            "setting",
            "activation: expected relu or tanh, got 'step'",
        ),
        (lambda: lsmi.Network.fit(x, np.zeros(11, int), hidden=(0,)), "setting", None),
        (lambda: lsmi.Network.fit(x, np.zeros(11, int), modes=3), "setting", None),
    ]
    for call, kind, message in cases:
        error = error_of(call)
        assert error.kind == kind, error
        assert message is None or str(error) == message
