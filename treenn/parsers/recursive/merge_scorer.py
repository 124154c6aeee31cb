"""`MergeNetwork`: words to vectors, two neighbours to their parent and its score."""

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
    """The network of Socher, Lin, Ng and Manning (ICML 2011), "Parsing natural scenes and natural language with
    recursive neural networks": it finds the tree with the states that it composes.

    The parent of two neighbours is what the cell makes of their states, in the paper p = f(W [l; r] + b). A merge is
    scored, there by s = W^score p; the score of a tree is the sum of the scores of its merges.

    Departures from the paper, each of which a setting undoes: a word's vector goes through LSTMs that read the sentence
    from both sides (`context="none"` leaves them out), and a merge's score also sees the children and the nodes that
    stand beside them (`scorer="parent"`). Of a state, scores see what the cell's `output` shows.

    Args:
        vocabulary: the words that have a vector.
        embedding: their first vectors, `(len(vocabulary), x)`.
        settings: the rest.
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
        assert isinstance(encoder, TreeEncoder)  # as those of all `CellName`s are
        self.cell: Cell = encoder.cell
        d = self.cell.output_size
        self.outside = nn.Parameter(torch.zeros(d))
        self.scorer: Scorer = ParentScorer(d) if settings.scorer == "parent" else NeighbourScorer(d, settings.hidden)

    def vectors(self, sentences: Sequence[Sequence[str]]) -> Tensor:
        """The vectors of all words, sentence after sentence, of which the cell makes states. Shape: `(W, x)`."""
        numbers = torch.cat([self.vocabulary.encode(words) for words in sentences])
        x: Tensor = self.dropout(self.embedding(numbers))
        if self.context is not None:
            x = self.context(x, torch.tensor([len(words) for words in sentences]))
        return x


def build(settings: Settings, vocabulary: Vocabulary, vectors: Sequence[WordVectors] = ()) -> MergeNetwork:
    """A new network; `settings.seed` decides its weights, and no random state outside is touched."""
    generator = torch.Generator().manual_seed(settings.seed)
    embedding = initial_embedding(vocabulary, vectors, settings.word_size, generator)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        return MergeNetwork(vocabulary, embedding, settings)
