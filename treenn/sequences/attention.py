"""Attention of a decoder over the states of an encoder: bilinear and additive scores."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from treenn.runtime.parameters import DeviceLike, reset_children
from treenn.sequences.repeated_product import RepeatedProduct
from treenn.trees.arguments import Width, checked

AttentionName = Literal["bilinear", "additive"]
"""The names of `ATTENTIONS`."""

Reader = Callable[[Tensor], tuple[Tensor, Tensor]]
"""A function from queries to contexts and weights."""


class Memory(NamedTuple):
    """The states of an encoder that a decoder attends to, padded to the longest sentence.

    Shape: `S` sentences, `L` states of the longest.

    Args:
        values: `(S, L, m)` the states.
        keys: `(S, L, d)` the result of `Attention.keys`.
        padding: `(S, L)` True for positions after the end of a sentence.
    """

    values: Tensor
    keys: Tensor
    padding: Tensor

    def take(self, sentences: Tensor) -> Memory:
        """The memory of some sentences, which may repeat. Shape: `sentences` is `(n,)` int64."""
        return Memory(*(part.index_select(0, sentences) for part in self))


class Attention(nn.Module, ABC):
    """The base class of attentions: a softmax over scores of an encoder's states, given a decoder's state.

    Scores depend on an encoder's state v by its key W v.

    Args:
        query_size: the width d of a decoder's state.
        memory_size: the width m of an encoder's state.
        bias: whether keys have a bias, W v + b.
        device: device of the parameters.
        dtype: dtype of the parameters.
    """

    def __init__(
        self, query_size: int, memory_size: int, *, bias: bool, device: DeviceLike, dtype: torch.dtype | None
    ) -> None:
        super().__init__()
        self.query_size, self.memory_size = query_size, memory_size
        self.W = nn.Linear(memory_size, query_size, bias=bias, device=device, dtype=dtype)

    def reset_parameters(self) -> None:
        """Initialize all parameters again, with the same random draws as the constructor."""
        reset_children(self)

    def remember(self, values: Tensor, padding: Tensor) -> Memory:
        """The memory of padded states. Shape: `values` `(S, L, m)`, `padding` `(S, L)` bool."""
        return Memory(values, self.keys(values), padding)

    def keys(self, values: Tensor) -> Tensor:
        """The part of the scores that depends on the encoder's states only. Shape: `(S, L, m)` to `(S, L, d)`."""
        keys: Tensor = self.W(values)
        return keys.to(values.dtype)

    @abstractmethod
    def scorer(self, keys: Tensor) -> Callable[[Tensor], Tensor]:
        """A function from queries to the scores of all states. Shape: keys `(S, L, d)`; `(n, d)` to `(n, L)`."""

    def reader(self, memory: Memory) -> Reader:
        """A function from queries of the first sentences, one each, to contexts and weights α.

        A context is Σ α_j v_j. The weights sum to 1 over the states of a sentence, and are 0 on its padding.

        Shape: `(n, d)` to `(n, m)` and `(n, L)`.
        """
        score, average = self.scorer(memory.keys), RepeatedProduct(memory.values)

        def read(queries: Tensor) -> tuple[Tensor, Tensor]:
            scores = score(queries).masked_fill(memory.padding[: len(queries)], -torch.inf)
            weights = scores.softmax(dim=1)
            return average(weights), weights

        return read


class BilinearAttention(Attention):
    """Bilinear scores: Luong, Pham and Manning (EMNLP 2015), "Effective approaches to attention-based neural machine
    translation", section 3.1, "general".

        score(h, v) = hᵀ W v

    Args:
        query_size: the width d of a decoder's state.
        memory_size: the width m of an encoder's state.
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    >>> attention = BilinearAttention(3, 2)
    >>> memory = attention.remember(torch.ones(1, 4, 2), torch.tensor([[False, False, True, True]]))
    >>> attention.reader(memory)(torch.ones(1, 3))[1].tolist()
    [[0.5, 0.5, 0.0, 0.0]]
    """

    @checked
    def __init__(
        self,
        query_size: Width,
        memory_size: Width,
        *,
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(query_size, memory_size, bias=False, device=device, dtype=dtype)

    def scorer(self, keys: Tensor) -> Callable[[Tensor], Tensor]:
        """See `Attention.scorer`."""
        return RepeatedProduct(keys.transpose(1, 2))


class AdditiveAttention(Attention):
    """Additive scores: Bahdanau, Cho and Bengio (ICLR 2015), "Neural machine translation by jointly learning to align
    and translate".

        score(h, v) = uᵀ tanh(W v + b + U h)

    Args:
        query_size: the width d of a decoder's state, and of u.
        memory_size: the width m of an encoder's state.
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).
    """

    @checked
    def __init__(
        self,
        query_size: Width,
        memory_size: Width,
        *,
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(query_size, memory_size, bias=True, device=device, dtype=dtype)
        self.U = nn.Linear(query_size, query_size, bias=False, device=device, dtype=dtype)
        self.u = nn.Linear(query_size, 1, bias=False, device=device, dtype=dtype)

    def scorer(self, keys: Tensor) -> Callable[[Tensor], Tensor]:
        """See `Attention.scorer`."""
        of_query, of_sum = RepeatedProduct(self.U.weight.t()), self.u.weight[0]

        def score(queries: Tensor) -> Tensor:
            return torch.tanh(keys[: len(queries)] + of_query(queries)[:, None]) @ of_sum

        return score


ATTENTIONS: dict[str, type[BilinearAttention | AdditiveAttention]] = {
    "bilinear": BilinearAttention,
    "additive": AdditiveAttention,
}
"""The attentions by name."""
