"""`MergeNetwork`: word vectors, composition of neighbours, and scores of merges."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from treenn.cells import Cell
from treenn.encoders import TreeEncoder
from treenn.models.names import ENCODERS
from treenn.models.vectors import WordVectors, initial_embedding
from treenn.models.vocabulary import Vocabulary
from treenn.parsers.recursive.recursive_settings import RecursiveSettings

OUTSIDE = 0
"""The row of the padding node, which precedes the first word and follows the last word of a sentence."""

NEIGHBOUR_LEFT, LEFT, RIGHT, PARENT, NEIGHBOUR_RIGHT = range(5)
"""The columns of a merge: the rows of the nodes that its score may depend on."""


class Scorer(nn.Module, ABC):
    """Abstract base class of scores of merges.

    Args:
        changed: the offsets of the slots whose merges get a new score after a merge.
    """

    changed: tuple[int, ...]

    @abstractmethod
    def forward(self, outputs: Tensor, merges: Tensor) -> Tensor:
        """Score merges.

        Args:
            outputs: the states' outputs, one row per node. Shape: `(R, d)`.
            merges: the rows in `outputs` of the five nodes of each merge. Shape: `(n, 5)`.

        Returns:
            The scores. Shape: `(n,)`.
        """


class ParentScorer(Scorer):
    """The paper's score of a merge, a linear map of the parent: s = W^score p.

    Args:
        size: the width of a state's output.
    """

    changed = (-1, 0)

    def __init__(self, size: int) -> None:
        super().__init__()
        self.weight = nn.Linear(size, 1, bias=False)

    def forward(self, outputs: Tensor, merges: Tensor) -> Tensor:
        """See `Scorer`."""
        scores: Tensor = self.weight(F.embedding(merges[:, PARENT], outputs))
        return scores.squeeze(1)


class NeighbourScorer(Scorer):
    """The score of a merge by a hidden layer over the parent, both children and the adjacent nodes.

    s = W_2 ReLU(W_1 [n_l; l; r; p; n_r] + b_1), with the children l and r, their parent p and the adjacent nodes n_l
    and n_r.

    Args:
        size: the width of a state's output.
        hidden: the width of the hidden layer.
    """

    changed = (-2, -1, 0, 1)

    def __init__(self, size: int, hidden: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(5 * size, hidden), nn.ReLU(), nn.Linear(hidden, 1, bias=False))

    def forward(self, outputs: Tensor, merges: Tensor) -> Tensor:
        """See `Scorer`."""
        scores: Tensor = self.layers(F.embedding(merges, outputs).flatten(1))
        return scores.squeeze(1)


class Context(nn.Module):
    """Stacked bidirectional LSTMs over the words of each sentence.

    The backward direction reverses each sentence separately, so that padding follows the words in both directions. A
    word's vector therefore does not depend on other sentences of the batch, and padded tensors, for which torch has a
    fast kernel, can be used.

    Args:
        input_size: the width of a word vector.
        size: the width of the result, half of it per direction.
        layers: the number of layers.
        dropout: the dropout probability after each layer.
    """

    def __init__(self, input_size: int, size: int, layers: int, dropout: float) -> None:
        super().__init__()
        widths = [input_size, *[size] * (layers - 1)]
        self.forward_layers = nn.ModuleList(nn.LSTM(width, size // 2, batch_first=True) for width in widths)
        self.backward_layers = nn.ModuleList(nn.LSTM(width, size // 2, batch_first=True) for width in widths)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Encode the concatenated words of all sentences. Shape: `(W, x)` and lengths `(S,)` to `(W, size)`."""
        starts, position = lengths.cumsum(0) - lengths, torch.arange(int(lengths.max()))
        mask = position < lengths[:, None]  # (S, N)
        forward = (starts[:, None] + position).where(mask, starts[:, None])  # (S, N) rows of x
        backward = (starts[:, None] + lengths[:, None] - 1 - position).where(mask, starts[:, None])
        # The row of each word in the flattened padded tensor.
        slots = torch.arange(mask.numel()).view_as(mask)
        forward_rows, backward_rows = slots[mask], x.new_empty(len(x), dtype=torch.int64)
        backward_rows[backward[mask]] = forward_rows
        for forward_net, backward_net in zip(self.forward_layers, self.backward_layers, strict=True):
            left, right = forward_net(x[forward])[0], backward_net(x[backward])[0]  # (S, N, size / 2)
            x = torch.cat([left.flatten(0, 1)[forward_rows], right.flatten(0, 1)[backward_rows]], dim=1)
            x = self.dropout(x)
        return x


class MergeNetwork(nn.Module):
    """The network of Socher, Lin, Ng and Manning, whose composed states determine the structure.

    *Parsing Natural Scenes and Natural Language with Recursive Neural Networks*, ICML 2011.

    The parent of two neighbours is the cell's composition of their states, in the paper p = f(W [l; r] + b). Each merge
    has a score, in the paper s = W^score p; the score of a tree is the sum over its merges.

    There are two departures from the paper. Word vectors pass through bidirectional LSTMs, unless `context="none"`. The
    score of a merge also depends on the children and on adjacent nodes, unless `scorer="parent"`. The input of scores
    is the cell's `output` of a state.

    Args:
        vocabulary: the words.
        embedding: the initial word vectors. Shape: `(len(vocabulary), x)`.
        settings: the hyperparameters.
    """

    def __init__(self, vocabulary: Vocabulary, embedding: Tensor, settings: RecursiveSettings) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self.embedding = nn.Embedding(len(embedding), embedding.shape[1], _weight=embedding)
        self.dropout = nn.Dropout(settings.dropout)
        width, self.context = embedding.shape[1], None
        if settings.context == "lstm":
            self.context = Context(width, settings.context_size, settings.context_layers, settings.dropout)
            width = settings.context_size
        encoder = ENCODERS[settings.cell](width, settings.size)
        assert isinstance(encoder, TreeEncoder)  # true of every `CellName`
        self.cell: Cell = encoder.cell
        d = self.cell.output_size
        self.outside = nn.Parameter(torch.zeros(d))
        self.scorer: Scorer = ParentScorer(d) if settings.scorer == "parent" else NeighbourScorer(d, settings.hidden)

    def vectors(self, sentences: Sequence[Sequence[str]]) -> Tensor:
        """Compute the cell's input vectors for the concatenated words of all sentences. Shape: `(W, x)`."""
        numbers = torch.cat([self.vocabulary.encode(words) for words in sentences])
        x: Tensor = self.dropout(self.embedding(numbers))
        if self.context is not None:
            x = self.context(x, torch.tensor([len(words) for words in sentences]))
        return x


def build(settings: RecursiveSettings, vocabulary: Vocabulary, vectors: Sequence[WordVectors] = ()) -> MergeNetwork:
    """Build a network, initialized by `settings.seed`, without a change of the global random state."""
    generator = torch.Generator().manual_seed(settings.seed)
    embedding = initial_embedding(vocabulary, vectors, settings.word_size, generator)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        return MergeNetwork(vocabulary, embedding, settings)
