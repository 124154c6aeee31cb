"""`AttentionDecoder`: an LSTM with attention and input feeding (Luong, Pham and Manning 2015)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from treenn.runtime.matmul import compute_dtype, linear
from treenn.runtime.parameters import DeviceLike, reset_children
from treenn.runtime.single_backward import single_backward
from treenn.sequences.attention import Attention, Memory
from treenn.sequences.lstm_function import step_backward
from treenn.sequences.repeated_product import RepeatedProduct
from treenn.trees.arguments import Width, checked


class DecoderState(NamedTuple):
    """The state of a decoder after some symbols.

    Shape: `n` rows, `d` = hidden_size.

    Args:
        h: `(n, d)` the state of the LSTM.
        c: `(n, d)` its cell state.
        fed: `(n, d)` the attentional state h̃, which the next step reads.
        memory: the sentences.
        sentences: `(n,)` the sentence of each row; None if row `i` is of sentence `i`.
        weights: `(n, L)` the weights of attention in the last step; None at the start.
    """

    h: Tensor
    c: Tensor
    fed: Tensor
    memory: Memory
    sentences: Tensor | None = None
    weights: Tensor | None = None

    def select(self, rows: Tensor) -> DecoderState:
        """The state of some rows, which may repeat. Shape: `rows` is `(m,)` int64."""
        h, c, fed = (part.index_select(0, rows) for part in (self.h, self.c, self.fed))
        weights = None if self.weights is None else self.weights.index_select(0, rows)
        sentences = rows if self.sentences is None else self.sentences.index_select(0, rows)
        return DecoderState(h, c, fed, self.memory, sentences, weights)

    def attended(self) -> Memory:
        """The memory of each row."""
        return self.memory if self.sentences is None else self.memory.take(self.sentences)


class AttentionDecoder(nn.Module):
    r"""Many to many with attention: Luong, Pham and Manning (EMNLP 2015), with input feeding (their section 3.3).

    At time t, from the vector x_t of the previous symbol and the attentional state h̃_{t-1}:

        h_t, c_t = LSTM([x_t; h̃_{t-1}], h_{t-1}, c_{t-1})
        s_t = Σ_j α_tj v_j,  α_t = softmax_j(score(h_t, v_j))
        h̃_t = tanh(W_c [s_t; h_t])

    The initial states are h_0 = tanh(W_0 v̄ + b_0) and c_0 = h̃_0 = 0; v̄ is the mean of the encoder's states. The caller
    predicts symbols from h̃_t.

    Args:
        input_size: the width of a symbol's vector.
        hidden_size: the width d of h, c and h̃.
        attention: the attention, of query_size d.
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    >>> from treenn.sequences.attention import BilinearAttention
    >>> decoder = AttentionDecoder(3, 4, BilinearAttention(4, 2))
    >>> state = decoder.start(torch.ones(1, 5, 2), torch.zeros(1, 5, dtype=torch.bool))
    >>> decoder.advance(torch.ones(1, 3), state).fed.shape
    torch.Size([1, 4])
    """

    @checked
    def __init__(
        self,
        input_size: Width,
        hidden_size: Width,
        attention: Attention,
        *,
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        factory: dict[str, Any] = {"device": device, "dtype": dtype}
        self.input_size, self.hidden_size = input_size, hidden_size
        self.attention = attention
        self.initial = nn.Linear(attention.memory_size, hidden_size, **factory)
        self.inputs = nn.Linear(input_size, 4 * hidden_size, **factory)  # i, f, g, o
        self.recurrent = nn.Linear(2 * hidden_size, 4 * hidden_size, bias=False, **factory)  # of [h̃; h]
        self.combine = nn.Linear(attention.memory_size + hidden_size, hidden_size, bias=False, **factory)

    def reset_parameters(self) -> None:
        """Initialize all parameters again, with the same random draws as the constructor."""
        reset_children(self)

    def start(self, values: Tensor, padding: Tensor) -> DecoderState:
        """The state before the first symbol.

        Args:
            values: the states of the encoder, padded.
            padding: True for positions after the end of a sentence.

        Shape: `(S, L, m)`, `(S, L)`.
        """
        lengths = (~padding).sum(dim=1, keepdim=True)  # (S, 1)
        mean = values.masked_fill(padding[:, :, None], 0).sum(dim=1) / lengths  # (S, m)
        h = torch.tanh(self.initial(mean).to(values.dtype))
        nothing = torch.zeros_like(h)
        return DecoderState(h, nothing, nothing, self.attention.remember(values, padding))

    def advance(self, x: Tensor, state: DecoderState) -> DecoderState:
        """One step; `fed` of the result is h̃_t.

        Args:
            x: `(n, input_size)` the vectors of the symbols that are read.
            state: the state of `n` rows.
        """
        return self._steps(x, [len(x)], state)[0]

    def forward(self, x: Tensor, alive: Sequence[int], state: DecoderState) -> Tensor:
        """The attentional states of all steps, for given symbols.

        Args:
            x: the vectors of the symbols that are read, packed by time.
            alive: the number of rows that have each time, as the `batch_sizes` of a `PackedSequence`.
            state: the result of `start`, those with more symbols first.

        Shape: `(R, input_size)` to `(R, d)`.
        """
        return torch.cat([after.fed for after in self._steps(x, alive, state)])

    def _steps(self, x: Tensor, alive: Sequence[int], state: DecoderState) -> list[DecoderState]:
        """The states after each time."""
        dtype, states = compute_dtype(x), list[DecoderState]()
        inputs = torch.split(linear(x, self.inputs.weight, self.inputs.bias), list(alive))
        # Attention is float32: small batched products are slower in bfloat16.
        with torch.autocast(x.device.type, enabled=False):
            recurrent, combine = (RepeatedProduct(layer.weight.t(), dtype) for layer in (self.recurrent, self.combine))
            read = self.attention.reader(state.attended())
            for rows in inputs:
                n = len(rows)
                before = torch.cat([state.fed[:n], state.h[:n]], dim=1)  # (n, 2d)
                h, c = LSTMStep.apply(rows + recurrent(before), state.c[:n])  # type: ignore[no-untyped-call]
                context, weights = read(h)
                fed = torch.tanh(combine(torch.cat([context, h], dim=1)))
                state = state._replace(h=h, c=c, fed=fed, weights=weights)
                states.append(state)
        return states


class LSTMStep(torch.autograd.Function):
    """One step of an LSTM from its pre-activations: i, f, g and o in one table.

    Shape: z `(n, 4d)`, c of the step before `(n, d)`; the results h and c are `(n, d)`.
    """

    @staticmethod
    def forward(ctx: Any, z: Tensor, c_before: Tensor) -> tuple[Tensor, Tensor]:
        """Returns h and c."""
        gates, d = z.clone(), c_before.shape[1]
        gates[:, : 2 * d].sigmoid_()
        gates[:, 2 * d : 3 * d].tanh_()
        gates[:, 3 * d :].sigmoid_()
        i, f, g, o = gates.chunk(4, dim=1)  # (n, d) each
        c = torch.addcmul(i * g, f, c_before)
        tanh_c = torch.tanh(c)
        ctx.save_for_backward(gates, tanh_c, c_before)
        return o * tanh_c, c

    @staticmethod
    @single_backward
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the gradients w.r.t. z and c of the step before."""
        gates, tanh_c, c_before = ctx.saved_tensors
        grad_h, grad_c = gradients[0], gradients[1].clone()
        grad_z = torch.empty_like(gates)
        step_backward(gates, tanh_c, c_before, None, grad_h, grad_c, grad_z)
        return grad_z, grad_c * gates.chunk(4, dim=1)[1]


def pad_rows(rows: Tensor, sizes: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Pad consecutive parts of different sizes to the largest.

    Args:
        rows: the parts, one after the other.
        sizes: the size of each part.

    Returns:
        The padded parts, 0 after their ends, and True at these positions. Shape: `(R,)` to `(S, L)` twice.

    >>> pad_rows(torch.tensor([4, 5, 6]), [1, 2])
    (tensor([[4, 0],
            [5, 6]]), tensor([[False,  True],
            [False, False]]))
    """
    lengths = torch.tensor(sizes)
    padding = torch.arange(int(lengths.max())) >= lengths[:, None]  # (S, L)
    padded = torch.zeros(padding.shape, dtype=rows.dtype, device=rows.device)
    padded[~padding.to(rows.device)] = rows
    return padded, padding.to(rows.device)
