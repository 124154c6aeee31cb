"""`SpanNetwork`: words to vectors, two or more bidirectional LSTMs, and a score for each span."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from treenn.parsers.chart.affixes import BUCKETS
from treenn.parsers.chart.chart_settings import ChartSettings
from treenn.parsers.chart.cky import Scores
from treenn.parsers.chart.examples import Inventory
from treenn.parsers.chart.spans import row_table


class Encoded(NamedTuple):
    """What the LSTMs make of a batch of sentences of one length.

    Args:
        words: the first layer at each word, where tags are read off. Shape: `(B, n, 2 * size)`.
        places: the last layer at the places between words, before the first and behind the last: to the left as read
            from the left, to the right as read from the right. Shape: `(B, n + 1, 2 * size)`.
    """

    words: Tensor
    places: Tensor


class Factors(NamedTuple):
    """What a network says of the spans of a batch, from which scores are made: all but `nodes` are vectors.

    Args:
        nodes: the scores of spans as left and as right children. Shape: `(B, spans, 2)`.
        whole: of each span as what is split. Shape: `(B, spans, split_size)`.
        left: of each span as the left part of a split. Shape: as `whole`.
        right: of each span as the right part. Shape: as `whole`.
        place: of each place as where a span is split. Shape: `(B, n + 1, split_size)`.
    """

    nodes: Tensor
    whole: Tensor
    left: Tensor
    right: Tensor
    place: Tensor


class SpanNetwork(nn.Module):
    """Scores spans by what stands at their two ends, read from both sides.

    The states at places between words are those of Stern, Andreas and Klein, *A Minimal Span-Based Neural Constituency
    Parser*, ACL 2017, who score a span by a hidden layer over the difference of its ends' states. Here each end has a
    linear map of its own, of which the difference is a special case: hidden = ReLU(LayerNorm(end @ C - start @ A)),
    with the normalised layer of Kitaev and Klein, *Constituency Parsing with a Self-Attentive Encoder*, ACL 2018. As
    the maps are taken of places, not of spans, a span costs one subtraction and the pointwise part.

    Of a span's hidden layer h come its scores as a left and as a right child and, by linear maps of low rank, what a
    split of the span from i to j at k is worth: left(h_ik) · right(h_kj) + whole(h_ij) · split(place k). The first
    term plays the part of a grammar's rules: it knows which two neighbours go together.

    Beside the word vectors, which word dropout makes unreliable, stand the sums of the vectors of affixes.

    Args:
        embedding: the first word vectors. Shape: `(words, x)`.
        counts: how often training has each word, for word dropout. Shape: `(words,)`.
        inventory: the tags and categories to tell apart.
        settings: sizes and dropout.
    """

    unknown: Tensor

    def __init__(self, embedding: Tensor, counts: Tensor, inventory: Inventory, settings: ChartSettings) -> None:
        super().__init__()
        self.inventory, self.settings = inventory, settings
        width, size = embedding.shape[1] + settings.affix_size, settings.size
        self.words = nn.Embedding(len(embedding), embedding.shape[1], _weight=embedding)
        self.affixes = nn.Embedding(BUCKETS, settings.affix_size)
        nn.init.uniform_(self.affixes.weight, -0.1, 0.1)
        self.outside = nn.Parameter(torch.zeros(2, width))
        self.layers = nn.ModuleList(
            nn.LSTM(width if layer == 0 else 2 * size, size, bidirectional=True, batch_first=True)
            for layer in range(settings.layers)
        )
        self.start, self.end = (nn.Linear(2 * size, settings.span_size, bias=bias) for bias in (True, False))
        self.norm = nn.LayerNorm(settings.span_size)
        self.node = nn.Linear(settings.span_size, 2)
        self.parts = nn.Linear(settings.span_size, 3 * settings.split_size)
        self.split = nn.Linear(2 * size, settings.split_size)
        self.tag = nn.Linear(2 * size, max(1, len(inventory.tags)))
        self.category = nn.Linear(settings.span_size, len(inventory.categories))
        self.dropout = _SharedDropout(settings.dropout)
        alpha = settings.word_dropout
        self.register_buffer("unknown", alpha / (alpha + counts) if alpha else torch.zeros_like(counts), False)

    def keep_words(self, numbers: Sequence[int]) -> None:
        """Forget the vectors of all words but these, which are numbered anew in this order."""
        rows = torch.tensor(numbers)
        self.words = nn.Embedding(len(rows), self.words.embedding_dim, _weight=self.words.weight.detach()[rows])
        self.unknown = self.unknown[rows]

    def encode(self, words: Tensor, affixes: Tensor) -> Encoded:
        """Read sentences of one length. Shape: `(B, n)` and `(B, n, affixes of a word)`."""
        if self.training:
            words = words.masked_fill(torch.rand(words.shape, device=words.device) < self.unknown[words], 0)
        x = torch.cat([self.words(words), self.affixes(affixes).sum(dim=2)], dim=-1)
        outside = self.outside.expand(len(x), 2, -1)
        x = self.dropout(torch.cat([outside[:, :1], x, outside[:, 1:]], dim=1))
        states = []
        for layer in self.layers:
            x = self.dropout(layer(x)[0])
            states.append(x)
        size = x.shape[-1] // 2
        return Encoded(states[0][:, 1:-1], torch.cat([x[:, :-1, :size], x[:, 1:, size:]], dim=-1))

    def spans(self, places: Tensor) -> Tensor:
        """The hidden layer of every span. Shape: `(B, n + 1, 2 * size)` to `(B, spans, span_size)`."""
        starts, ends = self.start(places), self.end(places)
        widths = range(1, places.shape[1])
        return self._hidden(torch.cat([ends[:, width:] - starts[:, :-width] for width in widths], dim=1))

    def some_spans(self, places: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
        """The hidden layer of some spans. Shape: of `starts` and `ends` `(B, s)`, of the result `(B, s, span_size)`."""
        sentence = torch.arange(len(places)).unsqueeze(1)
        return self._hidden(self.end(places)[sentence, ends] - self.start(places)[sentence, starts])

    def _hidden(self, differences: Tensor) -> Tensor:
        hidden: Tensor = self.dropout(torch.relu(self.norm(differences)))
        return hidden

    def scores(self, hidden: Tensor, places: Tensor) -> Scores:
        """The scores of nodes and splits. Shape: `(B, spans, span_size)` and `(B, n + 1, 2 * size)`."""
        return mean_scores([self.factors(hidden, places)])

    def factors(self, hidden: Tensor, places: Tensor) -> Factors:
        """What the scores are made of. Shape: as of `scores`."""
        whole, left, right = self.parts(hidden).chunk(3, dim=-1)
        return Factors(self.node(hidden), whole, left, right, self.split(places))


def mean_scores(several: Sequence[Factors]) -> Scores:
    """The mean of the scores of some networks: their vectors, side by side, make the splits at once."""
    nodes, whole, left, right, place = zip(*several, strict=True)
    places = _side_by_side(place)
    rows = torch.from_numpy(row_table(places.shape[1] - 1))
    wholes, lefts, rights = (_side_by_side(vectors)[:, rows] for vectors in (whole, left, right))
    children = torch.matmul(lefts.transpose(1, 2), rights.transpose(2, 3)).transpose(1, 2)
    parents = torch.matmul(wholes, places.unsqueeze(1).transpose(2, 3)).transpose(2, 3)
    splits = children.add_(parents).div_(len(several))  # in place: these are the largest tensors of all
    return Scores(sum(nodes[1:], nodes[0]) / len(several), splits)


def _side_by_side(vectors: Sequence[Tensor]) -> Tensor:
    return vectors[0] if len(vectors) == 1 else torch.cat(tuple(vectors), dim=-1)


class _SharedDropout(nn.Module):
    """Dropout with one mask a sentence, the same at all its words or spans (Gal and Ghahramani, 2016): cheap."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or not self.share:
            return x
        mask = torch.empty(len(x), 1, x.shape[-1], dtype=x.dtype, device=x.device).bernoulli_(1 - self.share)
        return x * mask.div_(1 - self.share)
