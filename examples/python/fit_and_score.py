"""Fits a model to data whose exact answer is known, scores new samples, keeps the model in a file."""

from __future__ import annotations

import tempfile
from pathlib import Path

import lsmi
import numpy as np

# 1600 samples to train on, 400 to look at. Put your own arrays here: x1 and x2 samples by features, y class numbers.
train, val = lsmi.mixed_gaussian(1600, seed=1), lsmi.mixed_gaussian(400, seed=2)

model = lsmi.LSMI(seed=42, modes=5).fit(train.x1, train.x2, train.y)

scores = model.score_samples(val.x1, val.x2, val.y)
print("sample  y" + "".join(f"{name:>8}" for name in ("r", "u1", "u2", "s")) + "   nats")
for sample in range(5):
    atoms = "".join(f"{scores[name][sample]:8.3f}" for name in ("r", "u1", "u2", "s"))
    print(f"{sample:6} {val.y[sample]:2}{atoms}")

summary = model.score(val.x1, val.x2, val.y)
print("\nmeans of the validation split, in nats, adjusted by the shift of the training split")
for name, value in summary["adjusted"].items():
    print(f"  {name:2} {value:7.3f}   exact {lsmi.mean(val.truth[name]):7.3f}")

# What holds for every sample, whatever the model.
np.testing.assert_allclose(scores["r"] + scores["u1"], scores["i1"], atol=1e-12)
np.testing.assert_allclose(scores["s"] - scores["r"], scores["i12"] - scores["i1"] - scores["i2"], atol=1e-12)
assert lsmi.agreement(scores["i12"], val.truth["i12"])[0] < 0.3

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "model.safetensors"
    model.save(path)
    again = lsmi.LSMI.load(path).score_samples(val.x1, val.x2, val.y)
np.testing.assert_array_equal(again["s"], scores["s"])
print("\nthe model file gives the same scores")
