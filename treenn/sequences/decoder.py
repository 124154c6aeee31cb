"""`Decoder`: writes a sequence of symbols from a code (Cho et al. 2014; Sutskever et al. 2014)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence, pack_sequence

from treenn.sequences.sequence_network import SequenceNetwork
from treenn.trees import InputError
from treenn.trees.arguments import Count, Width, checked

END = 0
"""The symbol that ends every text."""


class Decoder(nn.Module):
    r"""One to many: from one vector to a text, symbol after symbol.

    The code may be anything, or what another network has read: with it this is the encoder-decoder of Cho et al. (EMNLP
    2014), whose decoder sees the code c at every step, and of Sutskever, Vinyals and Le (NeurIPS 2014):

        h_t = f(h_{t-1}, [E y_{t-1}; c])
        p(y_t | y_1 ... y_{t-1}, c) = softmax(V h_t + b)

    Training is by teacher forcing: the network reads what it should have written.

    Args:
        network: makes f of two widths, that of a step's vector and that of a state, e.g. `LSTM`.
        code_size: width of a code.
        symbols: how many there are; number 0 ends a text and stands nowhere else.
        size: width of a state and of a symbol's vector.

    Raises:
        InputError: where the network is not causal: what comes later is not yet written.

    >>> from treenn.sequences.lstm import LSTM
    >>> decoder = Decoder(LSTM, code_size=3, symbols=5, size=4)
    >>> loss = decoder.loss(torch.eye(3)[:2], [torch.tensor([1, 4, 2]), torch.tensor([3])])
    >>> texts = decoder.write(torch.eye(3)[:2], longest=6)
    """

    @checked
    def __init__(
        self, network: Callable[[int, int], SequenceNetwork], code_size: Count, symbols: Count, size: Width
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(symbols, size)  # END stands before the first symbol, too
        self.network = network(size + code_size, size)
        if not self.network.causal:
            raise InputError("a decoder's network must be causal: what it would look ahead at is not yet written")
        self.head = nn.Linear(size, symbols)

    def loss(self, codes: Tensor, texts: Sequence[Tensor]) -> Tensor:
        """The mean cross-entropy of a symbol, the end included.

        Shape: `codes` `(n, c)`, `texts` `n` tensors `(length,)` int64 without the end; the result is one number.
        """
        end = codes.new_full((1,), END, dtype=torch.int64)
        before = pack_sequence([torch.cat([end, text]) for text in texts], enforce_sorted=False)
        wanted = pack_sequence([torch.cat([text, end]) for text in texts], enforce_sorted=False)
        code = pack_sequence(
            [code.expand(len(text) + 1, -1) for code, text in zip(codes, texts, strict=True)], enforce_sorted=False
        )
        return F.cross_entropy(self._scores(before, code.data), wanted.data)

    def write(self, codes: Tensor, longest: int) -> list[list[int]]:
        """The texts that are most probable symbol by symbol, without their ends; none is longer than `longest`.

        Shape: `codes` `(n, c)`.
        """
        n = len(codes)
        written = codes.new_full((1, n), END, dtype=torch.int64)
        with torch.no_grad():
            for steps in range(1, longest + 1):
                packed = PackedSequence(written.flatten(), torch.full((steps,), n))
                scores = self._scores(packed, codes.repeat(steps, 1))
                written = torch.cat([written, scores[-n:].argmax(dim=1)[None]])
        texts = written[1:].t().tolist()
        return [text[: text.index(END)] if END in text else text for text in texts]

    def _scores(self, before: PackedSequence, codes: Tensor) -> Tensor:
        inputs = torch.cat([self.embedding(before.data), codes], dim=1)
        scores: Tensor = self.head(self.network(before._replace(data=inputs)).data)
        return scores
