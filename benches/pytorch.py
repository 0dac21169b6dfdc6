#!/usr/bin/env python3
"""The cases of the example `throughput` beside PyTorch, in one run on one thread.

    python3 benches/pytorch.py [--budget SECONDS] [--rounds N]

Needs cargo and a Python with torch. PyTorch computes what a user would write instead of this library: the KNIFE density
as one matrix product per batch, its training step with torch.optim.Adam, three classifiers as torch.nn.Sequential, and
torch.logsumexp. The two take turns, a median of many calls each; with several rounds the least median of each counts,
which other work on the machine disturbed least. Prints a Markdown table.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import time
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[variable] = "1"

import torch

ROOT = Path(__file__).resolve().parents[1]


class Density(torch.nn.Module):
    """log p of a batch: all modes stacked into one product."""

    def __init__(self, d, modes):
        super().__init__()
        self.d = d
        self.means = torch.nn.Parameter(torch.randn(modes, d))
        self.log_diagonal = torch.nn.Parameter(0.1 * torch.randn(modes, d))
        self.triangle = torch.nn.Parameter(0.05 * torch.randn(modes, d, d))
        self.logits = torch.nn.Parameter(torch.zeros(modes))

    def forward(self, x):
        sigma = torch.tanh(self.log_diagonal)
        a = (torch.tril(self.triangle, -1) + torch.eye(self.d)) * torch.exp(sigma)[:, None, :]
        centre = torch.einsum("kij,kj->ki", a, self.means)
        z = (x @ a.reshape(-1, self.d).T).reshape(len(x), -1, self.d) - centre
        exponents = -0.5 * (z**2).sum(-1) + sigma.sum(-1) + torch.log_softmax(self.logits, -1)
        return torch.logsumexp(exponents, -1) - 0.5 * self.d * math.log(2 * math.pi)


def seconds(call, budget):
    """The median of many calls after the first."""
    call()
    times, begin = [], time.perf_counter()
    while len(times) < 5 or time.perf_counter() - begin < budget:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def score(case, budget):
    density, x = Density(case["d"], case["K"]), torch.randn(case["n"], case["d"])
    with torch.no_grad():
        return seconds(lambda: density(x), budget) / case["n"]


def training_step(parameters, loss):
    optimiser = torch.optim.Adam(parameters, lr=1e-3)

    def step():
        optimiser.zero_grad()
        loss().backward()
        optimiser.step()

    return step


def step(case, budget):
    density, x = Density(case["d"], case["K"]), torch.randn(case["batch"], case["d"])
    return seconds(training_step(density.parameters(), lambda: -density(x).mean()), budget)


def classifiers(case, budget):
    d, batch = case["d"], case["batch"]
    layer, relu = torch.nn.Linear, torch.nn.ReLU
    networks = [torch.nn.Sequential(layer(n, 64), relu(), layer(64, 64), relu(), layer(64, 2)) for n in (d, d, 2 * d)]
    inputs = [torch.randn(batch, n) for n in (d, d, 2 * d)]
    y = torch.randint(0, 2, (batch,))
    loss = lambda: sum(torch.nn.functional.cross_entropy(f(x), y) for f, x in zip(networks, inputs))
    return seconds(training_step([p for f in networks for p in f.parameters()], loss), budget)


def log_sum_exp(case, budget):
    x = torch.randn(case["n"] // 128, 128)
    return seconds(lambda: torch.logsumexp(x, -1), budget) / case["n"]


#: How PyTorch does a case, the name of the case's time, its unit in seconds, and how that is written.
CASES = {
    "score": (score, "ns_per_sample", 1e-9, "ns/sample"),
    "step": (step, "us", 1e-6, "µs/step"),
    "classifiers": (classifiers, "us", 1e-6, "µs/step"),
    "logsumexp": (log_sum_exp, "ns_per_element", 1e-9, "ns/number"),
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--budget", type=float, default=2.0, help="seconds of PyTorch for each case")
    arguments.add_argument("--rounds", type=int, default=1, help="how often all cases are measured")
    arguments = arguments.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    command = ["cargo", "run", "--release", "--quiet", "--example", "throughput", "--", "--threads", "1"]
    peaks, measured = [], {}
    for _ in range(max(arguments.rounds, 1)):
        lines = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
        peak, *cases = map(json.loads, lines)
        peaks.append(peak["gflops"])
        for case in cases:
            sizes = " ".join(f"{name}={case[name]}" for name in ("d", "K", "n", "batch") if name in case)
            ours, theirs = measured.setdefault(f"{case['op']} {sizes}", ([], []))
            ours.append(case)
            theirs.append(CASES[case["op"]][0](case, arguments.budget))
    print(f"{peak['level']}, {peak['type']}, one core: {max(peaks):.0f} GFLOP/s of multiply-adds; "
          f"PyTorch {torch.__version__}\n")
    print("| case | libLSMI | of the multiply-adds | PyTorch | ratio |\n|---|---|---|---|---|")
    for name, (ours, theirs) in measured.items():
        _, key, unit, written = CASES[ours[0]["op"]]
        case, torch_time = min(ours, key=lambda case: case[key]), min(theirs) / unit
        share = f"{case['share_of_peak']:.0%}" if "share_of_peak" in case else ""
        print(f"| {name} | {case[key]:.3g} {written} | {share} | {torch_time:.3g} {written} | "
              f"{torch_time / case[key]:.1f} |")


if __name__ == "__main__":
    main()
