"""Fits and scores real feature files: finite atoms, identities, and accuracies that a working build exceeds."""
import csv
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

lsmi, data = sys.argv[1], Path(sys.argv[2])
LEAST_ACCURACY = {"mfeat_fou_zer": 0.80, "mfeat_kar_mor": 0.93, "digits_top_bottom": 0.95}

for name, least in LEAST_ACCURACY.items():
    with tempfile.TemporaryDirectory() as folder:
        model, scores, report = (f"{folder}/{f}" for f in ("model.safetensors", "scores.csv", "report.json"))
        source = data / f"{name}.pt"
        subprocess.run([lsmi, "fit", source, "-o", model], check=True, stdout=subprocess.DEVNULL)
        command = [lsmi, "score", model, source, "--split", "val", "-o", scores, "--json", report]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        accuracy = json.loads(Path(report).read_text())["splits"]["val"]["accuracy"]["joint"]
        with open(scores) as file:
            rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]
        for row in rows:
            assert all(math.isfinite(v) for v in row.values()), row
            scale = 1e-12 * (1 + sum(abs(row[k]) for k in ("i1", "i2", "i12", "r")))
            assert abs(row["r"] + row["u1"] - row["i1"]) <= scale, row
            assert abs(row["r"] + row["u2"] - row["i2"]) <= scale, row
            assert abs(row["r"] + row["u1"] + row["u2"] + row["s"] - row["i12"]) <= scale, row
        assert accuracy >= least, f"{name}: accuracy {accuracy} below {least}"
        print(f"{name}: {len(rows)} samples, joint accuracy {accuracy:.3f}")
