"""`MergeNetwork`: word vectors, composition of neighbours, and scores of merges."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from treenn.cells import Cell
from treenn.encoders import TreeEncoder
from treenn.models.names import ENCODERS
from treenn.models.vectors import WordVectors, initial_embedding
from treenn.models.vocabulary import Vocabulary
from treenn.parsers.recursive.context import Context
from treenn.parsers.recursive.recursive_settings import Settings
from treenn.parsers.recursive.scorers import NeighbourScorer, ParentScorer, Scorer


class MergeNetwork(nn.Module):
    """The network of Socher, Lin, Ng and Manning (ICML 2011), which composes the states that decide the structure.

    *Parsing Natural Scenes and Natural Language with Recursive Neural Networks*.

    The parent of two neighbours is the cell's composition of their states, in the paper p = f(W [l; r] + b). Each merge
    has a score, in the paper s = W^score p; the score of a tree is the sum over its merges.

    Departures from the paper, each of which is a setting: word vectors pass through bidirectional LSTMs (disabled by
    `context="none"`), and the score of a merge also depends on the children and on adjacent nodes (disabled by
    `scorer="parent"`). Scores read the cell's `output` of a state.

    Args:
        vocabulary: the words.
        embedding: the initial word vectors. Shape: `(len(vocabulary), x)`.
        settings: the hyperparameters.
    """

    def __init__(self, vocabulary: Vocabulary, embedding: Tensor, settings: Settings) -> None:
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
        """The cell's input vectors for the concatenated words of all sentences. Shape: `(W, x)`."""
        numbers = torch.cat([self.vocabulary.encode(words) for words in sentences])
        x: Tensor = self.dropout(self.embedding(numbers))
        if self.context is not None:
            x = self.context(x, torch.tensor([len(words) for words in sentences]))
        return x


def build(settings: Settings, vocabulary: Vocabulary, vectors: Sequence[WordVectors] = ()) -> MergeNetwork:
    """A new network, initialized by `settings.seed`; global random state is unchanged."""
    generator = torch.Generator().manual_seed(settings.seed)
    embedding = initial_embedding(vocabulary, vectors, settings.word_size, generator)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        return MergeNetwork(vocabulary, embedding, settings)
