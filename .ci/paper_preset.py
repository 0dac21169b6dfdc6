"""Preset `paper` on the demo against the released program's results over the same number of seeds: the means of i and h
on the validation split agree within 3.5 standard errors of their difference, with and without accumulated gradients."""
import json
import math
import statistics
import subprocess
import sys
from pathlib import Path

lsmi = sys.argv[1]
reference = json.loads((Path(__file__).parent.parent / "tests/data/reference_seeds.json").read_text())
worst = 0.0
for classes in (2, 10):
    for quirk in (False, True):
        theirs = [r for r in reference if r["n_class"] == classes and r["accumulated_gradients"] == quirk]
        ours = []
        for seed in (r["seed"] for r in theirs):
            command = [lsmi, "demo", "--classes", str(classes), "--seed", str(seed), "--preset", "paper", "--json", "-"]
            command += ["--set", f"accumulate_gradients={str(quirk).lower()}"]
            ours.append(json.loads(subprocess.check_output(command))["splits"]["val"])
        for name in ("i1", "i2", "i12", "h1", "h2"):
            a, b = [v[name] for v in ours], [r[f"val_{name}"] for r in theirs]
            error = math.sqrt(statistics.variance(a) / len(a) + statistics.variance(b) / len(b))
            z = (statistics.mean(a) - statistics.mean(b)) / error
            worst = max(worst, abs(z))
            assert abs(z) <= 3.5, f"{classes} classes, accumulated {quirk}, {name}: {z:+.1f} standard errors"
print(f"paper preset: largest departure {worst:.1f} standard errors (bar 3.5)")
