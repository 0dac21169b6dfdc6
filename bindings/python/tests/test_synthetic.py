"""Generators: what they draw, and what is exactly known about it."""

from __future__ import annotations

import copy
import json
import math
import pickle

import lsmi
import numpy as np
import pytest
from conftest import DATA, error_of

NAMES = ["i1", "i2", "i12", "h1", "h2", "r", "u1", "u2", "s"]


def same_truth(got, want):
    assert list(got) == list(want) == NAMES
    for name in NAMES:
        np.testing.assert_array_equal(got[name], want[name])


def log_normal(x, mean, deviation):
    """The log-density of N(mean, deviation^2 I) at every row."""
    square = (((x - mean) / deviation) ** 2).sum(axis=1)
    return -0.5 * square - x.shape[1] * math.log(deviation * math.sqrt(2 * math.pi))


def test_generators_know_their_truth():
    data = lsmi.planted_xor(300, dimension=4)
    assert data.x1.shape == data.x2.shape == (300, 4)
    assert data.classes == 2
    assert lsmi.mean(data.truth["s"]) > 0.6
    np.testing.assert_array_equal(lsmi.planted_xor(100, dimension=4).x1, data.x1[:100])
    mixture, kinds = lsmi.kind_mixture(400, (2, 1, 1, 0))
    for number, name in enumerate(["r", "u1", "u2"]):
        assert mixture.truth[name][kinds == number].mean() > 0.6
    assert set(kinds) == {0, 1, 2}
    assert lsmi.KINDS[3] == "synergistic"
    copy = lsmi.circuit("copy", 50)
    assert np.all(copy.truth["r"] == math.log(2))


def test_the_truth_of_given_samples_is_that_of_drawn_ones():
    data = lsmi.mixed_gaussian(50, classes=4, rho=-0.3, noise=0.7, seed=5)
    same_truth(lsmi.mixed_gaussian_truth(data.x1, data.x2, data.y, rho=-0.3, noise=0.7), data.truth)
    same_truth(lsmi.mixed_gaussian_truth(data.x1, data.x2, np.eye(4)[data.y], -0.3, 0.7), data.truth)
    data = lsmi.planted_xor(50, dimension=3, amplitude=2.0, seed=8)
    same_truth(lsmi.planted_xor_truth(data.x1, data.x2, data.y, amplitude=2.0, seed=8), data.truth)
    data, _ = lsmi.kind_mixture(50, (1, 2, 3, 4), amplitude=2.5)
    same_truth(lsmi.kind_mixture_truth(data.x1, data.x2, data.y, (1, 2, 3, 4), 2.5), data.truth)
    data, _ = lsmi.kind_mixture(50)
    same_truth(lsmi.kind_mixture_truth(data.x1, data.x2, data.y), data.truth)


def test_the_mixed_gaussian_at_any_point():
    rho, noise, y = 0.5, 0.5, np.array([0, 1, 2, 2])
    x1, x2 = np.random.default_rng(3).normal(size=(2, 4, 3))
    truth = lsmi.mixed_gaussian_truth(x1, x2, y, rho, noise)

    def information(scores):
        return math.log(3) + scores[np.arange(4), y] - np.log(np.exp(scores).sum(axis=1))

    components = np.stack([log_normal(x1, centre, noise) for centre in np.eye(3)])
    np.testing.assert_allclose(truth["h1"], -np.log(np.exp(components).mean(axis=0)), rtol=1e-12)
    np.testing.assert_allclose(truth["i1"], information(x1 / noise**2), atol=1e-12)
    joint = (x1 + x2) / (noise**2 * (1 + rho))
    np.testing.assert_allclose(truth["i12"], information(joint), atol=1e-12)
    np.testing.assert_array_equal(truth["s"], lsmi.atoms(*(truth[name] for name in NAMES[:5]))["s"])


def test_a_mixture_of_your_own():
    y, weights = [0, 1, 1], [1.0, 2.0, 1.0]
    means1, means2 = np.array([[0.0, 0.0], [1.0, -1.0], [2.0, 0.5]]), np.array([[0.0], [0.0], [3.0]])
    deviations1, deviations2 = [1.0, 0.5, 2.0], [1.0, 1.0, 0.25]
    mixture = lsmi.LatentMixture(y, means1, means2, deviations1, deviations2, weights)
    data, states = mixture.sample(4000, seed=2)
    np.testing.assert_array_equal(data.y, np.array(y)[states])
    np.testing.assert_allclose(np.bincount(states) / 4000, [0.25, 0.5, 0.25], atol=0.03)
    np.testing.assert_allclose(data.x1[states == 1].mean(axis=0), means1[1], atol=0.05)
    assert data.x2[states == 2].std() == pytest.approx(0.25, rel=0.1)
    same_truth(mixture.truth(data.x1, data.x2, data.y), data.truth)

    p = np.array(weights) / 4
    log1 = np.stack([log_normal(data.x1, m, s) for m, s in zip(means1, deviations1)])
    log2 = np.stack([log_normal(data.x2, m, s) for m, s in zip(means2, deviations2)])
    of_class = np.array(y)[:, np.newaxis] == data.y

    def exact(log):
        joint = p[:, np.newaxis] * np.exp(log)
        density = joint.sum(axis=0)
        prior = np.where(data.y == 0, p[0], p[1] + p[2])
        return -np.log(density), np.log((joint * of_class).sum(axis=0) / density / prior)

    for name, log in (("1", log1), ("2", log2), ("12", log1 + log2)):
        h, i = exact(log)
        np.testing.assert_allclose(data.truth[f"i{name}"], i, atol=1e-9)
        if name != "12":
            np.testing.assert_allclose(data.truth[f"h{name}"], h, atol=1e-9)
    # Deviations of 1 and equal weights are the default.
    plain = lsmi.LatentMixture([0, 1], [[-1.0], [1.0]], np.zeros((2, 2)))
    truth = plain.truth([[0.3]], [[0.0, 0.0]], [1])
    assert truth["i1"][0] == pytest.approx(math.log(2) - math.log1p(math.exp(-0.6)), abs=1e-14)
    assert truth["i2"][0] == pytest.approx(0.0, abs=1e-15)
    assert truth["h2"][0] == pytest.approx(math.log(2 * math.pi), abs=1e-14)


def test_several_data_sets_of_one_planted_xor():
    mixture = lsmi.LatentMixture.planted_xor(dimension=3, amplitude=2.0, seed=8)
    data, _ = mixture.sample(50, seed=8)
    np.testing.assert_array_equal(data.x1, lsmi.planted_xor(50, 3, 2.0, seed=8).x1)
    other, states = mixture.sample(2000, seed=9)
    same_truth(mixture.truth(other.x1, other.x2, other.y), other.truth)
    # The mean of a state is the direction, of length 2.
    assert np.linalg.norm(other.x1[states == 0].mean(axis=0)) == pytest.approx(2.0, abs=0.2)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_copies_and_pickles_of_mixtures(protocol):
    of_states = lsmi.LatentMixture([0, 1], [[0.1], [1.0]], [[0.0, 2.0], [0.3, 1.0]], [1, 2], [3, 0.5], [1, 3])
    for mixture in (of_states, lsmi.LatentMixture.planted_xor(dimension=3, amplitude=2.0, seed=8)):
        assert copy.copy(mixture) is copy.deepcopy(mixture) is mixture
        (data, states), (other, other_states) = (
            each.sample(20, seed=3) for each in (mixture, pickle.loads(pickle.dumps(mixture, protocol)))
        )
        np.testing.assert_array_equal(states, other_states)
        np.testing.assert_array_equal(data.x1, other.x1)
        np.testing.assert_array_equal(data.x2, other.x2)
        same_truth(data.truth, other.truth)


def test_circuits_have_the_exact_atoms():
    reference = {gate["name"]: gate for gate in json.loads((DATA / "circuits.json").read_text())}
    assert lsmi.circuits() == list(reference) == ["xor", "or", "and", "not_x2", "copy", "xor_not"]
    for name, gate in reference.items():
        data, probabilities = lsmi.circuit_support(name)
        assert probabilities.sum() == 1
        assert len(data.y) == len(gate["support"])
        for quantity, mean in gate["mean"].items():
            assert probabilities @ data.truth[quantity] == pytest.approx(mean, abs=1e-14), (name, quantity)
        exact = lsmi.atoms(**lsmi.discrete(data.x1.astype(int), data.x2.astype(int), data.y))
        np.testing.assert_allclose(data.truth["s"], exact["s"], atol=1e-14)
        drawn = lsmi.circuit(name, 64, seed=1)
        cells = {(*x1, "x2", *x2): s for x1, x2, s in zip(data.x1, data.x2, data.truth["s"])}
        for x1, x2, s in zip(drawn.x1, drawn.x2, drawn.truth["s"]):
            assert cells[(*x1, "x2", *x2)] == s


def test_errors_name_what_is_wrong():
    data = lsmi.mixed_gaussian(5, classes=3)
    wrong = np.array([0, 1, 2, 3, 0])
    two = np.zeros((2, 1))
    cases = [
        (lambda: lsmi.mixed_gaussian(0), "setting", None),
        (lambda: lsmi.mixed_gaussian(5, classes=1), "setting", "classes: expected at least 2, got 1"),
        (
            lambda: lsmi.mixed_gaussian_truth(data.x1, data.x2, wrong),
            "class",
            "y: row 3, column 0: expected a class from 0 to 2, got 3",
        ),
        (
            lambda: lsmi.mixed_gaussian_truth(data.x1, data.x2[:, :2], data.y),
            "shape",
            "x2: expected 3 features, got 2",
        ),
        (
            lambda: lsmi.mixed_gaussian_truth(data.x1, data.x2[:4], data.y),
            "shape",
            "x2: expected 5 samples, got 4",
        ),
        (
            lambda: lsmi.kind_mixture_truth(data.x1, data.x2, data.y[:2]),
            "shape",
            "y: expected 5 samples, got 2",
        ),
        (lambda: lsmi.kind_mixture(5, (0, 0, 0, 0)), "setting", None),
        (lambda: lsmi.circuit_support("nand"), "setting", None),
        (lambda: lsmi.LatentMixture([0], two, two), "shape", "means1: expected 1 states, got 2"),
        (
            lambda: lsmi.LatentMixture([0, 1], two, two, [1.0]),
            "shape",
            "deviations1: expected 2 states, got 1",
        ),
        (
            lambda: lsmi.LatentMixture([0, 1], two, two, weights=[1.0, -1.0]),
            "setting",
            "weight: expected a finite number of at least 0, got -1 in state 1",
        ),
        (
            lambda: lsmi.LatentMixture([0, 1], two, [[0.0], [np.nan]]),
            "not_finite",
            "mean2: row 1, column 0: expected a finite number, got NaN",
        ),
    ]
    for call, kind, message in cases:
        error = error_of(call)
        assert error.kind == kind, error
        assert message in (None, str(error))
