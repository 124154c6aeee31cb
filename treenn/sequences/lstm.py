"""The LSTM (Hochreiter and Schmidhuber 1997)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence

from treenn.runtime.matmul import compute_dtype, linear
from treenn.runtime.parameters import DeviceLike
from treenn.sequences.lstm_function import LSTMFunction
from treenn.sequences.sequence_network import SequenceNetwork
from treenn.trees.arguments import Count, Share, Width, checked


class LSTM(SequenceNetwork):
    r"""The LSTM of Hochreiter and Schmidhuber (Neural Computation 1997), with the forget gate of Gers et al. (2000).

    From h_0 = c_0 = 0:

        i = σ(W_i x_t + U_i h_{t-1} + b_i)
        f = σ(W_f x_t + U_f h_{t-1} + b_f)
        g = tanh(W_g x_t + U_g h_{t-1} + b_g)
        o = σ(W_o x_t + U_o h_{t-1} + b_o)
        c_t = f ⊙ c_{t-1} + i ⊙ g
        h_t = o ⊙ tanh(c_t)

    The parameters are those of a `torch.nn.LSTM`, which has b twice, once per product, and initializes all weights
    from U(±1/√hidden_size).

    Args:
        input_size: width of a step's vector.
        hidden_size: width of h and of c.
        forget_bias: initial value of b_f; if None, as `torch.nn.LSTM` (default: None).
        cell_dropout: dropout on g in training (Semeniuta, Severyn and Barth, COLING 2016) (default: 0.0).
        tbptt_steps: the length of the pieces for truncated backpropagation; None to disable truncation (default: None).
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    Shape: data `(R, x)` to `(R, d)`, `x` = input_size, `d` = hidden_size.
    """

    options = ("forget_bias", "cell_dropout", "tbptt_steps")

    @checked
    def __init__(
        self,
        input_size: Width,
        hidden_size: Width,
        *,
        forget_bias: float | None = None,
        cell_dropout: Share = 0.0,
        tbptt_steps: Count | None = None,
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, causal=True)
        self.forget_bias, self.cell_dropout, self.tbptt_steps = forget_bias, cell_dropout, tbptt_steps
        self.lstm = nn.LSTM(input_size, hidden_size, device=device, dtype=dtype)
        self.init_parameters()

    def init_parameters(self) -> None:
        """See `SequenceNetwork.init_parameters`."""
        if self.forget_bias is not None:
            biases: list[Tensor] = [self.lstm.get_parameter(name) for name in ("bias_ih_l0", "bias_hh_l0")]
            for bias in biases:  # the LSTM adds both
                nn.init.constant_(bias[self.output_size : 2 * self.output_size], self.forget_bias / 2)

    def read(self, x: Tensor) -> Tensor:
        """See `SequenceNetwork.read`."""
        if self._uses_cudnn(x):
            return x
        W, _, b_ih, b_hh = self.lstm.parameters()
        return linear(x, W, b_ih + b_hh)

    def step(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """See `SequenceNetwork.step`."""
        states, after = self.lstm(x[None], state)
        return states[0], after

    def run(self, inputs: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`."""
        if self._uses_cudnn(inputs.data):
            return inputs._replace(data=self.lstm(inputs)[0].data)
        return inputs._replace(data=self._states(inputs.data, None, inputs.batch_sizes))

    def run_rows(self, table: Tensor, rows: Tensor, batch_sizes: Tensor) -> Tensor:
        """See `SequenceNetwork.run_rows`."""
        if self._uses_cudnn(table):
            return super().run_rows(table, rows, batch_sizes)
        return self._states(table, rows, batch_sizes)

    def _states(self, table: Tensor, rows: Tensor | None, batch_sizes: Tensor) -> Tensor:
        masks, n = None, len(table if rows is None else rows)
        if self.is_stochastic:
            masks = F.dropout(table.new_ones(n, self.output_size), self.cell_dropout)
        U = self.lstm.weight_hh_l0.to(compute_dtype(table))
        # Determined here: inside a Function gradients are disabled.
        save = torch.is_grad_enabled() and (table.requires_grad or U.requires_grad)
        arguments = table, U, batch_sizes.tolist(), masks, self.tbptt_steps, rows, save
        states: Tensor = LSTMFunction.apply(*arguments)  # type: ignore[no-untyped-call]
        return states

    def _uses_cudnn(self, x: Tensor) -> bool:
        """True if torch computes the whole LSTM: on a GPU, where cuDNN has one kernel for it."""
        return x.is_cuda and not self.is_stochastic and self.tbptt_steps is None
