"""Readouts: one vector from all states of a sequence."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from treenn.runtime.parameters import DeviceLike, reset_children
from treenn.trees.arguments import Width, checked


class Readout(nn.Module, ABC):
    """The vector of a sequence from the states of its steps, with the same width."""

    @abstractmethod
    def forward(self, states: Tensor, lengths: Tensor) -> Tensor:
        """Returns one row per sequence.

        Shape: `S` sequences, `R` steps in total: `states` `(R, d)`, sequence after sequence, `lengths` `(S,)`, each 1
            or more; the result is `(S, d)`.
        """


class LastPooling(Readout):
    """The state of the last step.

    For a bidirectional network, `SequenceEncoder` takes the last state of each direction; that of the backward network
    is at the first word.
    """

    def forward(self, states: Tensor, lengths: Tensor) -> Tensor:
        """See `Readout.forward`."""
        return states[lengths.cumsum(0) - 1]


class MeanPooling(Readout):
    """Read out by the mean over time.

    >>> MeanPooling()(torch.tensor([[1.0], [3.0], [7.0]]), torch.tensor([2, 1]))
    tensor([[2.],
            [7.]])
    """

    def forward(self, states: Tensor, lengths: Tensor) -> Tensor:
        """See `Readout.forward`."""
        return torch.segment_reduce(states, "mean", lengths=lengths)


class MaxPooling(Readout):
    """Read out by the maximum over time (Collobert et al. 2011).

    "Natural language processing (almost) from scratch", JMLR, takes it over convolutions.

    >>> MaxPooling()(torch.tensor([[1.0, 4.0], [3.0, 2.0], [7.0, 7.0]]), torch.tensor([2, 1]))
    tensor([[3., 4.],
            [7., 7.]])
    """

    def forward(self, states: Tensor, lengths: Tensor) -> Tensor:
        """See `Readout.forward`."""
        return torch.segment_reduce(states, "max", lengths=lengths)


class AttentionPooling(Readout):
    r"""Read out by attention over time (Yang et al. 2016).

    The attention over words of Yang, Yang, Dyer, He, Smola and Hovy (NAACL 2016), "Hierarchical attention networks for
    document classification" (its section 2.2):

        u_t = tanh(W h_t + b)
        α_t = exp(u_t · u) / Σ_s exp(u_s · u)
        v = Σ_t α_t h_t

    with a learned context vector u. W, b and u are initialized as in `torch.nn.Linear`.

    Args:
        hidden_size: width of a state.
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).
    """

    @checked
    def __init__(self, hidden_size: Width, *, device: DeviceLike = None, dtype: torch.dtype | None = None) -> None:
        super().__init__()
        self.W = nn.Linear(hidden_size, hidden_size, device=device, dtype=dtype)
        self.u = nn.Linear(hidden_size, 1, bias=False, device=device, dtype=dtype)

    def reset_parameters(self) -> None:
        """Initialize all parameters again, with the same random draws as the constructor."""
        reset_children(self)

    def weights(self, states: Tensor, lengths: Tensor) -> Tensor:
        """Returns α, which sums to 1 over each sequence. Shape: as for `forward`, to `(R,)`."""
        scores = self.u(torch.tanh(self.W(states)))
        largest = torch.segment_reduce(scores.detach(), "max", lengths=lengths)
        weights = torch.exp(scores - torch.repeat_interleave(largest, lengths, dim=0))
        total = torch.segment_reduce(weights, "sum", lengths=lengths)
        return (weights / torch.repeat_interleave(total, lengths, dim=0))[:, 0]

    def forward(self, states: Tensor, lengths: Tensor) -> Tensor:
        """See `Readout.forward`."""
        return torch.segment_reduce(self.weights(states, lengths)[:, None] * states, "sum", lengths=lengths)
