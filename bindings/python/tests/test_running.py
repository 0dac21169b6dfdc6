"""While it computes: progress, cancellation, interrupts, the interpreter lock, threads."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import lsmi
import numpy as np
import pytest
from conftest import error_of, quick

COMPONENTS = {
    "classifier of x1",
    "classifier of x2",
    "classifier of both",
    "density of x1",
    "density of x2",
}


ENDLESS = {
    "density_epochs": 10**6,
    "classifier_epochs": 10**6,
    "density_patience": 0,
    "classifier_patience": 0,
}


def endless(**arguments):
    """A fit that would take hours."""
    data = lsmi.mixed_gaussian(2000)
    return lambda: lsmi.LSMI(**ENDLESS, **arguments).fit(data.x1, data.x2, data.y)


def test_progress_tells_every_epoch_on_the_calling_thread(data):
    calls, threads = [], set()

    def progress(component, epoch, epochs, loss, validation_loss):
        threads.add(threading.get_ident())
        calls.append((component, epoch, epochs, loss, validation_loss))

    model = quick(folds=0, progress=progress).fit(data.x1, data.x2, data.y)
    assert threads == {threading.get_ident()}
    assert {call[0] for call in calls} == COMPONENTS
    for name, history in model.history_.items():
        own = [call for call in calls if call[0] == name]
        assert [call[1] for call in own] == list(range(1, len(history["losses"]) + 1))
        assert [call[3] for call in own] == history["losses"]
        assert [call[4] for call in own] == history["validation_losses"][1:]
        assert all(call[2] == 5 for call in own)
    silent = quick(held_out=0.0, progress=lambda *call: calls.append(call)).fit(data.x1, data.x2, data.y)
    assert calls[-1][4] is None
    assert silent.to_bytes() == quick(held_out=0.0).fit(data.x1, data.x2, data.y).to_bytes()


def test_an_exception_cancels_and_propagates(model, data):
    calls = []

    def progress(*call):
        calls.append(call)
        if len(calls) == 3:
            raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        endless(progress=progress)()
    assert len(calls) == 3
    x = np.random.default_rng(0).normal(size=(50, 2))
    calls.clear()
    with pytest.raises(LookupError, match="enough"):
        lsmi.Knife.fit(x, epochs=10**6, progress=progress)
    calls.clear()
    with pytest.raises(LookupError, match="enough"):
        lsmi.Knife(np.zeros((1, 2)), np.zeros((1, 2))).refine(x, epochs=10**6, progress=progress)
    calls.clear()
    with pytest.raises(LookupError, match="enough"):
        lsmi.Network.fit(x, np.arange(50) % 2, epochs=10**6, progress=progress)
    for call in (
        lambda progress: model.permutation_null(data.x1, data.x2, 100_000, progress=progress),
        lambda progress: model.spread(data.x1, data.x2, 1000, progress=progress),
        lambda progress: lsmi.controls(data.x1, data.x2, data.y, progress=progress, **ENDLESS),
    ):
        calls.clear()
        with pytest.raises(LookupError, match="enough"):
            call(progress)
        with pytest.raises(TypeError):
            call(lambda: None)
    with pytest.raises(TypeError):
        endless(progress=lambda: None)()


def test_true_cancels():
    error = error_of(endless(progress=lambda *_: True))
    assert (error.kind, str(error), error.field) == ("cancelled", "cancelled", None)
    error = error_of(lambda: lsmi.Knife.fit(np.eye(9), epochs=10**6, progress=lambda *_: True))
    assert error.kind == "cancelled"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("progress", [None, lambda *_: None], ids=["silent", "with callback"])
@pytest.mark.parametrize("what", ["model", "density", "refinement", "network", "null", "spread", "controls"])
def test_a_keyboard_interrupt_ends_a_fit(progress, what, model, data):
    x = np.random.default_rng(0).normal(size=(500, 4))
    refined = lsmi.Knife(np.zeros((2, 4)), np.zeros((2, 4)))
    calls = {
        "model": endless(progress=progress),
        "density": lambda: lsmi.Knife.fit(x, epochs=10**7, progress=progress),
        "refinement": lambda: refined.refine(x, epochs=10**7, progress=progress),
        "network": lambda: lsmi.Network.fit(x, np.arange(500) % 2, epochs=10**7, progress=progress),
        "null": lambda: model.permutation_null(data.x1, data.x2, 100_000, progress=progress),
        "spread": lambda: model.spread(data.x1, data.x2, 1000, progress=progress),
        "controls": lambda: lsmi.controls(x, x, np.arange(500) % 2, progress=progress, **ENDLESS),
    }
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    # A shell's background jobs ignore the signal, and Python then leaves it so.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    begin = time.monotonic()
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            calls[what]()
    finally:
        timer.cancel()
        timer.join()
        signal.signal(signal.SIGINT, before)
    assert time.monotonic() - begin < 5


def test_the_interpreter_lock_is_released():
    """Another thread goes on counting while one call computes."""
    counted, running = [0], [True]

    def count():
        while running[0]:
            counted[0] += 1
            time.sleep(0.0005)

    x = np.random.default_rng(0).normal(size=(160_000, 64))
    rng = np.random.default_rng(1)
    density = lsmi.Knife(rng.normal(size=(64, 64)), np.zeros((64, 64)), np.zeros((64, 64, 64)))
    data = lsmi.mixed_gaussian(30_000)
    thread = threading.Thread(target=count)
    thread.start()
    try:
        for call in (
            lambda: density.log_density(x),
            lambda: density.gradient(x[:32_000]),
            lambda: lsmi.bootstrap(data.truth),
            lambda: lsmi.LSMI(density_epochs=10, classifier_epochs=10).fit(data.x1, data.x2, data.y),
        ):
            before, begin = counted[0], time.monotonic()
            call()
            seconds, count = time.monotonic() - begin, counted[0] - before
            # With the lock held it would be none or one.
            assert seconds > 0.02, "too fast to tell"
            assert count > 5, f"counted to {count} in {seconds:.3f} s"
    finally:
        running[0] = False
        thread.join()


def test_threads_share_one_model(model, data):
    expected = model.score_samples(data.x1, data.x2, data.y)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: model.score_samples(data.x1, data.x2, data.y), range(16)))
        fits = list(pool.map(lambda _: quick().fit(data.x1, data.x2, data.y).to_bytes(), range(4)))
    for result in results:
        np.testing.assert_array_equal(result["r"], expected["r"])
    assert set(fits) == {model.to_bytes()}
