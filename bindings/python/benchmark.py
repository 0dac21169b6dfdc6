"""Times of calls from Python, a JSON object per line: what a call costs beside the computation, and a large scoring.

python bindings/python/benchmark.py
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import lsmi
import numpy as np


def seconds(call: Callable[[], object], at_least: float = 0.3, rounds: int = 7) -> float:
    """The shortest mean time of a call over some rounds of at least that length."""
    call()
    begin, count = time.perf_counter(), 0
    while time.perf_counter() - begin < at_least / 10:
        call()
        count += 1
    count *= 10
    best = float("inf")
    for _ in range(rounds):
        begin = time.perf_counter()
        for _ in range(count):
            call()
        best = min(best, (time.perf_counter() - begin) / count)
    return best


def show(name: str, **values: object) -> None:
    print(json.dumps({"name": name, **values}), flush=True)


def density(d: int, modes: int, dtype: type) -> lsmi.Knife:
    rng = np.random.default_rng(1)
    shapes = [(modes, d), (modes, d), (modes, d, d), (modes,)]
    return lsmi.Knife(*((0.1 * rng.normal(size=shape)).astype(dtype) for shape in shapes))


def single_calls() -> None:
    rng = np.random.default_rng(2)
    for dtype in (np.float32, np.float64):
        knife = density(10, 5, dtype)
        log_density = knife.log_density
        one, tile = (rng.normal(size=(n, 10)).astype(dtype) for n in (1, 16))
        many = rng.normal(size=(16 * 4096, 10)).astype(dtype)
        # The library computes 16 samples at a time, and one sample as 16 of them: per tile the computation costs
        # what it costs in a large call, and the rest of a call of one sample is the way there and back.
        computing = seconds(lambda: log_density(many)) / 4096  # noqa: B023
        call = seconds(lambda: log_density(one))  # noqa: B023
        show(
            "log_density of one sample",
            features=10,
            modes=5,
            dtype=knife.dtype,
            microseconds=1e6 * call,
            of_16_samples_microseconds=1e6 * seconds(lambda: log_density(tile)),  # noqa: B023
            computation_microseconds=1e6 * computing,
            overhead_microseconds=1e6 * (call - computing),
        )


def scoring() -> None:
    rng = np.random.default_rng(3)
    n, d = 100_000, 64
    y = rng.integers(0, 4, n)
    centres = rng.normal(size=(2, 4, d))
    for dtype in (np.float32, np.float64):
        x1, x2 = ((rng.normal(size=(n, d)) + centre[y]).astype(dtype) for centre in centres)
        model = lsmi.LSMI(density_epochs=2, classifier_epochs=2).fit(x1[:2000], x2[:2000], y[:2000])
        for output in ("dict", "structured"):
            best = seconds(lambda: model.score_samples(x1, x2, y, output=output), 1.0, 5)  # noqa: B023
            show("score_samples", samples=n, features=d, dtype=model.dtype_, output=output, seconds=best)
        best = seconds(lambda: model.score(x1, x2, y), 1.0, 5)  # noqa: B023
        show("score", samples=n, features=d, dtype=model.dtype_, seconds=best)


if __name__ == "__main__":
    show("lsmi", version=lsmi.__version__, numpy=np.__version__)
    single_calls()
    scoring()
