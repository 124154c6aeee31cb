"""`SpanNetwork`: word and affix embeddings, bidirectional LSTMs, and scores of spans and splits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from treenn.parsers.chart.affixes import BUCKETS
from treenn.parsers.chart.chart_settings import ChartSettings
from treenn.parsers.chart.cky import Scores
from treenn.parsers.chart.examples import Inventory
from treenn.parsers.chart.spans import row_table, rows_of_width, span_count
from treenn.runtime.matmul import padded_table, product


class Encoded(NamedTuple):
    """The LSTM states of a batch of sentences of one length.

    Args:
        words: the first layer's states at the words, the input of tags. Shape: `(B, n, 2 * size)`.
        fenceposts: the last layer's states at the n + 1 positions between words: the forward state of the word to the
            left, the backward state of the word to the right. Shape: `(B, n + 1, 2 * size)`.
    """

    words: Tensor
    fenceposts: Tensor


class Factors(NamedTuple):
    """Factors of the scores of a batch: node scores, and vectors whose products are the scores of splits.

    Args:
        nodes: the scores of spans as left and as right children. Shape: `(B, spans, 2)`.
        whole: a vector per span as parent. Shape: `(B, spans, split_size)`.
        left: a vector per span as left child. Shape: as `whole`.
        right: a vector per span as right child. Shape: as `whole`.
        fencepost: a vector per fencepost as split point. Shape: `(B, n + 1, split_size)`.
    """

    nodes: Tensor
    whole: Tensor
    left: Tensor
    right: Tensor
    fencepost: Tensor


class SpanNetwork(nn.Module):
    """Span scorer: scores of spans and splits by the LSTM states at the ends of a span.

    The states at fenceposts are those of Stern, Andreas and Klein, *A Minimal Span-Based Neural Constituency Parser*,
    ACL 2017, who score a span by a hidden layer over the difference of its ends' states. Here each end has a separate
    linear map, of which the difference is a special case: hidden = ReLU(LayerNorm(end @ C - start @ A)), with the layer
    normalization of Kitaev and Klein, *Constituency Parsing with a Self-Attentive Encoder*, ACL 2018. Since the maps
    are applied to fenceposts, not to spans, a span costs one subtraction and the element-wise part.

    The hidden layer h of a span gives its scores as a left and as a right child and, by low-rank maps, the score of its
    split from i to j at k: left(h_ik) · right(h_kj) + whole(h_ij) · split(fencepost k). The first term replaces the
    rules of a grammar: it scores pairs of siblings.

    The sum of affix vectors is concatenated to the word vectors, which word dropout replaces at random.

    Args:
        embedding: the initial word vectors. Shape: `(words, x)`.
        counts: the training frequency of each word, for word dropout. Shape: `(words,)`.
        inventory: the tags and categories.
        settings: widths and dropout.
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
        widths = [width, *[2 * size] * (settings.layers - 1)]
        self.layers = nn.ModuleList(nn.LSTM(each, size, bidirectional=True, batch_first=True) for each in widths)
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

    def keep_words(self, word_ids: Sequence[int]) -> None:
        """Restrict the vocabulary to these word ids, which are renumbered in this order."""
        rows = torch.tensor(word_ids)
        self.words = nn.Embedding(len(rows), self.words.embedding_dim, _weight=self.words.weight.detach()[rows])
        self.unknown = self.unknown[rows]

    def encode(self, words: Tensor, affixes: Tensor) -> Encoded:
        """Encode sentences of one length.

        Args:
            words: word ids. Shape: `(B, n)`.
            affixes: affix ids. Shape: `(B, n, affixes per word)`.
        """
        if self.training:
            words = words.masked_fill(torch.rand(words.shape, device=words.device) < self.unknown[words], 0)
        x = self._word_vectors(words, affixes)
        outside = self.outside.expand(len(x), 2, -1)
        return self._encode(torch.cat([outside[:, :1], x, outside[:, 1:]], dim=1))

    def vector_table(self, words: Tensor, affixes: Tensor) -> Tensor:
        """Compute the input vectors of distinct words, after those of the start and the end of a sentence.

        Args:
            words: word ids. Shape: `(k,)`.
            affixes: affix ids. Shape: `(k, affixes per word)`.

        Returns:
            A table whose rows are the input of `encode_rows`. Shape: `(2 + k, width)`.
        """
        return torch.cat([self.outside, self._word_vectors(words, affixes)])

    def encode_rows(self, table: Tensor, rows: Tensor) -> Encoded:
        """Encode sentences of one length as `encode` in evaluation mode, from a table of vectors.

        Args:
            table: the vectors by `vector_table`.
            rows: the rows of a sentence's start, words and end. Shape: `(B, n + 2)`.
        """
        return self._encode(table.index_select(0, rows.flatten()).view(*rows.shape, -1))

    def _word_vectors(self, words: Tensor, affixes: Tensor) -> Tensor:
        return torch.cat([self.words(words), self.affixes(affixes).sum(dim=-2)], dim=-1)

    def _encode(self, x: Tensor) -> Encoded:
        x = self.dropout(x)
        states = []
        for layer in self.layers:
            x = self.dropout(layer(x)[0])
            states.append(x)
        size = x.shape[-1] // 2
        return Encoded(states[0][:, 1:-1], torch.cat([x[:, :-1, :size], x[:, 1:, size:]], dim=-1))

    def spans(self, fenceposts: Tensor) -> Tensor:
        """Compute the hidden layer of all spans. Shape: `(B, n + 1, 2 * size)` to `(B, spans, span_size)`."""
        starts, ends = self.start(fenceposts), self.end(fenceposts)
        widths = range(1, fenceposts.shape[1])
        return self._hidden(torch.cat([ends[:, width:] - starts[:, :-width] for width in widths], dim=1))

    def some_spans(self, fenceposts: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
        """Compute the hidden layer of s selected spans.

        Shape:
            `starts` and `ends` `(B, s)`, the result `(B, s, span_size)`.
        """
        sentence = torch.arange(len(fenceposts)).unsqueeze(1)
        return self._hidden(self.end(fenceposts)[sentence, ends] - self.start(fenceposts)[sentence, starts])

    def _hidden(self, differences: Tensor) -> Tensor:
        hidden: Tensor = self.dropout(torch.relu(self.norm(differences)))
        return hidden

    def scores(self, hidden: Tensor, fenceposts: Tensor) -> Scores:
        """Compute the scores of nodes and splits.

        Shape:
            `hidden` `(B, spans, span_size)`, `fenceposts` `(B, n + 1, 2 * size)`.
        """
        return mean_scores([self.factors(hidden, fenceposts)])

    def factors(self, hidden: Tensor, fenceposts: Tensor) -> Factors:
        """Compute the factors of the scores. Shape: as `scores`."""
        whole, left, right = self.parts(hidden).chunk(3, dim=-1)
        return Factors(self.node(hidden), whole, left, right, self.split(fenceposts))

    def predict_factors(self, fenceposts: Tensor) -> Factors:
        """Compute the factors of all spans as `factors` of `spans`, not differentiable.

        Each product has the rows of all sentences in a padded table, which spares a copy of the hidden layer.

        Shape:
            `fenceposts` `(B, n + 1, 2 * size)`.
        """
        batch, posts, states = fenceposts.shape
        rows = slice(0, batch * posts)
        table = padded_table(fenceposts, rows.stop, states)
        table[rows].view_as(fenceposts).copy_(fenceposts)
        starts, ends, split = (
            product(table, rows, linear.weight, linear.bias).view(batch, posts, -1)
            for linear in (self.start, self.end, self.split)
        )
        table, rows = self._hidden_table(starts, ends), slice(0, batch * span_count(posts - 1))
        parts = product(table, rows, self.parts.weight, self.parts.bias).view(batch, -1, self.parts.out_features)
        whole, left, right = parts.chunk(3, dim=-1)
        return Factors(self.node(table[rows]).view(*parts.shape[:2], 2), whole, left, right, split)

    def _hidden_table(self, starts: Tensor, ends: Tensor) -> Tensor:
        """Compute the hidden layer of all spans in a padded table.

        Shape:
            Both `(B, n + 1, span_size)`, the result `(rounded(B * spans), span_size)`.
        """
        batch, n, d = len(starts), starts.shape[1] - 1, starts.shape[2]
        count = batch * span_count(n)
        table = padded_table(starts, count, d)
        differences = table[:count].view(batch, -1, d)  # (B, spans, d)
        for width in range(1, n + 1):
            torch.sub(ends[:, width:], starts[:, :-width], out=differences[:, rows_of_width(n, width)])
        hidden: Tensor = self.norm(table).relu_()  # in place: as large as a cache
        return hidden


def mean_scores(ensemble: Sequence[Factors]) -> Scores:
    """Average the scores over an ensemble of networks; splits are scored at once from concatenated vectors."""
    nodes, whole, left, right, fencepost = zip(*ensemble, strict=True)
    fenceposts = _concatenated(fencepost)
    rows = torch.from_numpy(row_table(fenceposts.shape[1] - 1))
    wholes, lefts, rights = (_concatenated(vectors)[:, rows] for vectors in (whole, left, right))
    children = torch.matmul(lefts.transpose(1, 2), rights.transpose(2, 3)).transpose(1, 2)
    parents = torch.matmul(wholes, fenceposts.unsqueeze(1).transpose(2, 3)).transpose(2, 3)
    splits = children.add_(parents).div_(len(ensemble))  # in place: the largest tensors
    return Scores(sum(nodes[1:], nodes[0]) / len(ensemble), splits)


def _concatenated(vectors: Sequence[Tensor]) -> Tensor:
    return vectors[0] if len(vectors) == 1 else torch.cat(tuple(vectors), dim=-1)


class _SharedDropout(nn.Dropout):
    """Dropout with one mask per sentence, shared by all its words or spans (Gal and Ghahramani, 2016)."""

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or not self.p:
            return x
        mask = torch.empty(len(x), 1, x.shape[-1], dtype=x.dtype, device=x.device).bernoulli_(1 - self.p)
        return x * mask.div_(1 - self.p)
