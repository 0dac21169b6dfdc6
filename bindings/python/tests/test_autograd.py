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


def test_a_network_is_trained_through_the_entropy():
    """The example's training, with backpropagation and Adam written out."""
    rng = np.random.default_rng(1)
    points = 0.1 * rng.normal(size=(512, 2))
    shapes = [(2, 16), (16,), (16, 2), (2,)]
    parameters = [rng.uniform(-1, 1, shape) / np.sqrt(2 if shape[0] == 2 else 16) for shape in shapes]
    first, second = [np.zeros(s) for s in shapes], [np.zeros(s) for s in shapes]
    entropies = []
    for step in range(1, 61):
        a, b, c, d = parameters
        hidden = np.tanh(points @ a + b)
        outputs = hidden @ c + d
        density = lsmi.Knife.fit(outputs, modes=3, epochs=20, learning_rate=0.1, seed=1)
        entropies.append(Surprisal.forward(outputs, density).mean())
        # loss = mean |outputs|^2 - entropy
        upstream = 2 * outputs / 512 - Surprisal.backward(outputs, density, np.full(512, 1 / 512))
        inner = (upstream @ c.T) * (1 - hidden**2)
        gradients = [points.T @ inner, inner.sum(axis=0), hidden.T @ upstream, upstream.sum(axis=0)]
        for index, gradient in enumerate(gradients):
            first[index] = 0.9 * first[index] + 0.1 * gradient
            second[index] = 0.999 * second[index] + 0.001 * gradient**2
            root = np.sqrt(second[index] / (1 - 0.999**step)) + 1e-8
            parameters[index] = parameters[index] - 0.02 * first[index] / (1 - 0.9**step) / root
    assert entropies[-1] > entropies[0] + 1
