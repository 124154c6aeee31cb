"""`SequenceNetwork`: from a sequence of vectors to a sequence of states."""

from abc import ABC, abstractmethod

from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from treenn.trees.arguments import Count, checked


class SequenceNetwork(nn.Module, ABC):
    """Gives every step of a sequence a state; sequences of all lengths come packed, so there is no padding to heed.

    A subclass sets the sizes and writes `run`, and `read` where a step has work to do that needs no state; what a
    sequence gets must not depend on the others of its batch. `treenn.encoders.SequenceEncoder` makes an encoder of one.
    What a recipe may change in it, it says by attributes: `recurrent` and `forget_biases` (see
    `treenn.models.initialization`), `truncate` and `cell_dropout` (as in `LSTM`).

    Args:
        input_size: width of a step's vector.
        output_size: width of a step's state.
        causal: whether a state depends on the steps up to its own alone. All phrases that begin with one word then
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

    @checked
    def __init__(self, input_size: Count, output_size: Count, *, causal: bool) -> None:
        super().__init__()
        self.input_size, self.output_size, self.causal = input_size, output_size, causal

    @property
    def random(self) -> bool:
        """Whether states differ from one run to the next now, as they do under dropout."""
        return False

    def forward(self, x: PackedSequence) -> PackedSequence:
        """The states of all steps, packed as `x` is. Shape: data `(R, x)` to `(R, d)`."""
        return self.run(x._replace(data=self.read(x.data)))

    def read(self, x: Tensor) -> Tensor:
        """What a step takes from its own vector alone, such as W x + b; left out, the vector itself.

        A word that many runs share is read once. Shape: `(n, x)` to `(n, k)`.
        """
        return x

    @abstractmethod
    def run(self, inputs: PackedSequence) -> PackedSequence:
        """The states of all steps, from what `read` made of their vectors. Shape: data `(R, k)` to `(R, d)`."""
