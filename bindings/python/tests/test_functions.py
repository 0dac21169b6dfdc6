"""Pure functions: closed forms and identities."""

from __future__ import annotations

import math

import lsmi
import numpy as np
import pytest
from conftest import error_of


def random_information(n=50, seed=0):
    return np.random.default_rng(seed).normal(size=(5, n)) * np.array([[1], [1], [1], [9], [9]])


def test_atoms_add_up():
    i1, i2, i12, h1, h2 = random_information()
    atoms = lsmi.atoms(i1, i2, i12, h1, h2)
    exact = np.minimum(h1, h2) - np.minimum(h1 - i1, h2 - i2)
    np.testing.assert_allclose(atoms["r"], exact, atol=1e-13)
    np.testing.assert_allclose(atoms["r"] + atoms["u1"], i1, atol=1e-14)
    np.testing.assert_allclose(atoms["r"] + atoms["u2"], i2, atol=1e-14)
    np.testing.assert_allclose(sum(atoms.values()), i12, atol=1e-13)
    np.testing.assert_allclose(atoms["s"] - atoms["r"], i12 - i1 - i2, atol=1e-13)


def test_atoms_of_numbers_of_other_types_and_of_nothing():
    assert lsmi.atoms(0.5, 0.25, 1, 2, 2) == {"r": 0.5, "u1": 0.0, "u2": -0.25, "s": 0.75}
    information = random_information()
    lists = lsmi.atoms(*(list(row) for row in information))
    for name, values in lsmi.atoms(*information).items():
        np.testing.assert_array_equal(values, lists[name])
    every_other = lsmi.atoms(*(row[::2] for row in information))
    np.testing.assert_array_equal(every_other["s"], lsmi.atoms(*information)["s"][::2])
    assert all(len(values) == 0 for values in lsmi.atoms([], [], [], [], []).values())
    error = error_of(lambda: lsmi.atoms(np.zeros(3), np.zeros(2), np.zeros(3), np.zeros(3), np.zeros(3)))
    assert str(error) == "i2: expected 3 samples, got 2"


@pytest.mark.parametrize(
    ("means", "a"),
    [
        ((0.5, 0.2, 0.1, 0.3), 0.0),
        ((-0.2, 0.2, 0.1, 0.3), 0.2),
        ((0.2, 0.2, 0.1, -0.3), 0.3),
        ((0.5, -0.25, 0.0, 0.5), -0.25),
    ],
)
def test_shift(means, a):
    assert lsmi.shift(*means) == a


def test_mean_and_agreement():
    assert lsmi.mean([1, 2, 6]) == 3.0
    assert math.isnan(lsmi.mean([]))
    assert lsmi.agreement([1, 2, 3], [0, 1, 2]) == (1.0, 1.0)


def test_exclusive_or_is_synergy():
    bits = np.array([[0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 0]])
    information = lsmi.discrete(*bits)
    atoms = lsmi.atoms(**information)
    assert lsmi.mean(atoms["s"]) == math.log(2)
    for dtype in (np.int8, np.uint16, np.int32, bool):
        np.testing.assert_array_equal(lsmi.discrete(*bits.astype(dtype))["i12"], information["i12"])
    weighted = lsmi.discrete(*bits, weights=[1, 1, 1, 5])
    assert weighted["h1"][0] == pytest.approx(math.log(4))
    rows = np.array([[0, 7], [1, 7], [0, 3], [1, 3]])
    np.testing.assert_array_equal(lsmi.discrete(rows, bits[1], bits[2])["h1"], np.full(4, math.log(4)))
    np.testing.assert_array_equal(lsmi.joint_categories([[7, 7, -1], [0, 1, 5]]), [1, 2, 0])


def test_errors_of_counting():
    bits = np.array([0, 1, 0, 1])
    error = error_of(lambda: lsmi.discrete([], [], []))
    assert (error.kind, error.field) == ("empty", "x1")
    error = error_of(lambda: lsmi.discrete(bits, bits * 0.5, bits))
    assert (error.kind, str(error)) == ("type", "x2: expected whole numbers, got float64")
    error = error_of(lambda: lsmi.discrete(bits, bits, bits[:3]))
    assert str(error) == "y: expected 4 samples, got 3"
    huge = np.array([0, 2**63], np.uint64)
    error = error_of(lambda: lsmi.discrete(huge, huge, huge))
    assert str(error) == f"x1: row 1, column 0: expected a number below 2**63, got {2**63}"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_log_sum_exp(dtype):
    rows = np.random.default_rng(0).normal(size=(7, 5)).astype(dtype)
    got = lsmi.log_sum_exp(rows)
    assert got.dtype == dtype
    exact = np.log(np.exp(rows.astype(np.float64)).sum(axis=1))
    np.testing.assert_allclose(got, exact, rtol=1e-6 if dtype == np.float32 else 1e-14)
    np.testing.assert_array_equal(lsmi.log_sum_exp(rows[:, 1:4]), lsmi.log_sum_exp(rows[:, 1:4].copy()))
    for level in lsmi.simd_levels():
        dense = lsmi.log_sum_exp(rows[:, 1:4].copy(), level)
        np.testing.assert_array_equal(lsmi.log_sum_exp(rows[:, 1:4], level), dense)
        np.testing.assert_allclose(lsmi.log_sum_exp(rows, level), got, rtol=20 * np.finfo(dtype).eps)
    np.testing.assert_array_equal(lsmi.log_sum_exp(rows, level=lsmi.simd_level()), got)
    error = error_of(lambda: lsmi.log_sum_exp(rows, level="sse9"))
    assert str(error) == "simd: expected portable, neon, avx2, avx512, got sse9"
    infinity = dtype(np.inf)
    extremes = np.array([[-infinity, -infinity], [infinity, 0], [np.nan, 0], [1000, 1000]], dtype)
    got = lsmi.log_sum_exp(extremes)
    assert got[0] == -infinity
    assert got[1] == infinity
    assert np.isnan(got[2])
    assert got[3] == dtype(1000 + math.log(2))
    assert np.all(lsmi.log_sum_exp(np.zeros((2, 0), dtype)) == -infinity)
    assert len(lsmi.log_sum_exp(np.zeros((0, 3), dtype))) == 0


def test_what_the_library_was_built_with():
    assert lsmi.build_features() == ["std", "rayon"]


def test_information_and_scores_of_own_models():
    data = lsmi.mixed_gaussian(200, classes=3, seed=2)
    x1, x2 = data.x1, data.x2

    def log_softmax(values):
        return values - lsmi.log_sum_exp(values)[:, np.newaxis]

    rows = [log_softmax(4 * x1), log_softmax(4 * x2), log_softmax((x1 + x2) / (0.25 * 1.5))]
    scores = lsmi.score_log_probabilities(*rows, data.y, data.truth["h1"], data.truth["h2"])
    for name, exact in data.truth.items():
        np.testing.assert_allclose(scores[name], exact, atol=1e-12)
    single = lsmi.information(rows[0].astype(np.float32), np.eye(3)[data.y])
    np.testing.assert_allclose(single, scores["i1"], atol=1e-5)
    prior = np.log([0.5, 0.25, 0.25])
    shifted = lsmi.information(rows[0], data.y, prior)
    np.testing.assert_allclose(shifted, scores["i1"] + np.log(1 / 3) - prior[data.y], atol=1e-12)
    strided = np.hstack([rows[0], rows[1]])[:, :3]
    np.testing.assert_array_equal(lsmi.information(strided, data.y), scores["i1"])
    # Every other sample.
    np.testing.assert_array_equal(lsmi.information(strided[::2], data.y[::2]), scores["i1"][::2])
    np.testing.assert_array_equal(lsmi.information(strided[:1], data.y[:1]), scores["i1"][:1])
    error = error_of(lambda: lsmi.information(strided, data.y[:9]))
    assert (error.kind, str(error)) == ("shape", "y: expected 200 samples, got 9")


def test_settings():
    robust = lsmi.settings()
    assert robust["preset"] == "robust"
    assert robust["hidden"] == [64, 64]
    changed = lsmi.settings("paper", hidden=(), bounded=np.False_, modes=np.int32(3), clip=5)
    assert (changed["hidden"], changed["bounded"], changed["modes"], changed["clip"]) == ([], False, 3, 5.0)
    assert lsmi.settings(hidden=None)["hidden"] == []
    assert lsmi.settings(hidden=np.array([3, 4]), entropy_units="input")["hidden"] == [3, 4]
    for given, message in [
        ({"modes": 2.5}, "modes: expected a whole number, at least 0, got '2.5'"),
        ({"modes": 0}, "modes: expected a whole number from 1 to 65536, got 0"),
        ({"clip": math.inf}, "clip: expected a finite number, got 'inf'"),
        ({"prior": "flat"}, "prior: expected uniform or empirical, got 'flat'"),
        ({"bounded": 1}, "bounded: expected true or false, got '1'"),
        ({"seed": -1}, "seed: expected a whole number, at least 0, got '-1'"),
    ]:
        error = error_of(lambda given=given: lsmi.settings(**given))
        assert (str(error), error.kind) == (message, "setting")


def test_version():
    from importlib.metadata import version

    assert lsmi.__version__ == version("lsmi")
