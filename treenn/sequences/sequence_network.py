"""`SequenceNetwork`: from a sequence of vectors to a sequence of states."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence

from treenn.runtime.parameters import SizedModule
from treenn.trees.arguments import Count, checked


class SequenceNetwork(SizedModule):
    """A network over packed sequences that returns a state for every step; there is no padding.

    A subclass passes its sizes to this constructor and implements `run`, and `read` if a step has work that needs no
    state. A sequence's states must not depend on other sequences of the batch. `treenn.encoders.SequenceEncoder` makes
    an encoder of a network.

    Args:
        input_size: width of a step's vector.
        output_size: width of a step's state.
        causal: if True, a state depends on the steps up to its own only. Then all phrases that start at the same word
            share one run of the network.

    >>> from torch.nn.utils.rnn import pack_sequence
    >>> import torch
    >>> class RunningSum(SequenceNetwork):
    ...     def run(self, x):
    ...         return over_time(lambda step, total: (total + step,), x, (torch.zeros(len(x.data), 1),))
    >>> from treenn.sequences.packed import over_time
    >>> packed = pack_sequence([torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([[5.0]])])
    >>> RunningSum(input_size=1, output_size=1, causal=True)(packed).data.flatten().tolist()
    [1.0, 5.0, 3.0, 6.0]
    """

    recurrent: ClassVar[tuple[str, ...]] = ()
    """The names of the recurrent matrices, as in `named_parameters`, for `treenn.encoders.initialize`; those of modules
    of torch are known."""

    @checked
    def __init__(self, input_size: Count, output_size: Count, *, causal: bool) -> None:
        super().__init__(input_size, output_size)
        self.causal = causal

    def forward(self, x: PackedSequence) -> PackedSequence:
        """Returns the states of all steps, packed as `x`. Shape: data `(R, x)` to `(R, d)`."""
        return self.run(x._replace(data=self.read(x.data)))

    def read(self, x: Tensor) -> Tensor:
        """Returns the part of a step that depends on its own vector only, such as W x + b (default: the vector).

        It is computed once for a word that occurs in many runs. Shape: `(n, x)` to `(n, k)`.
        """
        return x

    def step(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """One step of sequences of equal length, of a causal network.

        The default runs the network over all inputs so far; a network with a state of fixed size overrides it.

        Args:
            x: the inputs of this step, `(n, x)`.
            state: the state of the step before; None at the beginning (default: None).

        Returns:
            The states `(n, d)` of the sequences, and the argument `state` of the next step: a tensor whose second
            dimension is that of the sequences, or a tuple or list of such states.
        """
        inputs = x[None] if state is None else torch.cat([state, x[None]])  # (steps, n, x)
        packed = PackedSequence(inputs.flatten(0, 1), torch.full((len(inputs),), len(x)))
        return self(packed).data[-len(x) :], inputs

    @classmethod
    def select(cls, state: Any, rows: Tensor) -> Any:
        """The `state` of `step` for some sequences, which may repeat.

        Args:
            state: the state after a step; None at the beginning.
            rows: the sequences, `(m,)` int64.
        """
        if state is None:
            return None
        if isinstance(state, Tensor):
            return state.index_select(1, rows)
        return type(state)(cls.select(part, rows) for part in state)

    def run_rows(self, table: Tensor, rows: Tensor, batch_sizes: Tensor) -> Tensor:
        """Returns the states of all steps, from the results of `read` and the row of each step (default: by `run`).

        Args:
            table: the results of `read`, `(V, k)`.
            rows: the row of `table` that each step reads, `(R,)`.
            batch_sizes: those of a `PackedSequence`.

        Shape: the result is `(R, d)`.
        """
        # embedding: an indexing with a fast backward pass
        return self.run(PackedSequence(F.embedding(rows, table), batch_sizes)).data

    @abstractmethod
    def run(self, inputs: PackedSequence) -> PackedSequence:
        """Returns the states of all steps, from the results of `read`. Shape: data `(R, k)` to `(R, d)`."""
