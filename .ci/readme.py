"""Runs every command of the README, in its order, in a copy of the tracked files."""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

root = Path(__file__).resolve().parent.parent
copy = root / "target" / "readme"
shutil.rmtree(copy, ignore_errors=True)
for name in subprocess.check_output(["git", "ls-files"], cwd=root, text=True).splitlines():
    target = copy / name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(root / name, target)

install = root / "target" / "readme-install"
env = dict(os.environ, CARGO_TARGET_DIR=str(root / "target"), CARGO_INSTALL_ROOT=str(install))
env["PATH"] = os.pathsep.join([str(install / "bin"), str(Path(sys.executable).parent), env["PATH"]])

blocks = re.findall(r"^```(sh|python)\n(.*?)^```", (root / "README.md").read_text(), re.S | re.M)
assert len(blocks) >= 6, "the README has lost its commands"
for language, text in blocks:
    # The workspace's tests have just run.
    text = text.replace("cargo test --workspace\n", "")
    print(f"--- {language}\n{text}", flush=True)
    command = ["bash", "-euxo", "pipefail", "-c", text] if language == "sh" else [sys.executable, "-c", text]
    subprocess.run(command, cwd=copy, env=env, check=True, stdout=subprocess.DEVNULL)

# What the README says about the files must be true.
header = (copy / "scores.csv").read_text().splitlines()[0]
assert header == "index,y,i1,i2,i12,h1,h2,r,u1,u2,s", header
from safetensors import safe_open
with safe_open(copy / "model.safetensors", "numpy") as model:
    assert "lsmi" in model.metadata() and "density.x1.means" in model.keys()
print(f"{len(blocks)} blocks of the README run")
