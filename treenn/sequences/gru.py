"""The GRU (Cho et al. 2014)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from treenn.runtime.kernel_choice import uses_numba
from treenn.runtime.matmul import compute_dtype, linear
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

    The parameters are those of a `torch.nn.GRU`, which computes it where no compiled kernels do. It has b twice in r
    and z too, and initializes all weights from U(±1/√hidden_size). The paper has no biases, and U_n (r ⊙ h_{t-1}) for
    the gated product.

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

    def read(self, x: Tensor) -> Tensor:
        """See `SequenceNetwork.read`."""
        if not uses_numba(x, training=torch.is_grad_enabled()):
            return x
        W, _, b_ih, _ = self.gru.parameters()
        return linear(x, W, b_ih)

    def step(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """See `SequenceNetwork.step`."""
        states, after = self.gru(x[None], state)
        return states[0], after

    def run(self, x: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`."""
        if uses_numba(x.data, training=torch.is_grad_enabled()):
            return x._replace(data=self._states(x.data, None, x.batch_sizes))
        return truncated(self.gru, x, self.tbptt_steps)

    def run_rows(self, table: Tensor, rows: Tensor, batch_sizes: Tensor) -> Tensor:
        """See `SequenceNetwork.run_rows`."""
        return (
            self._states(table, rows, batch_sizes)
            if uses_numba(table, training=torch.is_grad_enabled())
            else super().run_rows(table, rows, batch_sizes)
        )

    def _states(self, table: Tensor, rows: Tensor | None, batch_sizes: Tensor) -> Tensor:
        from treenn.sequences.compiled_gru import CompiledGRU  # Numba is optional

        U, bias = self.gru.weight_hh_l0.to(compute_dtype(table)), self.gru.bias_hh_l0
        # Determined here: inside a Function gradients are disabled.
        save = torch.is_grad_enabled() and (table.requires_grad or U.requires_grad or bias.requires_grad)
        arguments = table, U, bias, batch_sizes.tolist(), self.tbptt_steps, rows, save
        states: Tensor = CompiledGRU.apply(*arguments)  # type: ignore[no-untyped-call]
        return states
