"""The stack LSTM (Dyer, Ballesteros, Ling, Matthews and Smith, ACL 2015)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from treenn.runtime.matmul import compute_dtype, empty_table, linear, product, weight_gradient
from treenn.runtime.parameters import SizedModule
from treenn.runtime.single_backward import single_backward
from treenn.sequences.lstm_function import step_backward
from treenn.trees.arguments import Width, checked


class State(NamedTuple):
    """The state of elements. Shape: both `(n, d)`."""

    h: Tensor
    c: Tensor


class StackLSTM(SizedModule):
    r"""An LSTM over a stack: an element's state depends on its vector and on the state of the element below it.

    From h = c = 0 below the bottom, whose vector is 0, the state of an element with the vector v is

        i, f, o = σ(W v + U h_below + b)
        g = tanh(W v + U h_below + b)
        c = f ⊙ c_below + i ⊙ g
        h = o ⊙ tanh(c)

    with separate W, U and b for i, f, g and o, those of a `torch.nn.LSTM`. States do not depend on elements that were
    removed, so a stack is a path in a tree of states (Noji and Oseki, Findings of ACL 2021, section 3).

    Args:
        input_size: the width of v.
        hidden_size: the width of h and of c.
    """

    @checked
    def __init__(self, input_size: Width, hidden_size: Width) -> None:
        super().__init__(input_size, hidden_size)
        self.lstm = nn.LSTM(input_size, hidden_size)

    def forward(self, vectors: Tensor, sources: Tensor, below: Tensor, depths: Sequence[slice]) -> Tensor:
        """Returns h of the bottom and of all elements, one depth after the other.

        Args:
            vectors: `(n, x)` the vectors.
            sources: `(E,)` the row of each element's vector.
            below: `(E,)` the row of the result that is below each element.
            depths: the rows of the result of each depth; row 0 is the bottom.

        Shape: the result is `(E + 1, d)`.
        """
        W, U, b_ih, b_hh = self.lstm.parameters()
        bias: Tensor = b_ih + b_hh
        inputs = torch.cat([bias.unsqueeze(0), F.embedding(sources, linear(vectors, W, bias))])  # (E + 1, 4d)
        states: Tensor = _StackFunction.apply(inputs, U.to(compute_dtype(inputs)), below, depths)  # type: ignore[no-untyped-call]
        return states

    def bottom(self) -> State:
        """The state of the bottom, one row."""
        below = self.lstm.get_parameter("weight_hh_l0").new_zeros(1, self.output_size)
        return self.step(below.new_zeros(1, self.input_size), State(below, below))

    def step(self, vectors: Tensor, below: State) -> State:
        """The states of elements from the states below them. Shape: `(n, x)` to `(n, d)`."""
        W, U, b_ih, b_hh = self.lstm.parameters()
        i, f, g, o = (F.linear(vectors, W, b_ih + b_hh) + F.linear(below.h, U)).chunk(4, dim=1)
        c = f.sigmoid() * below.c + i.sigmoid() * g.tanh()
        return State(o.sigmoid() * c.tanh(), c)


class _StackFunction(torch.autograd.Function):
    """The states of all depths, from the vectors' contributions to the gates.

    Shape: `R = E + 1` rows: inputs `(R, 4d)`, U `(4d, d)`; states `(R, d)`.
    """

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, U: Tensor, below: Tensor, depths: Sequence[slice]) -> Tensor:
        n, d = len(inputs), U.shape[1]
        gates, h, c = inputs.clone(), inputs.new_empty(n, d), inputs.new_empty(n, d)  # (R, 4d), (R, d), (R, d)
        h_below, c_below = empty_table(inputs, n, d, U.dtype), inputs.new_zeros(n, d)  # (R, d)
        h_below[0] = 0
        for now in (slice(0, 1), *depths):
            if now.start:
                rows = below[now.start - 1 : now.stop - 1]
                h_below[now], c_below[now] = h.index_select(0, rows), c.index_select(0, rows)
                gates[now] += product(h_below, now, U)
            gates[now, : 2 * d].sigmoid_()
            gates[now, 2 * d : 3 * d].tanh_()
            gates[now, 3 * d :].sigmoid_()
            i, f, g, o = gates[now].chunk(4, dim=1)  # (n, d) each
            torch.mul(i, g, out=c[now]).addcmul_(f, c_below[now])
            torch.mul(o, torch.tanh(c[now]), out=h[now])
        ctx.save_for_backward(U, below, gates, c, h_below, c_below)
        ctx.depths = depths
        return h

    @staticmethod
    @single_backward
    def backward(ctx: Any, *grad_states: Tensor) -> tuple[Tensor | None, ...]:
        U, below, gates, c, h_below, c_below = ctx.saved_tensors
        n, d = c.shape
        grad_h, grad_c = grad_states[0].clone(), torch.zeros_like(c)  # (R, d)
        grad_z = empty_table(gates, n, 4 * d)
        for now in (*reversed(ctx.depths), slice(0, 1)):
            step_backward(gates[now], torch.tanh(c[now]), c_below[now], None, grad_h[now], grad_c[now], grad_z[now])
            if now.start:
                rows = below[now.start - 1 : now.stop - 1]
                grad_h.index_add_(0, rows, product(grad_z, now, U.t()).to(grad_h.dtype))
                grad_c.index_add_(0, rows, grad_c[now] * gates[now].chunk(4, dim=1)[1])
        return grad_z[:n], weight_gradient(grad_z, h_below, n), None, None
