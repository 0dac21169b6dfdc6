"""How far to trust estimates: flags, intervals, nulls, spread, controls, and the report that holds them."""

from __future__ import annotations

import json
import pickle
import threading
import warnings
from functools import partial

import lsmi
import numpy as np
import pytest
from conftest import error_of, quick

NAMES = ["i1", "i2", "i12", "r", "u1", "u2", "s", "s_minus_r"]


def values_of(scores):
    """What is averaged, sample by sample."""
    return {
        **{name: scores[name] for name in NAMES[:-1]},
        "s_minus_r": scores["i12"] - scores["i1"] - scores["i2"],
    }


def means_of(scores):
    return {name: lsmi.mean(values) for name, values in values_of(scores).items()}


@pytest.fixture(scope="module")
def null(model, data):
    return model.permutation_null(data.x1, data.x2, permutations=9, seed=3)


@pytest.fixture(scope="module")
def spread(model, data):
    return model.spread(data.x1, data.x2, repeats=3, seed=9)


@pytest.fixture(scope="module")
def xor():
    return lsmi.planted_xor(400, dimension=3, seed=5)


@pytest.fixture(scope="module")
def controls(xor):
    classifiers = {"hidden": (16,), "classifier_epochs": 100, "classifier_learning_rate": 0.01}
    return lsmi.controls(xor.x1, xor.x2, xor.y, modes=2, density_epochs=3, seed=8, **classifiers)


def test_p_values_are_those_of_the_means(model, null):
    assert (null.permutations, null.seed) == (9, 3)
    assert list(null.p_values) == list(null.means) == NAMES
    for name, observed in means_of(model.cross_fitted_).items():
        assert null.means[name].shape == (9,)
        as_large = int((null.means[name] >= observed).sum())
        assert null.p_values[name] == (as_large + 1) / 10, name
    # Both tell of y, as no shuffled labels do.
    assert null.p_values["i12"] == 0.1
    np.testing.assert_allclose(null.means["s"] - null.means["r"], null.means["s_minus_r"], atol=1e-12)


def test_a_null_goes_on_from_where_it_was_left(model, data, null):
    begun, counts, threads = {}, [], set()

    def progress(done, permutations, means):
        threads.add(threading.get_ident())
        counts.append(done)
        assert permutations == 9
        assert {len(values) for values in means.values()} == {done}
        begun.update(means)
        return done == 4

    arguments = {"permutations": 9, "seed": 3}
    error = error_of(lambda: model.permutation_null(data.x1, data.x2, progress=progress, **arguments))
    assert error.kind == "cancelled"
    assert (counts, threads) == (sorted(counts), {threading.get_ident()})
    assert len(begun["i1"]) == counts[-1] == 4
    went_on = model.permutation_null(data.x1, data.x2, begun=begun, **arguments)
    assert went_on.p_values == null.p_values
    for name in NAMES:
        np.testing.assert_array_equal(went_on.means[name], null.means[name])
    # All are done: nothing is left but to count.
    again = model.permutation_null(data.x1, data.x2, begun=null.means, **arguments)
    assert again.p_values == null.p_values
    other = model.permutation_null(data.x1, data.x2, permutations=1)
    assert other.seed == model.config_["seed"] == 42
    assert other.means["i1"][0] != null.means["i1"][0]


def test_means_that_are_no_means_are_refused(model, data, null):
    def begin(begun, permutations=9):
        return error_of(lambda: model.permutation_null(data.x1, data.x2, permutations, seed=3, begun=begun))

    assert str(begin(null.means, 8)) == "begun: expected at most 8 permutations, got 9"
    listed = "i1, i2, i12, r, u1, u2, s, s_minus_r"
    for nothing in ({"i1": [0.0]}, null, [0.0]):
        assert str(begin(nothing)) == f"begun: expected arrays {listed} by name"
    short = begin({**null.means, "r": null.means["r"][:2]})
    assert (short.kind, str(short)) == ("shape", "begun['r']: expected 9 elements, got 2")
    infinite = begin({**null.means, "s": np.array([0.0] * 8 + [np.inf])})
    assert infinite.kind == "not_finite"
    assert str(infinite) == "begun['s']: row 8, column 0: expected a finite number, got inf"


def test_intervals_hold_the_means_and_are_those_of_the_seed(model, data):
    unseen = model.cross_fitted_
    found = lsmi.bootstrap(unseen)
    assert (found.level, found.draws, found.seed) == (0.95, 1000, 42)
    assert list(found.of) == NAMES
    for name, values in values_of(unseen).items():
        low, high = found.of[name]
        error = values.std() / np.sqrt(len(values))
        assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.4 * error), name
        assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.4 * error), name
    low, high = found.shift
    assert low <= unseen["summary"]["shift"] <= high
    assert lsmi.bootstrap(unseen) == found
    assert lsmi.bootstrap(unseen, seed=43) != found
    whole = model.intervals()
    assert whole.of["i12"] == found.of["i12"] and whole.of["s_minus_r"] == found.of["s_minus_r"]
    # About the mean, the densities move both ends by one factor.
    mean, plain, moved = unseen["summary"]["raw"]["r"], found.of["r"], whole.of["r"]
    assert moved != plain
    assert (moved[0] - mean) / (plain[0] - mean) == pytest.approx((moved[1] - mean) / (plain[1] - mean), rel=1e-6)
    assert model.intervals(seed=43) != whole
    with pytest.raises(lsmi.Error, match="draws: expected a whole number from 1 to 1000000, got 0"):
        model.intervals(0)
    narrow = lsmi.bootstrap(unseen, level=0.5).of["i12"]
    assert found.of["i12"][0] < narrow[0] < narrow[1] < found.of["i12"][1]
    table = model.score_samples(data.x1, data.x2, data.y, output="structured")
    scores = model.score_samples(data.x1, data.x2, data.y)
    assert lsmi.bootstrap(table, 50) == lsmi.bootstrap(scores, 50)
    # Draws of one sample are that sample.
    one = lsmi.bootstrap({name: scores[name][:1] for name in ("i1", "i2", "i12", "h1", "h2")}, 5)
    assert one.of["r"] == (scores["r"][0], scores["r"][0])


def test_what_no_interval_can_be_made_of_is_refused(data):
    truth = data.truth
    listed = "information: expected arrays i1, i2, i12, h1, h2 by name"
    bad = {**truth, "i2": np.where(np.arange(400) == 7, np.nan, truth["i2"])}
    cases = [
        (lambda: lsmi.bootstrap(truth, draws=0), "draws: expected a whole number from 1 to 1000000, got 0"),
        (
            lambda: lsmi.bootstrap(truth, level=1.0),
            "level: expected a probability above 0 and below 1, got 1",
        ),
        (
            lambda: lsmi.bootstrap(truth, level=float("nan")),
            "level: expected a probability above 0 and below 1, got NaN",
        ),
        (lambda: lsmi.bootstrap(bad), "information: row 7, column 1: expected a finite number, got NaN"),
        (lambda: lsmi.bootstrap({**truth, "h1": truth["h1"][:9]}), "h1: expected 400 samples, got 9"),
        (lambda: lsmi.bootstrap({**truth, "i1": np.eye(3)}), "i1: expected 1 dimension, got 2"),
        (lambda: lsmi.bootstrap({name: [] for name in truth}), "information: expected samples, got none"),
        (lambda: lsmi.bootstrap({"i1": [1.0]}), listed),
        (lambda: lsmi.bootstrap(truth["i1"]), listed),
        (lambda: lsmi.bootstrap(None), listed),
    ]
    for call, message in cases:
        assert str(error_of(call)) == message


def test_a_spread_is_that_of_the_means(model, spread, data):
    assert (spread.repeats, spread.seed) == (3, 9)
    own = means_of(model.cross_fitted_)
    for name in NAMES:
        assert spread.means[name].shape == (3,)
        assert spread.samples[name].shape == (400,)
        deviation = np.std([*spread.means[name], own[name]], ddof=1)
        assert spread.deviation[name] == pytest.approx(deviation, rel=1e-9)
        root = np.sqrt(np.mean(spread.samples[name] ** 2))
        assert spread.sample_deviation[name] == pytest.approx(root, rel=1e-9)
        assert 0 < spread.deviation[name] < spread.sample_deviation[name]
    counts = []
    again = model.spread(data.x1, data.x2, 1, 9, lambda done, repeats: counts.append((done, repeats)))
    assert again.means["i12"][0] == spread.means["i12"][0]
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == ((0, 1), (1, 1))
    assert error_of(lambda: model.spread(data.x1, data.x2, 1, progress=lambda *_: True)).kind == "cancelled"


def test_nulls_and_spreads_are_of_the_samples_of_a_fit_with_folds(model, data):
    x1, x2 = data.x1, data.x2
    others = "x1 and x2: expected the training samples of the model in their order, got others"
    plain = quick(folds=0).fit(x1, x2, data.y)
    imported = lsmi.LSMI.from_parameters(model.networks_, model.densities_)
    holed = np.where(np.arange(1200).reshape(400, 3) == 7, np.nan, x1)
    for of in ("permutation_null", "spread"):
        cases = [
            (getattr(model, of), (x2, x1, 1), others),
            (getattr(model, of), (x1[::-1], x2, 1), others),
            (getattr(model, of), (holed, x2, 1), others),
            (getattr(model, of), (x1[:9], x2, 1), "x1: expected 400 samples, got 9"),
            (getattr(model, of), (x1, x2[:, :2], 1), "x2: expected 3 features, got 2"),
            (getattr(model, of), (x1[0], x2, 1), "x1: expected 2 dimensions, got 1"),
            (getattr(plain, of), (x1, x2, 1), "folds: expected a model fitted with folds, got 0"),
            (getattr(imported, of), (x1, x2, 1), "folds: expected a model fitted with folds, got 0"),
            (getattr(quick(), of), (x1, x2, 1), "this LSMI is not fitted yet: call fit first"),
        ]
        for call, arguments, message in cases:
            assert str(error_of(partial(call, *arguments))) == message
    message = "permutations: expected a whole number from 1 to 100000, got 0"
    assert str(error_of(lambda: model.permutation_null(x1, x2, 0))) == message
    message = "repeats: expected a whole number from 1 to 1000, got 0"
    assert str(error_of(lambda: model.spread(x1, x2, 0))) == message
    # A loaded model knows its samples, in whatever layout they come.
    loaded = lsmi.LSMI.from_bytes(model.to_bytes())
    again = loaded.permutation_null(np.asfortranarray(x1), x2.tolist(), 1, seed=3)
    assert again.means["i1"][0] == model.permutation_null(x1, x2, 1, seed=3).means["i1"][0]


def test_single_precision_too(data):
    x1, x2 = data.x1.astype(np.float32), data.x2.astype(np.float32)
    model = quick().fit(x1, x2, data.y)
    null = model.permutation_null(x1, x2, 1)
    assert null.means["i12"].dtype == np.float64
    # Read as it was fitted.
    assert model.permutation_null(x1.astype(np.float64), x2, 1).means["i12"] == null.means["i12"]
    assert model.spread(x1, x2, 1).samples["s"].shape == (400,)
    assert [flag.name for flag in lsmi.data_flags(x1, x2, data.y)] == []


def test_controls_find_what_was_planted(controls, xor):
    results = controls.results
    names = [result.control for result in results]
    assert names[:9] == [
        "duplicated_x1",
        "mapped_x1",
        "duplicated_x2",
        "mapped_x2",
        "shuffled_labels",
        "shuffled_pairing",
        "first_half",
        "second_half",
        "planted_redundancy",
    ]
    assert set(names[9:]) == {"planted_synergy"}
    by_name = {result.control: result for result in results}
    for name, result in by_name.items():
        assert list(result.found) == NAMES
        assert (result.planted is not None) == name.startswith("planted")
        assert result.samples == 400 or name.endswith("half")
        assert isinstance(result.features, tuple)
    # Halves of each class.
    counts = np.bincount(xor.y)
    assert by_name["first_half"].samples == sum((counts + 1) // 2)
    assert by_name["second_half"].samples == sum(counts // 2)
    assert by_name["first_half"].features == (3, 3)
    # Both bits are clear: nearly all of log 2.
    for name, atom in (("planted_redundancy", "r"), ("planted_synergy", "s")):
        assert 0.6 < by_name[name].planted < np.log(2)
        assert by_name[name].found[atom] > 0.8 * by_name[name].planted
    without = [result.found["s"] for result in results[:5]]
    assert controls.synergy_floor == max(map(abs, without))
    assert controls.synergy_floor < 0.1
    assert controls.trusted_features == max(results[-1].features)
    assert controls.seed == 8
    assert abs(by_name["shuffled_labels"].found["i12"]) < 0.1


def test_a_control_that_the_data_do_not_allow_is_left_out(xor):
    small = {"modes": 1, "hidden": (), "density_epochs": 1, "classifier_epochs": 1, "folds": 2}
    controls = lsmi.controls(xor.x1, np.ones_like(xor.x2), xor.y, **small)
    assert [result.control for result in controls.results] == ["duplicated_x1", "mapped_x1"]
    assert [left_out.control for left_out in controls.left_out][-1] == "planted_synergy"
    assert controls.left_out[-1].reason == "x2: expected features that vary between samples, got none"
    assert controls.as_dict()["left_out"][-1]["control"] == "planted_synergy"
    assert controls.trusted_features == 0


def test_controls_tell_their_progress_and_take_the_settings_of_a_fit(xor):
    x1, x2, y = xor.x1, xor.x2, xor.y
    counts = []

    def progress(done, fits):
        counts.append((done, fits))
        return done == 1

    small = {"modes": 2, "hidden": (), "density_epochs": 1, "classifier_epochs": 1}
    error = error_of(lambda: lsmi.controls(x1, x2, y, progress=progress, **small))
    assert (error.kind, counts == sorted(counts)) == ("cancelled", True)
    assert counts[-1][0] == 1
    assert counts[-1][1] >= 10
    holed = np.where(np.arange(x1.size).reshape(x1.shape) == 4, np.nan, x1)
    folds = "folds: expected at least 2, as controls are read by models that did not see them, got 0"
    cases = [
        (lambda: lsmi.controls(x1, x2, y, folds=0), folds),
        (lambda: lsmi.controls(x1, x2, y, "paper"), folds),
        (lambda: lsmi.controls(x1, x2, y, modes=0), "modes: expected a whole number from 1 to 65536, got 0"),
        (lambda: lsmi.controls(x1, x2, y, "fast"), "preset: expected robust or paper, got fast"),
        (lambda: lsmi.controls(holed, x2, y), "x1: row 1, column 1: expected a finite number, got NaN"),
        (lambda: lsmi.controls(x1, x2[:9], y), "x2: expected 400 samples, got 9"),
        (lambda: lsmi.controls(x1, x2, y[:9]), "y: expected 400 samples, got 9"),
        (lambda: lsmi.controls(x1, x2, np.eye(2)[y], classes=3), "y: expected 3 classes, got 2"),
    ]
    for call, message in cases:
        assert str(error_of(call)) == message
    assert str(error_of(lambda: lsmi.controls(x1, x2, y, mode=3))).endswith("got 'mode'")


def unit(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def test_flags_of_data():
    rng = np.random.default_rng(0)
    x1, x2, y = rng.normal(size=(300, 4)), rng.normal(size=(300, 3)), np.arange(300) % 2
    assert lsmi.data_flags(x1, x2, y) == []
    doubled = np.column_stack([x2, 2 * x2[:, 1] - 3])
    sphere, copies = lsmi.data_flags(unit(x1), doubled, y)
    assert (sphere.name, sphere.subject) == ("unit_norm", "x1")
    assert sphere.figure == pytest.approx(1.0)
    assert sphere.finding == "all samples have the norm 1.0000: they lie on a sphere"
    assert sphere.advice.startswith("take features from before the normalisation")
    assert copies[:3] == ("duplicated_features", "x2", 1.0)
    assert copies.finding == "1 of 4 features are copies of others, up to scale and offset"
    small = lsmi.data_flags(x1, x2, np.where(np.arange(300) < 9, 2, y))
    assert [(flag.name, flag.subject, flag.figure) for flag in small] == [("small_classes", "y", 1.0)]
    assert lsmi.data_flags(x1, x2, np.eye(2)[y]) == []
    holed = x2.copy()
    holed[5, 2] = np.inf
    cases = [
        (lambda: lsmi.data_flags(x1, holed, y), "x2: row 5, column 2: expected a finite number, got inf"),
        (lambda: lsmi.data_flags(x1, x2[:9], y), "x2: expected 300 samples, got 9"),
        (lambda: lsmi.data_flags(x1, x2, y[:9]), "y: expected 300 samples, got 9"),
        (lambda: lsmi.data_flags(x1[:0], x2[:0], y[:0]), "x1: expected samples, got none"),
        (lambda: lsmi.data_flags(x1[:, :0], x2, y), "x1: expected features, got none"),
        (lambda: lsmi.data_flags(x1, x2[:, 0], y), "x2: expected 2 dimensions, got 1"),
    ]
    for call, message in cases:
        assert str(error_of(call)) == message


def test_a_fit_warns_of_all_its_flags_at_once(data):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = quick(folds=0).fit(unit(data.x1), np.column_stack([data.x2, data.x2]), data.y)
    names = [flag.name for flag in model.flags_]
    assert {"unit_norm", "duplicated_features", "in_sample"} <= set(names)
    assert model.notes_ == []
    (warning,) = caught
    assert warning.category is UserWarning
    assert warning.filename == __file__
    first, *lines = str(warning.message).split("\n  ")
    assert first == "the results may mislead; flags_ tell what to do"
    assert lines == [f"{flag.name} ({flag.subject}): {flag.finding}" for flag in model.flags_]
    assert lsmi.LSMI.from_bytes(model.to_bytes()).flags_ == model.flags_
    assert model.report()["flags"] == [flag._asdict() for flag in model.flags_]


def test_a_report_holds_what_was_found(model, data, null, spread, controls):
    split = (data.x1[:100], data.x2[:100], data.y[:100])
    unseen = model.cross_fitted_
    everything = {"details": True, "intervals": 200, "null": null, "spread": spread, "controls": controls}
    text = model.report_json(train=unseen["summary"], val=split, **everything)
    report = json.loads(text)
    assert report == model.report(train=unseen["summary"], val=split, **everything)
    assert report["splits"] == {"train": unseen["summary"], "val": model.score(*split)}
    assert report["reading"] == "cross-fitted"

    intervals = model.intervals(200)
    assert report["intervals"] == intervals.as_dict()
    low, high = intervals.of["s"]
    assert report["intervals"]["s"] == {"low": low, "high": high}
    assert report["intervals"]["shift"] == dict(zip(("low", "high"), intervals.shift))
    assert model.report(intervals=intervals)["intervals"] == report["intervals"]

    assert report["null"] == null.as_dict()
    assert report["null"]["p_values"] == null.p_values
    assert [means["s"] for means in report["null"]["means"]] == null.means["s"].tolist()
    assert report["spread"] == spread.as_dict()
    assert report["spread"]["deviation"] == spread.deviation
    assert "samples" not in report["spread"]
    found = report["controls"]
    assert found["synergy_floor"] == controls.synergy_floor
    assert found["results"][0]["features"] == [3, 3]
    assert [each["found"] for each in found["results"]] == [each.found for each in controls.results]

    details = report["details"]
    assert sum(each["samples"] for each in details["classes"]) == 400
    assert details["samples"]["index"] == list(range(400))
    np.testing.assert_allclose(details["samples"]["s"], unseen["s"], atol=6e-7)
    assert details["extremes"]["redundant"][0]["r"] == unseen["r"].max()
    assert details["settings"]["modes"] == "2"
    # What was not asked for is not there.
    parts = ("intervals", "null", "spread", "controls", "details")
    assert not set(parts) & set(model.report(train=split))
    assert "details" not in model.report(null=null)


def test_what_is_no_part_of_a_report_is_refused(model, data, null):
    plain = quick(folds=0).fit(data.x1, data.x2, data.y)
    cases = [
        (lambda: model.report(null={}), "null: expected Null, got dict"),
        (lambda: model.report(spread=null), "spread: expected Spread, got Null"),
        (lambda: model.report(controls=[1]), "controls: expected Controls, got list"),
        (
            lambda: model.report(details=(data.x1, data.x2, data.y)),
            "details: expected True or False, got tuple",
        ),
        (
            lambda: model.report(intervals=True),
            "intervals: expected a number of draws, or Intervals, got bool",
        ),
        (lambda: model.report(intervals=0), "draws: expected a whole number from 1 to 1000000, got 0"),
        (lambda: plain.report(intervals=9), "folds: expected a model fitted with folds, got 0"),
        (lambda: model.report_json(details=True, null=null._replace(means={})), None),
    ]
    for call, message in cases:
        assert message in (None, str(error_of(call)))
    for summary in ({}, *({**model.cross_fitted_["summary"], "h1": h1} for h1 in (None, np.eye(2)))):
        error = error_of(partial(model.report, val=summary))
        assert (error.kind, error.field) == ("format", "val")
        assert str(error).startswith("val: expected a summary as score gives it, got ")
    assert error_of(lambda: model.report(null=null._replace(permutations=-1))).kind == "format"


def test_numbers_of_numpy_are_numbers(model, data):
    count, seed = np.int32(2), np.int64(3)
    parts = {
        "intervals": lsmi.bootstrap(data.truth, count, np.float32(0.5), seed),
        "null": model.permutation_null(data.x1, data.x2, count, seed),
        "spread": model.spread(data.x1, data.x2, count, seed),
    }
    report = model.report(**parts)
    assert [report[name]["seed"] for name in parts] == [3, 3, 3]
    assert len(report["null"]["means"]) == report["spread"]["repeats"] == report["intervals"]["draws"] == 2
    assert model.report(intervals=count)["intervals"]["draws"] == 2


def test_results_are_pickled(null, spread, controls, data):
    intervals = lsmi.bootstrap(data.truth, 20)
    for result in (null, spread, controls, intervals):
        copied = pickle.loads(pickle.dumps(result))
        assert type(copied) is type(result)
        assert copied.as_dict() == result.as_dict()
