"""The binary Tree-LSTM of Tai, Socher and Manning (ACL 2015), "Improved semantic representations from
tree-structured long short-term memory networks", section 3.2.
"""

import torch
from torch import Tensor, nn

from treenn.cells.affine import Affine, Pointwise
from treenn.cells.cell import Cell
from treenn.runtime.matmul import linear
from treenn.trees.arguments import Share, Width, checked


class BinaryTreeLSTM(Cell):
    r"""The N-ary Tree-LSTM with N = 2: two forget gates, each of which sees both children.

    Equations 9 to 14 of the paper, for children `l` and `r`:

        i   = σ(W_i x + U_i [h_l; h_r] + b_i)                           (9)
        f_k = σ(W_f x + U_fk [h_l; h_r] + b_f),  k = l, r              (10)
        o   = σ(W_o x + U_o [h_l; h_r] + b_o)                          (11)
        u   = tanh(W_u x + U_u [h_l; h_r] + b_u)                       (12)
        c   = i ⊙ u + f_l ⊙ c_l + f_r ⊙ c_r                            (13)
        h   = o ⊙ tanh(c)                                              (14)

    As in the paper's sentiment trees (section 4), only words have an input x and only inner nodes have children. So a
    word computes (9), (11) and (12) without the U terms, c = i ⊙ u; an inner node all of them without the W terms;
    W_f meets no node and is left out. The biases are the same at words and at inner nodes, and both forget gates share
    b_f, as in the equations. (The authors' code, which differs from their paper, computes a word as c = W x,
    h = σ(W' x) ⊙ tanh(c); this is the paper's.)

    Args:
        input_size: width of a word vector.
        size: width of h and of c; a state is [h; c], so `state_size` is twice this and `output_size` is this.
        forget_bias: where b_f starts. The paper gives no initialisation: weights start as in `torch.nn.Linear`,
            the other biases at 0.
        cell_dropout: share of u that is zeroed in training, at words and at inner nodes, each node's own, so that
            what is remembered is never dropped (Semeniuta, Severyn and Barth, COLING 2016, "Recurrent dropout without
            memory loss"); not in the paper.

    Shape: `n` rows, `x` = input_size, `d` = size: `leaf` `(n, x)` to `(n, 2d)`, `compose` two `(n, 2d)` to `(n, 2d)`.

    >>> cell = BinaryTreeLSTM(input_size=4, size=3)
    >>> cell.compose(cell.leaf(torch.ones(2, 4)), cell.leaf(torch.zeros(2, 4))).shape
    torch.Size([2, 6])
    """

    @checked
    def __init__(self, input_size: Width, size: Width, forget_bias: float = 0.0, *, cell_dropout: Share = 0.0) -> None:
        super().__init__(input_size, state_size=2 * size, output_size=size)
        self.size, self.cell_dropout = size, cell_dropout
        self.W = nn.Parameter(torch.empty(3 * size, input_size))  # rows: i, o, u
        self.U = nn.Parameter(torch.empty(5 * size, 2 * size))  # rows: i, f_l, f_r, o, u
        self.b = nn.Parameter(torch.zeros(4 * size))  # i, f, o, u
        for weight in (self.W, self.U):
            nn.init.uniform_(weight, -(weight.shape[1] ** -0.5), weight.shape[1] ** -0.5)
        nn.init.constant_(self.forget_biases(), forget_bias)

    @property
    def random(self) -> bool:
        """See `Cell.random`: while candidates are dropped."""
        return self._dropped > 0

    @property
    def _dropped(self) -> float:
        return self.cell_dropout if self.training else 0.0

    def leaf(self, x: Tensor) -> Tensor:
        """The states of words: equations 9 and 11 to 14 without children."""
        b_i, _, b_o, b_u = self.b.chunk(4)
        i, o, u = linear(x, self.W, torch.cat([b_i, b_o, b_u])).chunk(3, dim=1)
        c = torch.sigmoid(i) * self._candidate(u)
        return torch.cat([torch.sigmoid(o) * torch.tanh(c), c], dim=1)

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        """The states of parents: equations 9 to 14 without an input."""
        (h_l, c_l), (h_r, c_r) = left.chunk(2, dim=1), right.chunk(2, dim=1)
        i, f_l, f_r, o, u = linear(torch.cat([h_l, h_r], dim=1), self.U, self._bias()).chunk(5, dim=1)
        c = torch.sigmoid(i) * self._candidate(u) + torch.sigmoid(f_l) * c_l + torch.sigmoid(f_r) * c_r
        return torch.cat([torch.sigmoid(o) * torch.tanh(c), c], dim=1)

    def _candidate(self, u: Tensor) -> Tensor:
        u = torch.tanh(u)
        return u * _mask(u, self._dropped) if self.random else u

    def forget_biases(self) -> Tensor:
        """b_f, a part of b: where `treenn.models.initialization` finds it."""
        return self.b[self.size : 2 * self.size]

    def _bias(self) -> Tensor:
        b_i, b_f, b_o, b_u = self.b.chunk(4)
        return torch.cat([b_i, b_f, b_f, b_o, b_u])

    def affine(self) -> Affine:
        """`compose` as U and the gates."""
        return Affine(self.U, self._bias(), Gates(self.size, self._dropped))

    def output(self, state: Tensor) -> Tensor:
        """The h part. Shape: `(n, 2d)` to `(n, d)`."""
        return state[:, : self.size]


class Gates(Pointwise):
    """Equations 9 to 14 from the gates' sums on, in place, and their derivatives.

    Args:
        size: width of h and of c.
        dropped: share of u that is zeroed.
    """

    def __init__(self, size: int, dropped: float = 0.0) -> None:
        self.d, self.dropped = size, dropped

    def forward(self, z: Tensor, memories: Tensor, h: Tensor, memory: Tensor) -> tuple[Tensor, ...]:
        """See `Pointwise.forward`."""
        d = self.d
        z[:, : 4 * d].sigmoid_()
        i, f_l, f_r, o, u = z.chunk(5, dim=1)
        u.tanh_()
        masks = (_mask(u, self.dropped),) if self.dropped else ()
        torch.mul(i, u, out=memory)
        for mask in masks:
            memory.mul_(mask)
        memory.addcmul_(f_l, memories[:, 0]).addcmul_(f_r, memories[:, 1])
        tanh_c = torch.tanh(memory)
        torch.mul(o, tanh_c, out=h)
        return z, memories, tanh_c, *masks

    def backward(
        self, kept: tuple[Tensor, ...], grad_h: Tensor, grad_memory: Tensor, grad_z: Tensor, grad_memories: Tensor
    ) -> None:
        """See `Pointwise.backward`."""
        (z, memories, tanh_c, *masks), d = kept, self.d
        i, _, _, o, u = z.chunk(5, dim=1)
        f = z[:, d : 3 * d].view(-1, 2, d)
        to_i, to_f, to_o, to_u = torch.split_with_sizes(grad_z, [d, 2 * d, d, d], dim=1)
        torch.mul(grad_h, tanh_c, out=to_o)
        to_c = grad_memory.add_(torch.ops.aten.tanh_backward(grad_h.mul_(o), tanh_c))
        torch.mul(to_c, u, out=to_i)
        torch.mul(to_c, i, out=to_u)
        for mask in masks:
            to_i.mul_(mask)
            to_u.mul_(mask)
        to_both = to_c.unsqueeze(1)
        torch.mul(to_both, memories, out=to_f.view(-1, 2, d))
        torch.mul(to_both, f, out=grad_memories)
        gates, candidate = grad_z[:, : 4 * d], grad_z[:, 4 * d :]
        torch.ops.aten.sigmoid_backward.grad_input(gates, z[:, : 4 * d], grad_input=gates)
        torch.ops.aten.tanh_backward.grad_input(candidate, u, grad_input=candidate)


def _mask(like: Tensor, dropped: float) -> Tensor:
    """0 for this share of the numbers, and for the others what keeps their mean: drawn here alone, so that both ways to
    compute a cell draw the same.
    """
    return torch.empty_like(like).bernoulli_(1 - dropped).div_(1 - dropped)
