"""Tensors of PyTorch on the CPU: read where they are, and backpropagated through. Left out where PyTorch is missing."""

from __future__ import annotations

import importlib.util

import lsmi
import numpy as np
import pytest
from conftest import ROOT, error_of, quick
from lsmi import _lsmi

torch = pytest.importorskip("torch")


def example():
    """The module of examples/python/torch_entropy.py."""
    path = ROOT / "examples" / "python" / "torch_entropy.py"
    spec = importlib.util.spec_from_file_location("torch_entropy", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_tensors_are_read_in_place(dtype):
    x = torch.randn(12, 6, dtype=dtype)
    for view, features, stride in [(x, 6, 6), (x[:, 1:4], 3, 6), (x[2:9:3], 6, 18), (x[3:], 6, 6)]:
        assert _lsmi.place("x", view) == (view.data_ptr(), len(view), features, stride)
    assert _lsmi.place("x", x.requires_grad_().detach())[0] == x.data_ptr()
    assert _lsmi.place("x", torch.nn.Linear(6, 12).weight.detach().to(dtype))[1:] == (12, 6, 6)


def test_tensors_of_other_layouts_and_types_are_converted():
    x = torch.randn(12, 3, dtype=torch.float64)
    density = lsmi.Knife(np.zeros((1, 3)), np.zeros((1, 3)))
    expected = density.log_density(x.numpy())
    np.testing.assert_array_equal(density.log_density(x.T.contiguous().T), expected)
    np.testing.assert_array_equal(density.log_density(x.flip(0)), expected[::-1])
    np.testing.assert_array_equal(density.log_density(x.float()), density.log_density(x.float().numpy()))
    assert lsmi.Knife.fit(x.half(), epochs=1, modes=1).dtype == "float32"
    with pytest.raises(RuntimeError, match="detach"):
        density.log_density(x.requires_grad_())
    error = error_of(lambda: density.log_density(torch.zeros(3)))
    assert str(error) == "x: expected 2 dimensions, got 1"


def test_a_fit_of_tensors_is_that_of_arrays(data):
    arrays = quick().fit(data.x1, data.x2, data.y)
    x1, x2, y = (torch.from_numpy(values) for values in (data.x1, data.x2, data.y))
    assert quick().fit(x1, x2, y).to_bytes() == arrays.to_bytes()
    one_hot = torch.nn.functional.one_hot(y)
    expected = arrays.score_samples(data.x1, data.x2, data.y)
    for targets in (y, y.int(), one_hot, one_hot.double()):
        scores = arrays.score_samples(x1, x2, targets)
        np.testing.assert_array_equal(scores["s"], expected["s"])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gradients_are_those_of_automatic_differentiation(dtype):
    generator = torch.Generator().manual_seed(2)
    d, modes = 3, 4
    shapes = [(modes, d), (modes, d), (modes, d, d), (modes,)]
    parameters = [0.5 * torch.randn(shape, generator=generator, dtype=dtype) for shape in shapes]
    x = torch.randn(20, d, generator=generator, dtype=dtype, requires_grad=True)
    upstream = torch.randn(20, generator=generator, dtype=dtype)
    density = lsmi.Knife(*parameters, bounded=True)
    surprisal = example().Surprisal.apply(x, density)
    assert surprisal.dtype == dtype
    (ours,) = torch.autograd.grad(surprisal, x, upstream)

    # The formula of the documentation.
    means, log_diagonal, triangle, logits = (each.double() for each in parameters)
    points = x.detach().double().requires_grad_()
    sigma = log_diagonal.tanh()
    matrices = (torch.eye(d) + triangle.tril(-1)) @ torch.diag_embed(sigma.exp())
    z = torch.einsum("kij,nkj->nki", matrices, points[:, None] - means)
    terms = -0.5 * z.square().sum(dim=2) + sigma.sum(dim=1) + logits.log_softmax(dim=0)
    exact = 0.5 * d * np.log(2 * np.pi) - terms.logsumexp(dim=1)
    (gradient,) = torch.autograd.grad(exact, points, upstream.double())
    tolerance = 1e-5 if dtype == torch.float32 else 1e-12
    torch.testing.assert_close(surprisal.double(), exact, rtol=tolerance, atol=tolerance)
    torch.testing.assert_close(ours.double(), gradient, rtol=tolerance, atol=tolerance)


def test_the_function_of_the_example_passes_gradcheck():
    module = example()
    x = torch.randn(5, 2, dtype=torch.float64, requires_grad=True)
    density = lsmi.Knife.fit(torch.randn(64, 2, dtype=torch.float64), modes=2, epochs=5)
    assert torch.autograd.gradcheck(lambda x: module.Surprisal.apply(x, density), x)
    h = module.entropy(x)
    h.backward()
    assert x.grad.shape == (5, 2)
    assert torch.isfinite(x.grad).all()
