"""Times of calls from Python, a JSON object per line: what a call costs beside the computation, and a large scoring.

python bindings/python/benchmark.py
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import lsmi
import numpy as np
from lsmi import _lsmi


def seconds(ours: Callable[[int], float], theirs: Callable[[int], float], calls: int) -> tuple[float, float]:
    """The shortest of the mean times of two calls, a few rounds of each in turn."""
    rounds = [(ours(calls), theirs(calls)) for _ in range(9)]
    return min(one for one, _ in rounds), min(other for _, other in rounds)


def timed(call: Callable[[], object]) -> Callable[[int], float]:
    """The mean time of a call, over a number of them."""

    def run(calls: int) -> float:
        begin = time.perf_counter()
        for _ in range(calls):
            call()
        return (time.perf_counter() - begin) / calls

    return run


def show(name: str, **values: object) -> None:
    print(json.dumps({"name": name, **values}), flush=True)


def density(d: int, modes: int, dtype: type) -> lsmi.Knife:
    rng = np.random.default_rng(1)
    shapes = [(modes, d), (modes, d), (modes, d, d), (modes,)]
    return lsmi.Knife(*((0.1 * rng.normal(size=shape)).astype(dtype) for shape in shapes))


def single_call(dtype: type) -> None:
    knife = density(10, 5, dtype)
    x = np.random.default_rng(2).normal(size=(1, 10)).astype(dtype)
    log_density = knife.log_density
    python, rust = seconds(
        timed(lambda: log_density(x)), lambda calls: _lsmi.time_log_density(knife, x, calls), 20_000
    )
    show(
        "log_density of one sample",
        features=10,
        modes=5,
        dtype=knife.dtype,
        python_microseconds=round(1e6 * python, 3),
        rust_microseconds=round(1e6 * rust, 3),
        overhead_microseconds=round(1e6 * (python - rust), 3),
    )


def scoring(dtype: type) -> None:
    rng = np.random.default_rng(3)
    n, d = 100_000, 64
    y = rng.integers(0, 4, n)
    x1, x2 = ((rng.normal(size=(n, d)) + centre[y]).astype(dtype) for centre in rng.normal(size=(2, 4, d)))
    model = lsmi.LSMI(density_epochs=2, classifier_epochs=2).fit(x1[:2000], x2[:2000], y[:2000])
    fitted = model._fitted
    python, rust = seconds(
        timed(lambda: model.score_samples(x1, x2, y)),
        lambda calls: _lsmi.time_score(fitted, x1, x2, y, calls),
        1,
    )
    show(
        "score_samples",
        samples=n,
        features=d,
        dtype=model.dtype_,
        python_seconds=round(python, 4),
        rust_seconds=round(rust, 4),
        ratio=round(python / rust, 4),
    )


if __name__ == "__main__":
    show("lsmi", version=lsmi.__version__, numpy=np.__version__)
    for dtype in (np.float32, np.float64):
        single_call(dtype)
    for dtype in (np.float32, np.float64):
        scoring(dtype)
