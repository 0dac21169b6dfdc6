"""What examples/python/torch_entropy.py builds on, without PyTorch: backpropagation through the surprisal."""

from __future__ import annotations

import lsmi
import numpy as np
import pytest


class Surprisal:
    """The Function of the example with NumPy's arrays for tensors."""

    @staticmethod
    def forward(x, density):
        return -density.log_density(x)

    @staticmethod
    def backward(x, density, upstream):
        return density.weighted_sum_gradient(x, upstream)["x"]


def test_the_chain_rule_through_a_linear_map():
    rng = np.random.default_rng(0)
    points, weights = rng.normal(size=(40, 3)), rng.normal(size=(3, 2))
    density = lsmi.Knife.fit(points @ weights, modes=2, epochs=5)
    n = len(points)

    def entropy(weights):
        return Surprisal.forward(points @ weights, density).mean()

    gradient = points.T @ Surprisal.backward(points @ weights, density, np.full(n, 1 / n))
    for index in np.ndindex(weights.shape):
        step = np.zeros_like(weights)
        step[index] = 1e-6
        difference = (entropy(weights + step) - entropy(weights - step)) / 2e-6
        assert gradient[index] == pytest.approx(difference, rel=1e-5, abs=1e-8)


def test_a_map_is_trained_through_the_entropy():
    rng = np.random.default_rng(1)
    points, weights = rng.normal(size=(256, 2)) * 0.1, np.eye(2)
    values = []
    for _ in range(40):
        outputs = points @ weights
        density = lsmi.Knife.fit(outputs, modes=2, epochs=10, seed=1)
        values.append(Surprisal.forward(outputs, density).mean())
        upstream = Surprisal.backward(outputs, density, np.full(256, 1 / 256))
        weights = weights + 0.3 * points.T @ upstream
    assert values[-1] > values[0] + 1


def test_the_example_itself(capsys):
    torch = pytest.importorskip("torch")
    x = torch.randn(20, 3, dtype=torch.float64)
    density = lsmi.Knife(np.zeros((1, 3)), np.zeros((1, 3)))
    np.testing.assert_array_equal(density.log_density(x), density.log_density(x.numpy()))
