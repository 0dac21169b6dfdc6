"""The estimator: results, parameters, files, errors."""

from __future__ import annotations

import copy
import json
import math
import pickle

import lsmi
import numpy as np
import pytest
from conftest import error_of, quick, read_safetensors

COLUMNS = ["i1", "i2", "i12", "h1", "h2", "r", "u1", "u2", "s"]


def test_estimates_come_near_the_truth():
    train, val = lsmi.mixed_gaussian(1600, seed=1), lsmi.mixed_gaussian(400, seed=2)
    model = lsmi.LSMI(seed=3, entropy_units="input").fit(train.x1, train.x2, train.y)
    scores = model.score_samples(val.x1, val.x2, val.y)
    assert list(scores) == COLUMNS
    for name, bound in {"i1": 0.2, "i12": 0.25, "h1": 0.25, "r": 0.25, "s": 0.25}.items():
        assert scores[name].dtype == np.float64
        assert lsmi.agreement(scores[name], val.truth[name])[0] < bound, name


def test_atoms_add_up_and_shifts_shift(model, data):
    scores = model.score_samples(data.x1, data.x2, data.y)
    np.testing.assert_allclose(scores["r"] + scores["u1"], scores["i1"], atol=1e-12)
    np.testing.assert_allclose(
        scores["r"] + scores["u1"] + scores["u2"] + scores["s"], scores["i12"], atol=1e-12
    )
    again = lsmi.atoms(*(scores[name] for name in COLUMNS[:5]))
    np.testing.assert_array_equal(again["r"], scores["r"])
    summary = model.score(data.x1, data.x2, data.y)
    assert summary["n"] == 400
    assert summary["shift"] == model.frozen_shift_
    assert summary["raw"]["s"] == lsmi.mean(scores["s"])
    assert summary["s_minus_r"] == pytest.approx(summary["i12"] - summary["i1"] - summary["i2"])
    assert set(summary["accuracy"]) == set(summary["log_loss"]) == {"x1", "x2", "joint"}
    for rule in ("none", "frozen", "batch"):
        moved = model.score_samples(data.x1, data.x2, data.y, shift=rule)
        a = model.score(data.x1, data.x2, data.y, shift=rule)["shift"]
        np.testing.assert_array_equal(moved["r"], scores["r"] + a)
        np.testing.assert_array_equal(moved["u2"], scores["u2"] - a)
        np.testing.assert_array_equal(moved["h1"], scores["h1"])


def test_training_samples_are_read_by_models_that_did_not_see_them(model, data):
    unseen = model.cross_fitted_
    assert list(unseen) == ["y", *COLUMNS, "summary"]
    np.testing.assert_array_equal(unseen["y"], data.y)
    np.testing.assert_allclose(unseen["r"] + unseen["u1"], unseen["i1"], atol=1e-12)
    summary = unseen["summary"]
    assert (summary["reading"], summary["seen"]) == ("cross-fitted", 0)
    assert summary["shift"] == model.frozen_shift_
    assert summary["i12"] == lsmi.mean(unseen["i12"])
    own = model.score(data.x1, data.x2, data.y)
    assert (own["reading"], own["seen"]) == ("in-sample", len(data.y))
    again = lsmi.LSMI.from_bytes(model.to_bytes()).cross_fitted_
    assert again["summary"] == summary
    assert quick(folds=0).fit(data.x1, data.x2, data.y).cross_fitted_ is None


def test_means_that_are_not_finite_are_none(data):
    model = quick(standardize=False).fit(data.x1, data.x2, data.y)
    far = data.x1.copy()
    far[:20] = 1e150
    h1 = model.score_samples(far, data.x2, data.y)["h1"][0]
    far[:20] *= np.sqrt(2e307 / h1)
    assert np.isfinite(model.score_samples(far, data.x2, data.y)["h1"]).all()
    summary = model.score(far, data.x2, data.y)
    assert summary["h1"] is None
    assert summary["h2"] == model.score(data.x1, data.x2, data.y)["h2"]


def test_structured_output(model, data):
    scores = model.score_samples(data.x1, data.x2, data.y)
    table = model.score_samples(data.x1, data.x2, data.y, output="structured")
    assert list(table.dtype.names) == COLUMNS
    for name in COLUMNS:
        np.testing.assert_array_equal(table[name], scores[name])
    error = error_of(lambda: model.score_samples(data.x1, data.x2, data.y, output="frame"))
    assert str(error) == "output: expected one of dict, structured, got 'frame'"


def test_report(model, data):
    half = (data.x1[:200], data.x2[:200], data.y[:200])
    report = model.report(train=(data.x1, data.x2, data.y), val=half)
    assert report["splits"]["train"] == model.score(data.x1, data.x2, data.y)
    assert report["splits"]["val"] == model.score(*half)
    assert (report["seed"], report["preset"], report["version"]) == (42, "robust", lsmi.__version__)
    assert report["shift_rule"] == "frozen"
    json.dumps(report)
    assert model.report()["splits"] == {}
    expected = "val: expected a tuple of x1, x2 and y, or a summary, got int"
    assert str(error_of(lambda: model.report(val=3))) == expected


def test_attributes(model, data):
    np.testing.assert_array_equal(model.classes_, [0, 1, 2])
    np.testing.assert_array_equal(model.class_counts_, np.bincount(data.y))
    np.testing.assert_allclose(model.log_prior_, np.log(np.bincount(data.y) / 400), rtol=1e-14)
    assert model.features_ == (3, 3)
    assert model.dtype_ == "float64"
    assert model.config_["modes"] == 2
    assert model.config_["classes"] == 3
    names = ["classifier of x1", "classifier of x2", "classifier of both", "density of x1", "density of x2"]
    assert list(model.history_) == names
    assert len(model.history_["density of x1"]["losses"]) <= 5
    x1 = np.column_stack([data.x1, np.ones(400)])
    dropped = quick().fit(x1, data.x2, data.y)
    assert dropped.dropped_ == ([3], [])
    assert any("dropped" in note and "x1" in note for note in dropped.notes_)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("settings", [{}, {"entropy_units": "input"}, {"standardize": False, "shift": "batch"}])
def test_the_parts_of_a_model_give_its_scores(data, dtype, settings):
    x1 = np.column_stack([np.full(400, 7.0), 9 * data.x1 + 3]).astype(dtype)
    x2 = data.x2.astype(dtype)
    standardize = settings.get("standardize", True)
    x1 = x1 if standardize else x1[:, 1:].copy()
    model = quick(clip=1.5, **settings).fit(x1, x2, data.y)
    scores = model.score_samples(x1, x2, data.y)
    z1, z2 = model.preprocess(x1, x2)
    assert z1.dtype == dtype
    for modality, (x, z) in enumerate([(x1, z1), (x2, z2)]):
        what = model.preprocessing_[modality]
        kept = x[:, what["columns"]].astype(np.float64)
        if standardize:
            kept = np.clip((kept - what["means"]) / what["scales"], -1.5, 1.5)
            assert what["clip"] == 1.5
            offset = np.log(what["scales"]).sum() if settings else 0.0
        else:
            assert (len(what["means"]), len(what["scales"]), what["clip"]) == (0, 0, math.inf)
            offset = 0.0
        np.testing.assert_array_equal(z, kept.astype(dtype))
        assert model.entropy_offsets_[modality] == pytest.approx(offset, abs=1e-12)
        density = model.densities_[modality]
        assert isinstance(density, lsmi.Knife)
        surprisal = model.entropy_offsets_[modality] - density.log_density(z).astype(np.float64)
        np.testing.assert_array_equal(scores[f"h{modality + 1}"], surprisal)
    if standardize:
        np.testing.assert_array_equal(model.preprocessing_[0]["columns"], [1, 2, 3])
    # A product of another number of rows may round otherwise.
    tolerance = 1e-5 if dtype == np.float32 else 1e-12
    for name, network, z in zip(("i1", "i2", "i12"), model.networks_, (z1, z2, np.hstack([z1, z2]))):
        assert isinstance(network, lsmi.Network)
        information = lsmi.information(network.log_probabilities(z), data.y, model.log_prior_)
        np.testing.assert_allclose(scores[name], information, atol=tolerance)
    histories = [part.history for part in (*model.networks_, *model.densities_)]
    assert histories == list(model.history_.values())


def test_classifiers_that_have_more_than_layers_go_with_their_model():
    data = lsmi.planted_xor(300, dimension=2)
    # Networks learn nothing in an epoch; what needs none is chosen.
    chosen = lsmi.LSMI(modes=2, classifier_epochs=1).fit(data.x1, data.x2, data.y)
    assert pickle.loads(pickle.dumps(chosen)).to_bytes() == chosen.to_bytes()
    refused = []
    for network in chosen.networks_:
        try:
            pickle.dumps(network)
        except TypeError as error:
            refused.append(str(error))
    assert refused and set(refused) == {"a classifier that a fit chose has more than layers: pickle its model"}


def test_one_modality_alone_is_preprocessed(model, data):
    z1, nothing = model.preprocess(data.x1)
    assert nothing is None
    assert z1.shape == (400, 3)
    np.testing.assert_array_equal(model.preprocess(x2=data.x2[:7])[1], model.preprocess(data.x1, data.x2)[1][:7])
    error = error_of(lambda: model.preprocess(x2=data.x2[:, :2]))
    assert str(error) == "x2: expected 3 features, got 2"
    error = error_of(lambda: model._model.preprocess(2, data.x1))
    assert (error.kind, str(error)) == ("setting", "modality: expected 0 or 1, got 2")
    assert error_of(lambda: lsmi.LSMI().preprocess(data.x1)).kind == "not_fitted"
    imported = lsmi.LSMI.from_parameters(model.networks_, model.densities_)
    np.testing.assert_array_equal(imported.preprocess(z1)[0], z1)
    assert imported.networks_[0].history is None
    finer = model.densities_[0].refine(z1, epochs=3)
    assert finer.log_density(z1).mean() > model.densities_[0].log_density(z1).mean()


def test_parameters_are_kept_as_given():
    hidden, modes = [4, 4], np.int64(3)
    model = lsmi.LSMI("paper", seed=7, hidden=hidden, modes=modes)
    params = model.get_params()
    assert params["hidden"] is hidden
    assert params["modes"] is modes
    assert set(params) == {"preset", "seed", "progress", "hidden", "modes"}
    assert model.set_params(modes=2, seed=8, clip=10.0) is model
    assert model.get_params()["clip"] == 10.0
    assert repr(model) == "LSMI(preset='paper', seed=8, hidden=[4, 4], modes=2, clip=10.0)"
    for call in (lambda: lsmi.LSMI(mode=3), lambda: model.set_params(mode=3)):
        error = error_of(call)
        assert str(error).startswith("setting: expected one of accumulate_gradients, ")
        assert str(error).endswith("got 'mode'")


def test_scikit_learn_clones():
    base = pytest.importorskip("sklearn.base")
    validation = pytest.importorskip("sklearn.utils.validation")
    model = quick(seed=5, progress=print)
    clone = base.clone(model)
    assert clone.get_params() == model.get_params()
    with pytest.raises(Exception, match="not fitted"):
        validation.check_is_fitted(clone)
    data = lsmi.mixed_gaussian(100)
    validation.check_is_fitted(quick().fit(data.x1, data.x2, data.y))


def test_one_seed_gives_one_model(data):
    first, second, other = (quick(seed=seed).fit(data.x1, data.x2, data.y) for seed in (1, 1, 2))
    assert first.to_bytes() == second.to_bytes() != other.to_bytes()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_model_files(tmp_path, data, dtype):
    x1, x2 = data.x1.astype(dtype), data.x2.astype(dtype)
    model = quick(seed=9).fit(x1, x2, data.y)
    path = tmp_path / "model.safetensors"
    model.save(path)
    assert path.read_bytes() == model.to_bytes()
    copies = [
        lsmi.LSMI.load(path),
        lsmi.LSMI.load(str(path)),
        lsmi.LSMI.from_bytes(model.to_bytes()),
        lsmi.LSMI.from_bytes(bytearray(model.to_bytes())),
        lsmi.LSMI.from_bytes(memoryview(b"." + model.to_bytes())[1:]),
        lsmi.LSMI.from_bytes(np.frombuffer(model.to_bytes(), np.uint8)),
        pickle.loads(pickle.dumps(model)),
        copy.deepcopy(model),
    ]
    want = model.score_samples(x1, x2, data.y)
    for other in copies:
        assert other.to_bytes() == model.to_bytes()
        np.testing.assert_array_equal(other.score_samples(x1, x2, data.y)["r"], want["r"])
        assert other.dtype_ == model.dtype_
    loaded = copies[0].get_params()
    assert (loaded["preset"], loaded["seed"], loaded["modes"], loaded["hidden"]) == ("robust", 9, 2, [8])
    assert copies[0].fit(x1, x2, data.y).to_bytes() == model.to_bytes()
    arrays, metadata = read_safetensors(path)
    assert "lsmi" in metadata
    assert arrays["density.x1.means"].shape == (2, 3)


def test_pickles_keep_parameters_but_no_callback():
    model = pickle.loads(pickle.dumps(lsmi.LSMI("paper", seed=4, modes=3, progress=lambda *_: None)))
    assert model.get_params() == {"preset": "paper", "seed": 4, "modes": 3, "progress": None}
    assert model.__sklearn_is_fitted__() is False


class Watch:
    """A callback with a state, which knows the model that it watches."""

    def __init__(self):
        self.seen = []
        self.model = None

    def __call__(self, *progress):
        self.seen.append(progress)


def test_copies_keep_all_parameters(data):
    def progress(*_):
        return None

    model = lsmi.LSMI("paper", seed=4, hidden=[8, 4], progress=progress)
    for other in (copy.copy(model), copy.deepcopy(model)):
        assert other.get_params() == model.get_params()
        other.set_params(seed=5, modes=7)
        assert (model.seed, "modes" in model.get_params()) == (4, False)
    assert copy.copy(model).get_params()["hidden"] is model.get_params()["hidden"]
    assert copy.deepcopy(model).get_params()["hidden"] is not model.get_params()["hidden"]

    watch = Watch()
    model = watch.model = quick(folds=0, progress=watch).fit(data.x1, data.x2, data.y)
    shallow, deep = copy.copy(model), copy.deepcopy(model)
    assert shallow.progress is watch
    assert deep.progress is not watch
    assert deep.progress.model is deep
    for other in (shallow, deep):
        assert other.to_bytes() == model.to_bytes()
        assert other.fit(data.x1, data.x2, data.y[::-1].copy()).to_bytes() != model.to_bytes()
    # The one watches for two.
    assert len(watch.seen) == 2 * 25
    assert len(deep.progress.seen) == 2 * 25


def test_the_report_is_json(model, data):
    split = (data.x1, data.x2, data.y)
    text = model.report_json("batch", val=split, train=split)
    assert text.startswith('{\n  "splits": {\n    "train": {\n      "n": 400,\n')
    report = json.loads(text)
    assert report == model.report("batch", val=split, train=split)
    assert report["splits"]["val"] == model.score(*split, shift="batch")
    assert (report["shift_rule"], report["version"]) == ("batch", lsmi.__version__)


def test_a_model_of_given_parameters(data):
    x = np.hstack([data.x1, data.x2])
    networks = [lsmi.Network.fit(each, data.y, epochs=2, hidden=4) for each in (data.x1, data.x2, x)]
    densities = [lsmi.Knife.fit(each, epochs=2, modes=2) for each in (data.x1, data.x2)]
    model = lsmi.LSMI.from_parameters(networks, densities)
    scores = model.score_samples(data.x1, data.x2, data.y)
    np.testing.assert_array_equal(scores["h1"], -densities[0].log_density(data.x1))
    np.testing.assert_array_equal(scores["i12"], lsmi.information(networks[2].log_probabilities(x), data.y))
    assert model.config_["preset"] == "imported"
    assert model.history_ == {}
    assert model.class_counts_ == []
    assert model.frozen_shift_ is None
    expected = "shift: expected batch or none, as the model was imported without its training samples, got frozen"
    assert str(error_of(lambda: model.score(data.x1, data.x2, data.y, shift="frozen"))) == expected
    assert pickle.loads(pickle.dumps(model)).to_bytes() == model.to_bytes()
    single = lsmi.Knife.fit(data.x1.astype(np.float32), epochs=1)
    for call, message in [
        (lambda: lsmi.LSMI.from_parameters(networks[:2], densities), "classifiers: expected 3 models, got 2"),
        (
            lambda: lsmi.LSMI.from_parameters(networks, [single, single]),
            "parameters: expected all of float32 or all of float64, got both",
        ),
        (lambda: lsmi.LSMI.from_parameters(networks[::-1], densities), None),
    ]:
        assert message in (None, str(error_of(call)))


def test_not_fitted():
    model = lsmi.LSMI()
    for call in (lambda: model.score([[0.0]], [[0.0]], [0]), model.to_bytes, lambda: model.frozen_shift_):
        error = error_of(call)
        assert isinstance(error, (lsmi.NotFittedError, AttributeError))
        assert (error.kind, str(error)) == ("not_fitted", "this LSMI is not fitted yet: call fit first")
    assert not hasattr(model, "classes_")


def test_errors_of_fit_and_score_name_field_and_place(model, data):
    x1, x2, y = data.x1, data.x2, data.y

    def replaced(x, row, column, value):
        x = x.copy()
        x[row, column] = value
        return x

    def fit(x1=x1, x2=x2, y=y, **settings):
        return lambda: quick(**settings).fit(x1, x2, y)

    def score(x1=x1, x2=x2, y=y):
        return lambda: model.score(x1, x2, y)

    class_7 = np.where(np.arange(400) == 3, 7, y)
    no_class_1 = quick(classes=3).fit(x1[y != 1], x2[y != 1], y[y != 1])
    row = int(np.argmax(y == 1))
    cases = [
        (
            fit(x1=replaced(x1, 4, 1, np.nan)),
            "not_finite",
            "x1: row 4, column 1: expected a finite number, got NaN",
        ),
        (
            score(x2=replaced(x2, 5, 0, np.inf)),
            "not_finite",
            "x2: row 5, column 0: expected a finite number, got inf",
        ),
        (fit(x2=x2[:9]), "shape", "x2: expected 400 samples, got 9"),
        (score(y=y[:9]), "shape", "y: expected 400 samples, got 9"),
        (score(x1=x1[:, :2]), "shape", "x1: expected 3 features, got 2"),
        (fit(x1=x1[:0], x2=x2[:0], y=y[:0]), "empty", None),
        (fit(x2=x2[:, :0]), "empty", None),
        (fit(x1=np.ones((400, 2))), "empty", None),
        (score(y=class_7), "class", "y: row 3, column 0: expected a class number from 0 to 2, got 7"),
        (fit(y=np.where(y == 0, -1, y)), "class", None),
        (fit(y=np.zeros(400, int)), "one_class", "y: expected at least two classes, got only class 0"),
        (
            fit(x1=x1[:4], x2=x2[:4], y=[0, 1, 2, 9]),
            "too_few_samples",
            "y: expected at least 10 samples, one per class, got 4",
        ),
        (
            lambda: no_class_1.score(x1, x2, y),
            "unseen_class",
            f"y: row {row}, column 0: expected a class with training samples, got class 1",
        ),
        (fit(modes=0), "setting", "modes: expected a whole number from 1 to 65536, got 0"),
        (
            fit(hidden=(4, "x")),
            "setting",
            "hidden: expected whole numbers separated by commas, or none, got '4,x'",
        ),
        (fit(preset="fast"), "setting", "preset: expected robust or paper, got fast"),
        (
            lambda: model.score(x1, x2, y, shift="fixed"),
            "setting",
            "shift: expected one of frozen, batch, none, got 'fixed'",
        ),
        (fit(standardize=False, density_learning_rate=1e300), "diverged", None),
        (lambda: lsmi.LSMI.from_bytes(b"no model"), "format", None),
        (lambda: lsmi.LSMI.from_bytes(model.to_bytes()[:-1]), "format", None),
        (
            lambda: lsmi.LSMI.from_bytes(
                model.to_bytes().replace(b'format_version\\":3', b'format_version\\":9')
            ),
            "version",
            "model: expected model format version 3 or older, got 9; a newer lsmi reads it",
        ),
        (lambda: lsmi.LSMI.load("no/such/file"), "io", "no/such/file: cannot read: no such file or folder"),
        (lambda: model.save("no/such/file"), "io", "no/such/file: cannot write: no such file or folder"),
    ]
    for call, kind, message in cases:
        error = error_of(call)
        assert error.kind == kind, error
        assert message in (None, str(error))
        assert "\n" not in str(error)
        assert str(error).startswith(error.field)
        assert isinstance(error, OSError) == (kind == "io")
        copied = pickle.loads(pickle.dumps(error))
        assert (str(copied), copied.kind, copied.field) == (str(error), error.kind, error.field)


def test_a_failed_fit_leaves_the_fitted_model(data):
    model = quick().fit(data.x1, data.x2, data.y)
    before = model.to_bytes()
    error_of(lambda: model.fit(data.x1, data.x2, data.y[:3]))
    assert model.to_bytes() == before
