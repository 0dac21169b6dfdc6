"""Replays the parity vectors of tests/data/parity, which every language of the library shares.

The file that LSMI_PARITY names was written on this machine: it is replayed too, with every tolerance 0.
"""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import lsmi
import numpy as np
import pytest
from conftest import DATA
from lsmi import _settings

COMMITTED = DATA / "parity" / "vectors.json"
OWN = os.environ.get("LSMI_PARITY")

if not COMMITTED.exists() and not OWN:
    pytest.skip("no parity vectors", allow_module_level=True)


def read(path):
    """The cases of a file by name; where one names the case that fits its model, that case's input stands instead."""
    cases = {case["name"]: case for case in json.loads(path.read_text(encoding="utf-8"))["cases"]}
    for case in cases.values():
        if "model" in case["input"]:
            case["input"]["model"] = cases[case["input"]["model"]]["input"]
    return cases


# A file that was named and is missing is an error.
OWN_CASES = read(Path(OWN)) if OWN else {}
BY_NAME = read(COMMITTED) if COMMITTED.exists() else OWN_CASES
TYPES = {"f32": np.float32, "f64": np.float64}
ATOMS = {"redundancy": "r", "unique1": "u1", "unique2": "u2", "synergy": "s"}
SHARES = ("redundant", "unique1", "unique2", "synergistic")
# Cases that the interface in Python cannot express, with the reason.
INEXPRESSIBLE = {
    "error_gaussian_information_features": "mixed_gaussian_truth takes the number of classes from x1",
}


def numbers(values, dtype=np.float64):
    """Numbers of a vector, where NaN and infinities are texts."""
    return np.array([float(value) for value in values]).astype(dtype)


def matrix(entry, dtype):
    """The matrix in place: rows of the given stride in one buffer, with what lies between them."""
    buffer = numbers(entry["data"], dtype)
    n, d, stride = entry["samples"], entry["features"], entry["stride"]
    if stride < d:
        pytest.skip("an array of NumPy whose rows overlap is a valid input")
    strides = (stride * buffer.itemsize, buffer.itemsize)
    return np.lib.stride_tricks.as_strided(buffer, (n, d), strides)


def density(entry, dtype):
    k, d = entry["modes"], entry["features"]
    triangle = None
    if entry["triangle"] == "full":
        triangle = numbers(entry["triangle_values"], dtype).reshape(k, d, d)
    return lsmi.Knife(
        numbers(entry["means"], dtype).reshape(k, d),
        numbers(entry["log_diagonal"], dtype).reshape(-1, d),
        triangle,
        numbers(entry["logits"], dtype),
        bounded=entry["bounded"],
    )


def network(entry, dtype):
    biases = [numbers(layer["biases"], dtype) for layer in entry["layers"]]
    weights = [numbers(layer["weights"], dtype) for layer in entry["layers"]]
    weights = [each.reshape(len(bias), -1) for each, bias in zip(weights, biases)]
    return lsmi.Network(weights, biases, activation=entry["activation"])


def optional(values, dtype):
    return None if values is None else numbers(values, dtype)


_models: dict[str, lsmi.LSMI] = {}


def fitted(entry):
    if id(entry) not in _models:
        dtype = TYPES[entry["type"]]
        model = lsmi.LSMI(entry["preset"], **dict(entry["settings"]))
        y = np.array(entry["y"], np.int64)
        _models[id(entry)] = model.fit(matrix(entry["x1"], dtype), matrix(entry["x2"], dtype), y)
    return _models[id(entry)]


def scores(model, entry):
    dtype = TYPES[entry.get("type", "f64")]
    x1, x2 = matrix(entry["x1"], dtype), matrix(entry["x2"], dtype)
    y = np.array(entry["y"], np.int64)
    shift = None if entry["shift"] == "of_model" else entry["shift"]
    samples = model.score_samples(x1, x2, y)
    summary = model.score(x1, x2, y, shift=shift)
    summary["samples"] = summary.pop("n")
    back = {short: long for long, short in ATOMS.items()}
    for part in ("raw", "adjusted"):
        summary[part] = {back[name]: value for name, value in summary[part].items()}
    return {"scores": {back.get(name, name): each for name, each in samples.items()}, "summary": summary}


def fit_and_score(entry):
    model = fitted(entry)
    return {
        **scores(model, entry),
        "history": list(model.history_.values()),
        "log_prior": model.log_prior_,
        "class_counts": model.class_counts_,
        "dropped": list(model.dropped_),
        "frozen_shift": model.frozen_shift_,
        "notes": "\n".join(model.notes_),
    }


def model_from_bytes(entry):
    data, edit = fitted(entry["model"]).to_bytes(), entry["edit"]
    if "text" in edit:
        data = edit["text"].encode()
    if "find" in edit:
        data = data.replace(edit["find"].encode(), edit["replace"].encode(), 1)
    if "keep" in edit:
        data = data[: edit["keep"]]
    if "drop" in edit:
        data = data[: len(data) - edit["drop"]]
    if edit.get("invert_last"):
        data = data[:-1] + bytes([data[-1] ^ 0xFF])
    return {"same_bytes": lsmi.LSMI.from_bytes(data).to_bytes() == data}


def preprocess(entry):
    model, name = fitted(entry["model"]), f"x{entry['modality']}"
    index = entry["modality"] - 1
    z = model.preprocess(**{name: matrix(entry["x"], np.dtype(model.dtype_))})[index]
    return {"z": z, **model.preprocessing_[index], "entropy_offset": model.entropy_offsets_[index]}


def report(entry):
    model, dtype = fitted(entry["model"]), TYPES[entry["model"]["type"]]
    split = matrix(entry["x1"], dtype), matrix(entry["x2"], dtype), np.array(entry["y"], np.int64)
    shift = None if entry["shift"] == "of_model" else entry["shift"]
    splits = dict.fromkeys(entry["splits"], split)
    text = model.report_json(shift, **splits)
    assert model.report(shift, **splits) == json.loads(text)
    return {"report": text}


def intervals(information, entry):
    return lsmi.bootstrap(information, entry["draws"], entry["level"], entry["seed"])


def trust_report(entry):
    given = entry["model"]
    model, dtype = fitted(given), TYPES[given["type"]]
    x1, x2 = (matrix(given[name], dtype) for name in ("x1", "x2"))
    unseen, settings = model.cross_fitted_, dict(entry["settings"])
    seed = int(settings.pop("seed"))
    parts = {
        "intervals": intervals(unseen, entry),
        "null": model.permutation_null(x1, x2, entry["permutations"], entry["seed"]),
        "spread": model.spread(x1, x2, entry["repeats"], entry["seed"]),
        "controls": lsmi.controls(
            x1, x2, np.array(given["y"], np.int64), entry["preset"], seed=seed, **settings
        ),
    }
    return {"report": model.report_json(train=unseen["summary"], **parts)}


def generated(result, drawn=()):
    shape = {"features1": result.x1.shape[1], "features2": result.x2.shape[1]}
    arrays = {"x1": result.x1, "x2": result.x2, "y": result.y, "drawn": drawn}
    return {**shape, **arrays, "truth": result.truth}


def latent(states):
    def column(name):
        return [state[name] for state in states]

    means = np.array(column("mean1")), np.array(column("mean2"))
    return lsmi.LatentMixture(
        column("y"), *means, column("deviation1"), column("deviation2"), column("weight")
    )


def given(entry):
    """The samples whose truth is asked for."""
    return *(matrix(entry[name], np.float64) for name in ("x1", "x2")), np.array(entry["y"])


def arrays_of_density(result):
    """Parameters, or the gradient for them, without None."""
    return {**result, "triangle": [] if result["triangle"] is None else result["triangle"]}


def trained(entry, dtype):
    run = {
        "weights": optional(entry["weights"], dtype),
        "held_out": np.array(entry["held_out"], np.int64),
        "seed": entry["seed"],
        **entry["training"],
    }
    x = matrix(entry["x"], dtype)
    if "density" in entry:
        made = density(entry["density"], dtype).refine(x, **run)
    else:
        form = {**entry["form"], "start": entry["start"], "train_means": True, "train_weights": True}
        made = lsmi.Knife.fit(x, **form, **run)
    return {**arrays_of_density(made.parameters()), "history": made.history}


def network_gradient(result):
    layers = [{"weights": w, "biases": b} for w, b in zip(result["weights"], result["biases"])]
    return {"loss": result["loss"], "layers": layers, "x": result["x"]}


def shift(entry):
    a = lsmi.shift(*(entry[name] for name in ATOMS))
    signs = {"redundancy": 1, "unique1": -1, "unique2": -1, "synergy": 1}
    return {"shift": a, "adjusted": {name: entry[name] + sign * a for name, sign in signs.items()}}


def replay(case):
    call, entry = case["call"], case["input"]
    dtype = TYPES.get(entry.get("type"), np.float64)
    if call == "log_density":
        return {"log_density": density(entry["density"], dtype).log_density(matrix(entry["x"], dtype))}
    if call == "log_density_at":
        made = density(entry["density"], dtype).with_level(entry["level"])
        return {"log_density": made.log_density(matrix(entry["x"], dtype))}
    if call == "log_probabilities_at":
        made = network(entry["network"], dtype).with_level(entry["level"])
        return {"log_probabilities": made.log_probabilities(matrix(entry["x"], dtype))}
    if call == "gradient":
        made, x = density(entry["density"], dtype), matrix(entry["x"], dtype)
        return arrays_of_density(made.gradient(x, optional(entry["weights"], dtype)))
    if call == "weighted_sum_gradient":
        made, x = density(entry["density"], dtype), matrix(entry["x"], dtype)
        return arrays_of_density(made.weighted_sum_gradient(x, numbers(entry["upstream"], dtype)))
    if call in ("refine", "fit_density"):
        return trained(entry, dtype)
    if call == "log_probabilities":
        made = network(entry["network"], dtype)
        return {"log_probabilities": made.log_probabilities(matrix(entry["x"], dtype))}
    if call == "network_gradient":
        made = network(entry["network"], dtype)
        weights = optional(entry["weights"], dtype)
        return network_gradient(made.gradient(matrix(entry["x"], dtype), np.array(entry["y"]), weights))
    if call == "log_sum_exp":
        return {"log_sum_exp": lsmi.log_sum_exp(matrix(entry["x"], dtype))}
    if call == "log_sum_exp_at":
        return {"log_sum_exp": lsmi.log_sum_exp(matrix(entry["x"], dtype), entry["level"])}
    if call == "information":
        rows = entry["log_probabilities"]
        rows = matrix(rows, dtype) if isinstance(rows, dict) else numbers(rows, dtype)
        rows = rows.reshape(-1, entry["classes"])
        prior = optional(entry["log_prior"], np.float64)
        return {"information": lsmi.information(rows, np.array(entry["y"]), prior)}
    if call == "atoms":
        result = lsmi.atoms(*(numbers(entry[name]) for name in ("i1", "i2", "i12", "h1", "h2")))
        return {long: result[short] for long, short in ATOMS.items()}
    if call == "shift":
        return shift(entry)
    if call == "mean":
        return {"mean": lsmi.mean(numbers(entry["values"]))}
    if call == "discrete":
        categories = (np.array(entry[name], np.int64) for name in ("x1", "x2", "y"))
        return lsmi.discrete(*categories, optional(entry["weights"], np.float64))
    if call == "joint_categories":
        return {"categories": lsmi.joint_categories([np.array(column) for column in entry["columns"]])}
    if call == "agreement":
        found = lsmi.agreement(numbers(entry["estimate"]), numbers(entry["exact"]))
        return dict(zip(("rmse", "correlation"), found))
    if call in ("config_text", "config_check"):
        settings = lsmi.settings(entry["preset"], **dict(entry["settings"]))
        return settings if call == "config_text" else {}
    if call == "synthetic_gaussian":
        names = ("samples", "classes", "rho", "noise", "seed")
        return generated(lsmi.mixed_gaussian(*(entry[name] for name in names)))
    if call == "synthetic_xor":
        names = ("samples", "dimension", "amplitude", "seed")
        return generated(lsmi.planted_xor(*(entry[name] for name in names)))
    if call == "synthetic_circuit":
        return generated(lsmi.circuit(entry["circuit"], entry["samples"], entry["seed"]))
    if call == "synthetic_mixture":
        shares = [entry[name] for name in SHARES]
        return generated(*lsmi.kind_mixture(entry["samples"], shares, entry["amplitude"], entry["seed"]))
    if call == "synthetic_latent":
        return generated(*latent(entry["states"]).sample(entry["samples"], entry["seed"]))
    if call == "circuit_support":
        return generated(lsmi.circuit_support(entry["circuit"])[0])
    if call == "gaussian_information":
        return lsmi.mixed_gaussian_truth(*given(entry), entry["rho"], entry["noise"])
    if call == "xor_information":
        return lsmi.planted_xor_truth(*given(entry), entry["amplitude"], entry["seed"])
    if call == "mixture_information":
        return lsmi.kind_mixture_truth(*given(entry), [entry[name] for name in SHARES], entry["amplitude"])
    if call == "latent_information":
        return latent(entry["states"]).truth(*given(entry))
    if call == "fit_and_score":
        return fit_and_score(entry)
    if call == "score":
        return scores(fitted(entry["model"]), entry)
    if call == "report":
        return report(entry)
    if call == "bootstrap":
        found = intervals({name: numbers(entry[name]) for name in ("i1", "i2", "i12", "h1", "h2")}, entry)
        return {"bounds": [end for interval in (*found.of.values(), found.shift) for end in interval]}
    if call == "trust_report":
        return trust_report(entry)
    if call == "preprocess":
        return preprocess(entry)
    if call == "model_from_bytes":
        return model_from_bytes(entry)
    if call == "model_load":
        return lsmi.LSMI.load(entry["path"])
    raise AssertionError(f"unknown call {call}")


def flat(values):
    """A list of numbers from arrays or nested lists."""
    return list(np.asarray(values).ravel().tolist()) if not isinstance(values, list) else values


def agree(place, got, want, tolerance):
    if isinstance(want, dict):
        assert set(want) <= set(got), place
        for name in want:
            agree(f"{place}.{name}", got[name], want[name], tolerance)
    elif isinstance(want, list):
        got = flat(got)
        assert len(got) == len(want), place
        for index, (one, other) in enumerate(zip(got, want)):
            agree(f"{place}[{index}]", one, other, tolerance)
    elif isinstance(want, str) and want.startswith("{") and tolerance > 0:
        agree(place, json.loads(got), json.loads(want), tolerance)
    elif want is None or isinstance(want, bool) or (isinstance(want, str) and want not in ("NaN", "Infinity", "-Infinity")):
        assert got == want, place
    else:
        got, want = float(got), float(want)
        if math.isnan(want) or math.isinf(want) or tolerance == 0:
            same = got == want and math.copysign(1, got) == math.copysign(1, want)
            assert same or (math.isnan(got) and math.isnan(want)), f"{place}: {got!r}, not {want!r}"
        else:
            assert abs(got - want) <= tolerance * max(1.0, abs(got), abs(want)), (
                f"{place}: {got!r}, not {want!r}"
            )


@pytest.mark.parametrize("name", BY_NAME)
def test_case(name):
    case = BY_NAME[name]
    check(case, case["tolerance"])


@pytest.mark.parametrize("name", OWN_CASES)
def test_case_to_the_bit(name):
    check(OWN_CASES[name], 0)


def check(case, tolerance):
    name = case["name"]
    if name in INEXPRESSIBLE:
        pytest.skip(INEXPRESSIBLE[name])
    want = case["output"]
    if "error" in want:
        with pytest.raises(lsmi.Error) as caught:
            replay(case)
        assert str(caught.value) == want["error"]["message"]
        assert caught.value.kind == want["error"]["name"].replace(" ", "_")
        assert caught.value.field == want["error"]["field"]
        return
    got = replay(case)
    if case["call"] == "config_text":
        lines = dict(line.split("=", 1) for line in want["text"].splitlines())
        assert list(lines) == sorted(got)
        for key, value in got.items():
            number = isinstance(value, float)
            assert float(lines[key]) == value if number else lines[key] == _settings.text(value)
        return
    agree(name, got, want, tolerance)
