"""The Python side of bindings/benchmark/run: answers requests ``log_density|score f32|f64 ROUNDS``, a line each, with
the median seconds of a call and a number that it computed. benchmark.rs says what is in the folder of the argument.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median_high
from time import perf_counter

import lsmi
import numpy as np

D, MODES, CALLS, FEATURES = 10, 5, 1000, 64


class Cases:
    """What the requests of one number type work on."""

    def __init__(self, folder: Path, name: str, dtype: type) -> None:
        shapes = [(MODES, D), (MODES, D), (MODES, D, D), (MODES,), (1, D)]
        numbers = np.fromfile(folder / f"density-{name}", dtype)
        parts = np.split(numbers, np.cumsum([np.prod(shape) for shape in shapes])[:-1])
        *parameters, self.x = (part.reshape(shape) for part, shape in zip(parts, shapes))
        self.density = lsmi.Knife(*parameters, bounded=True)
        self.model = lsmi.LSMI.load(folder / f"model-{name}")
        self.x1, self.x2 = (
            np.fromfile(folder / f"{each}-{name}", dtype).reshape(-1, FEATURES) for each in ("x1", "x2")
        )
        self.y = np.fromfile(folder / "y", np.int64)
        # Kept from call to call, as the other languages keep the memory that they score into: given up after each, the
        # allocator would return it to the system, and the next call would fetch it page by page.
        self.scores = {}

    def log_density(self, rounds: int) -> tuple[float, float]:
        log_density, x = self.density.log_density, self.x

        def calls() -> None:
            for _ in range(CALLS):
                log_density(x)

        return median_seconds(calls, rounds) / CALLS, log_density(x)[0]

    def score(self, rounds: int) -> tuple[float, float]:
        def call() -> None:
            self.scores.update(self.model.score_samples(self.x1, self.x2, self.y))

        seconds = median_seconds(call, rounds)
        return seconds, lsmi.mean(self.scores["s"])


def median_seconds(call: Callable[[], None], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        begin = perf_counter()
        call()
        times.append(perf_counter() - begin)
    return median_high(times)


def main() -> None:
    folder = Path(sys.argv[1])
    cases = {"f32": Cases(folder, "f32", np.float32), "f64": Cases(folder, "f64", np.float64)}
    for line in sys.stdin:
        name, scalar, rounds = line.split()
        seconds, value = getattr(cases[scalar], name)(int(rounds))
        print(f"{seconds:.9g} {float(value)!r}", flush=True)


if __name__ == "__main__":
    main()
