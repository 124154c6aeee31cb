"""`Decoder`: a sequence of symbols from a code (Cho et al. 2014; Sutskever et al. 2014)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence, pack_sequence

from treenn.runtime.parameters import DeviceLike, reset_children
from treenn.sequences.sequence_network import SequenceNetwork
from treenn.sequences.step_decoder import greedy
from treenn.trees import InputError
from treenn.trees.arguments import Count, Width, checked

END = 0
"""The end-of-sequence symbol."""


class WrittenState(NamedTuple):
    """The state of a `Decoder` after some symbols.

    Args:
        network: the decoder's network.
        codes: `(n, c)` the code of each text.
        before: the network's state; None before the first symbol (default: None).
    """

    network: SequenceNetwork
    codes: Tensor
    before: Any = None

    def select(self, rows: Tensor) -> WrittenState:
        """The state of some texts, which may repeat. Shape: `rows` is `(m,)` int64."""
        before = self.network.select(self.before, rows)
        return self._replace(codes=self.codes.index_select(0, rows), before=before)


class Decoder(nn.Module):
    r"""One to many: a text from one vector, symbol by symbol.

    The code is any vector, or the encoding of another sequence: then this is the encoder-decoder of Cho et al. (EMNLP
    2014), whose decoder reads the code c at every step, and of Sutskever, Vinyals and Le (NeurIPS 2014):

        h_t = f(h_{t-1}, [E y_{t-1}; c])
        p(y_t | y_1 ... y_{t-1}, c) = softmax(V h_t + b)

    Training uses teacher forcing: the network reads the target symbols. It is a `StepDecoder`, for greedy decoding by
    `write` and for `treenn.translation.beam_search`.

    Args:
        network: returns f for two sizes, that of a step's vector and that of a state, e.g. `LSTM`.
        code_size: width of a code.
        symbols: the number of symbols; symbol 0 ends a text and occurs nowhere else.
        hidden_size: width of a state and of a symbol's vector.
        device: device of the embedding and the output layer (default: None).
        dtype: dtype of the embedding and the output layer (default: None).

    Raises:
        InputError: if the network is not causal.

    >>> from treenn.sequences.lstm import LSTM
    >>> decoder = Decoder(LSTM, code_size=3, symbols=5, hidden_size=4)
    >>> loss = decoder.loss(torch.eye(3)[:2], [torch.tensor([1, 4, 2]), torch.tensor([3])])
    >>> texts = decoder.write(torch.eye(3)[:2], longest=6)
    """

    @checked
    def __init__(
        self,
        network: Callable[[int, int], SequenceNetwork],
        code_size: Count,
        symbols: Count,
        hidden_size: Width,
        *,
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(symbols, hidden_size, device=device, dtype=dtype)  # END is also the start symbol
        self.network = network(hidden_size + code_size, hidden_size)
        if not self.network.causal:
            raise InputError("a decoder's network must be causal, since later symbols are not yet predicted")
        self.head = nn.Linear(hidden_size, symbols, device=device, dtype=dtype)

    def reset_parameters(self) -> None:
        """Initialize all parameters again, with the same random draws as the constructor."""
        reset_children(self)

    def loss(self, codes: Tensor, texts: Sequence[Tensor]) -> Tensor:
        """Returns the mean cross-entropy per symbol, including the end symbol.

        Shape: `codes` `(n, c)`, `texts` `n` tensors `(length,)` int64 without the end symbol; the result is a scalar.
        """
        end = codes.new_full((1,), END, dtype=torch.int64)
        pack = partial(pack_sequence, enforce_sorted=False)
        inputs = pack([torch.cat([end, text]) for text in texts])
        targets = pack([torch.cat([text, end]) for text in texts])
        code = pack([code.expand(len(text) + 1, -1) for code, text in zip(codes, texts, strict=True)])
        return F.cross_entropy(self._scores(inputs, code.data), targets.data)

    def start(self, codes: Tensor) -> WrittenState:
        """See `StepDecoder.start`. Shape: `(n, c)`."""
        return WrittenState(self.network, codes)

    def step(self, symbols: Tensor, state: WrittenState) -> tuple[Tensor, WrittenState]:
        """See `StepDecoder.step`. Shape: `(n,)` to `(n, symbols)`."""
        h, after = self.network.step(torch.cat([self.embedding(symbols), state.codes], dim=1), state.before)
        return self.head(h).log_softmax(dim=1), state._replace(before=after)

    def write(self, codes: Tensor, longest: int) -> list[list[int]]:
        """Decode greedily.

        Args:
            codes: `(n, c)`.
            longest: the maximum length of a text.

        Returns:
            One text per code, without the end symbol.
        """
        return greedy(self, codes, [longest] * len(codes), start=END, end=END, device=codes.device)

    def _scores(self, symbols: PackedSequence, codes: Tensor) -> Tensor:
        inputs = torch.cat([self.embedding(symbols.data), codes], dim=1)
        scores: Tensor = self.head(self.network(symbols._replace(data=inputs)).data)
        return scores
