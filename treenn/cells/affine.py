"""`Affine`: what a cell says of itself so that its forward and backward sweep can be written out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor


class Pointwise(ABC):
    """The part of a composition that works number by number, and its derivative.

    A state is [h; m]: what the affine map reads and what others see, and the memory, which only this part reads.

    Shape: `n` parents, `g` rows of the weight matrix, `d` width of h, `m` width of the memory (0 where there is none).
    """

    @abstractmethod
    def forward(self, z: Tensor, memories: Tensor, h: Tensor, memory: Tensor) -> tuple[Tensor, ...]:
        """Write the parents' `h` `(n, d)` and `memory` `(n, m)`; return the one tensor or more that `backward` needs.

        `z` `(n, g)` is the result of the affine map and may be overwritten; `memories` `(n, 2, m)` is the children's.
        """

    @abstractmethod
    def backward(
        self, kept: tuple[Tensor, ...], grad_h: Tensor, grad_memory: Tensor, grad_z: Tensor, grad_memories: Tensor
    ) -> None:
        """Write the gradients of `z` and of `memories`, given those of `h` and `memory`, which may be overwritten."""


@dataclass(frozen=True)
class Affine:
    """A composition that is one affine map of both children's h and a pointwise part of its result.

    Args:
        weight: `(g, 2d)`, reads [h_l; h_r].
        bias: `(g,)`.
        pointwise: the rest.
    """

    weight: Tensor
    bias: Tensor
    pointwise: Pointwise


class Differentiated(Pointwise):
    """A pointwise part whose derivative is left to autograd.

    Args:
        function: `(z, memories)` to `(h, memory)`, of the shapes above; it has no parameters of its own.

    >>> tanh = Differentiated(lambda z, memories: (torch.tanh(z), memories.sum(dim=1)))
    """

    def __init__(self, function: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]) -> None:
        self.function = function

    def forward(self, z: Tensor, memories: Tensor, h: Tensor, memory: Tensor) -> tuple[Tensor, ...]:
        """See `Pointwise.forward`."""
        inputs = z.detach(), memories.detach().clone()
        if not torch.is_inference_mode_enabled():  # where nothing can be differentiated later
            inputs = inputs[0].requires_grad_(), inputs[1].requires_grad_()
        with torch.enable_grad():
            outputs = self.function(*inputs)
        h.copy_(outputs[0].detach())
        memory.copy_(outputs[1].detach())
        return *inputs, *outputs

    def backward(
        self, kept: tuple[Tensor, ...], grad_h: Tensor, grad_memory: Tensor, grad_z: Tensor, grad_memories: Tensor
    ) -> None:
        """See `Pointwise.backward`."""
        inputs, outputs = kept[:2], kept[2:]
        steps = torch.autograd.grad(outputs, inputs, (grad_h, grad_memory), retain_graph=True, materialize_grads=True)
        grad_z.copy_(steps[0])
        grad_memories.copy_(steps[1])
