"""`FusedForm`: the decomposition of a cell that its hand-written forward and backward sweep needs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor

Tensors: TypeAlias = tuple[Tensor, ...]


class GateFunction(ABC):
    """The element-wise part of a composition, with its derivative.

    A node's state is [h; c]: the affine map reads h, and so do heads; the cell state c is read by this function only.

    Shape: `n` parents, `g` rows of the weight matrix, `d` width of h, `m` width of c (0 for a cell without cell state).
    """

    @abstractmethod
    def forward(self, z: Tensor, child_c: Tensor, h: Tensor, c: Tensor) -> Tensors:
        """Write the parents' hidden state `h` and cell state `c`.

        Args:
            z: `(n, g)`, the result of the affine map; may be overwritten.
            child_c: `(n, 2, m)`, the cell states of both children.
            h: `(n, d)`, output.
            c: `(n, m)`, output.

        Returns:
            The tensors that `backward` needs, at least one.
        """

    @abstractmethod
    def backward(self, saved: Tensors, grad_h: Tensor, grad_c: Tensor, grad_z: Tensor, grad_child_c: Tensor) -> None:
        """Write the gradients w.r.t. `z` and `child_c`.

        Args:
            saved: the tensors that `forward` returned; they must not be changed.
            grad_h: `(n, d)`, the gradient w.r.t. h; may be overwritten.
            grad_c: `(n, m)`, the gradient w.r.t. c; may be overwritten.
            grad_z: `(n, g)`, output.
            grad_child_c: `(n, 2, m)`, output.
        """


@dataclass(frozen=True)
class FusedForm:
    """A composition as one affine map of both children's h, followed by an element-wise function.

    Args:
        weight: `(g, 2d)`, multiplied with [h_l; h_r].
        bias: `(g,)`.
        gates: the element-wise function.
    """

    weight: Tensor
    bias: Tensor
    gates: GateFunction


class AutogradGates(GateFunction):
    """A gate function differentiated by autograd.

    Args:
        function: a function of `(z, child_c)` that returns `(h, c)`, with the shapes of `GateFunction` and without
            parameters.

    >>> gates = AutogradGates(lambda z, child_c: (torch.tanh(z), child_c.sum(dim=1)))
    """

    def __init__(self, function: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]) -> None:
        self.function = function

    def forward(self, z: Tensor, child_c: Tensor, h: Tensor, c: Tensor) -> Tensors:
        """See `GateFunction.forward`."""
        differentiate = not torch.is_inference_mode_enabled()  # inference tensors cannot require gradients
        inputs = z.detach().requires_grad_(differentiate), child_c.detach().clone().requires_grad_(differentiate)
        with torch.enable_grad():
            outputs = self.function(*inputs)
        h.copy_(outputs[0].detach())
        c.copy_(outputs[1].detach())
        return *inputs, *outputs

    def backward(self, saved: Tensors, grad_h: Tensor, grad_c: Tensor, grad_z: Tensor, grad_child_c: Tensor) -> None:
        """See `GateFunction.backward`."""
        inputs, outputs = saved[:2], saved[2:]
        gradients = torch.autograd.grad(outputs, inputs, (grad_h, grad_c), retain_graph=True, materialize_grads=True)
        grad_z.copy_(gradients[0])
        grad_child_c.copy_(gradients[1])
