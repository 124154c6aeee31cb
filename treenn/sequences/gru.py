"""The GRU (Cho et al. 2014)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from treenn.runtime.parameters import DeviceLike
from treenn.sequences.packed import truncated
from treenn.sequences.sequence_network import SequenceNetwork
from treenn.trees.arguments import Count, Width, checked


class GRU(SequenceNetwork):
    r"""The GRU of Cho et al. (EMNLP 2014), "Learning phrase representations using RNN encoder-decoder".

    From h_0 = 0:

        r = σ(W_r x_t + U_r h_{t-1} + b_r)
        z = σ(W_z x_t + U_z h_{t-1} + b_z)
        n = tanh(W_n x_t + b_n + r ⊙ (U_n h_{t-1} + d_n))
        h_t = z ⊙ h_{t-1} + (1 − z) ⊙ n

    It is computed by `torch.nn.GRU`, which has b twice in r and z too, and initializes all weights from
    U(±1/√hidden_size). The paper has no biases, and U_n (r ⊙ h_{t-1}) for the gated product.

    Args:
        input_size: width of a step's vector.
        hidden_size: width of h.
        tbptt_steps: the length of the pieces for truncated backpropagation; None to disable truncation (default: None).
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    Shape: data `(R, x)` to `(R, d)`, `x` = input_size, `d` = hidden_size.
    """

    options = ("tbptt_steps",)

    @checked
    def __init__(
        self,
        input_size: Width,
        hidden_size: Width,
        *,
        tbptt_steps: Count | None = None,
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, causal=True)
        self.tbptt_steps = tbptt_steps
        self.gru = nn.GRU(input_size, hidden_size, device=device, dtype=dtype)

    def step(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """See `SequenceNetwork.step`."""
        states, after = self.gru(x[None], state)
        return states[0], after

    def run(self, x: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`."""
        return truncated(self.gru, x, self.tbptt_steps)
