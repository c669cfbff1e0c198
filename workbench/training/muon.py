"""Muon: momentum whose update is orthogonalised, for the matrices inside a transformer.

Jordan et al., https://kellerjordan.github.io/posts/muon/. In float32: torch.optim.Muon works in bfloat16,
which most CPUs run several times slower.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch


def orthogonalise(matrix: torch.Tensor, steps: int = 5) -> torch.Tensor:
    """The matrix with its singular values pushed near 1, by a quintic Newton-Schulz iteration."""
    a, b, c = 3.4445, -4.7750, 2.0315
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    result: torch.Tensor = x.T if tall else x
    return result


class Muon(torch.optim.Optimizer):
    """Nesterov momentum with orthogonalised updates. Takes matrices only."""

    def __init__(self, parameters: Iterable[torch.nn.Parameter], lr: float = 0.02, momentum: float = 0.95) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                if not state:
                    state["momentum"] = torch.zeros_like(parameter)
                state["momentum"].lerp_(parameter.grad, 1 - group["momentum"])
                ahead = parameter.grad.lerp(state["momentum"], group["momentum"])
                scale = max(1.0, parameter.shape[0] / parameter.shape[1]) ** 0.5
                parameter.add_(orthogonalise(ahead), alpha=-group["lr"] * scale)
