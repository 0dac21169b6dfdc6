"""Trains a small network of PyTorch through the entropy that lsmi.Knife estimates for its outputs.

The network spreads two-dimensional points, which lie close together, over a larger region: it maximises the entropy of
its outputs while a penalty keeps them from running away. The density is fitted again as the outputs move.
"""

from __future__ import annotations

import sys

import lsmi

try:
    import torch
except ImportError:
    sys.exit("this example needs PyTorch: pip install torch")


class Surprisal(torch.autograd.Function):
    """-log p(x) of every sample (n by d), nats, under a density that stays as it is; the gradient is for x.

    Tensors go in without a copy, as they are.
    """

    @staticmethod
    def forward(ctx, x, density):
        ctx.density = density
        ctx.save_for_backward(x)
        return torch.from_numpy(-density.log_density(x.detach()))

    @staticmethod
    def backward(ctx, upstream):
        (x,) = ctx.saved_tensors
        gradient = ctx.density.weighted_sum_gradient(x.detach(), upstream.detach())
        return torch.from_numpy(gradient["x"]), None


def entropy(x, **settings):
    """The differential entropy of the samples, in nats, as a tensor to differentiate."""
    density = lsmi.Knife.fit(
        x.detach(), **{"modes": 3, "epochs": 20, "learning_rate": 0.1, "seed": 1, **settings}
    )
    return Surprisal.apply(x, density).mean()


def main():
    torch.manual_seed(1)
    points = torch.randn(512, 2) * 0.1
    network = torch.nn.Sequential(torch.nn.Linear(2, 16), torch.nn.Tanh(), torch.nn.Linear(16, 2))
    optimiser = torch.optim.Adam(network.parameters(), lr=0.02)

    # The gradient of the Function against differences.
    x = torch.randn(5, 2, dtype=torch.float64, requires_grad=True)
    density = lsmi.Knife.fit(torch.randn(64, 2, dtype=torch.float64), modes=2, epochs=5)
    assert torch.autograd.gradcheck(lambda x: Surprisal.apply(x, density), x)

    history = []
    for step in range(60):
        outputs = network(points)
        h = entropy(outputs)
        loss = outputs.square().sum(dim=1).mean() - h
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        history.append(h.item())
        if step % 10 == 0:
            print(f"step {step:3}   entropy {h.item():7.3f} nats   loss {loss.item():7.3f}")
    print(f"the entropy of the outputs rose from {history[0]:.3f} to {history[-1]:.3f} nats")
    assert history[-1] > history[0] + 0.5


if __name__ == "__main__":
    main()
