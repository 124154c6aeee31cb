"""`ChartParser`: minimum Bayes risk parsing with an ensemble of span networks and exact search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, Self, final

import torch
from torch import Tensor
from torch.nn import ModuleList

from treenn.models.vocabulary import Vocabulary
from treenn.parsers.batching import equal_lengths, parse_batches
from treenn.parsers.chart.chart_settings import RENAMED, ChartSettings
from treenn.parsers.chart.chart_trees import labelled, tree_of_best, tree_of_splits
from treenn.parsers.chart.distribution import TreeDistribution
from treenn.parsers.chart.examples import Inventory, encode_words
from treenn.parsers.chart.minimum_risk import minimum_risk_splits, split_table, write_scores
from treenn.parsers.chart.span_scorer import Encoded, Factors, SpanNetwork, mean_scores
from treenn.parsers.chart.spans import span_count
from treenn.parsers.config import read_config, readable, write_config
from treenn.parsers.parser import Parser, check_sentences
from treenn.runtime.quantization import EIGHT_BITS, WeightFormat
from treenn.runtime.uninitialized import Uninitialized
from treenn.runtime.weight_file import NAME, read_shapes, read_weights, write_weights
from treenn.trees import InputError, Tree
from treenn.trees.arguments import AnyPath, checked
from treenn.trees.errors import argument
from treenn.trees.json_records import from_json
from treenn.trees.json_values import check_object

FORMAT = 2
"""The version of the folder format."""

MAX_WORDS = 400
"""The maximum number of words of a sentence: search time is cubic and memory quadratic in it.

On one core, 400 words take 0.9 s and 0.4 GB, 200 words 0.2 s and 0.1 GB. Longer sentences of a text are divided
(`Parser.max_words`). The limit is high, because a sentence is parsed more accurately as a whole than in parts.
"""

_SPANS = 1 << 14
"""The maximum number of spans of a batch of the LSTMs, which are fast for many sentences."""

_PARTS = 2
"""The number of parts in which the spans of a full batch are scored, each about the size of a cache."""


class DistinctWords(NamedTuple):
    """The vectors of the distinct words of sentences, each of which is computed once.

    Args:
        rows: the row of each word in the tables.
        tables: the vectors of each network by `SpanNetwork.vector_table`. Shape: `(2 + words, width)`.
    """

    rows: dict[str, int]
    tables: list[Tensor]


@final
class ChartParser(Parser):
    """A span scorer with chart search: exact over all binary trees, cubic in sentence length.

    `parse` returns the tree with the largest expected number of correct spans (minimum Bayes risk), which is more
    accurate than the most probable tree; `best` returns the most probable ones.

    An ensemble averages the scores of its networks: its distribution over trees is the normalized geometric mean of
    theirs, a logarithmic opinion pool (Smith, Cohn and Osborne, *Logarithmic Opinion Pools for Conditional Random
    Fields*, ACL 2005). The search costs as much as with one network.

    Args:
        networks: the span scorers; the first one also predicts labels.
        vocabulary: the words in lower case, shared by all networks.
        labels: whether trees get labels, as after training on a treebank with categories.
    """

    max_words = MAX_WORDS

    def __init__(self, networks: Sequence[SpanNetwork], vocabulary: Vocabulary, *, labels: bool) -> None:
        self.networks = [network.eval() for network in networks]
        self.network, self.vocabulary, self.labels = self.networks[0], vocabulary, labels

    def extra_repr(self) -> str:
        """As `Parser.extra_repr`."""
        return f"networks={len(self.networks)}, words={len(self.vocabulary)}, labels={self.labels}"

    @classmethod
    def joined(cls, parsers: Sequence[ChartParser]) -> Self:
        """Join the networks of several parsers into one ensemble.

        The parsers are modified: a word that is not in a parser's vocabulary is unknown to its network.

        Raises:
            InputError: if only some of the parsers predict labels.
        """
        first, *others = parsers
        if any(parser.labels != first.labels for parser in others):
            raise InputError("some of these parsers predict labels and others do not; join parsers of one kind")
        words = list(dict.fromkeys(word for parser in parsers for word in parser.vocabulary.words[1:]))
        for parser in parsers:
            parser.keep_words(words)
        networks = [network for parser in parsers for network in parser.networks]
        return cls(networks, first.vocabulary, labels=first.labels)

    def keep_words(self, words: Sequence[str]) -> None:
        """Restrict the vocabulary to these words; the others become unknown and keep their affixes only."""
        for network in self.networks:
            network.keep_words([0, *self.vocabulary.encode(words).tolist()])
        self.vocabulary = Vocabulary(words)

    def first_networks(self, count: int) -> Self:
        """A parser of the first networks of the ensemble, which shares their weights.

        Raises:
            InputError: if the ensemble has fewer networks.
        """
        if not 1 <= count <= len(self.networks):
            raise InputError(f"{argument('networks')} {count}: must be 1 to {len(self.networks)}, as the parser has")
        return type(self)(self.networks[:count], self.vocabulary, labels=self.labels)

    @torch.inference_mode()
    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """As `Parser.parse_batch`; at most `MAX_WORDS` words per sentence, batched by length."""
        sentences = check_sentences(sentences, self.max_words)
        parse = partial(self._parse, distinct=self._distinct_words(sentences))
        return parse_batches(sentences, equal_lengths(sentences, batch_size), parse)

    def _parse(self, sentences: Sequence[Sequence[str]], distinct: DistinctWords) -> list[Tree]:
        """Parse sentences of one length."""
        encoded, length = self._encode(sentences, distinct), len(sentences[0])
        step = max(1, batch_size(length) // _PARTS)
        table = split_table(length, len(sentences), encoded[0].fenceposts)
        for start in range(0, len(sentences), step):
            part = slice(start, start + step)
            write_scores(self._factors([each.fenceposts[part] for each in encoded]), table[..., part])
        if (splits := minimum_risk_splits(table)) is None:
            splits = [best.choices for best in self._distribution(encoded).expected_best()]
        trees = [tree_of_splits(words, choices) for words, choices in zip(sentences, splits, strict=True)]
        return labelled(trees, encoded[0], self.network) if self.labels else trees

    def _factors(self, fenceposts: Sequence[Tensor]) -> list[Factors]:
        """Compute the factors of each network's scores."""
        return [network.predict_factors(each) for network, each in zip(self.networks, fenceposts, strict=True)]

    def _distribution(self, encoded: Sequence[Encoded]) -> TreeDistribution:
        """Compute the ensemble's distribution over trees."""
        distribution = TreeDistribution(mean_scores(self._factors([each.fenceposts for each in encoded])))
        if not distribution.log_partition.isfinite().all():
            raise InputError(
                "a score is NaN, because weights of this parser are too large; the parser must be trained again"
            )
        return distribution

    def encode(self, sentences: Sequence[Sequence[str]]) -> list[Encoded]:
        """Encode sentences of one length by each network."""
        return self._encode(sentences, self._distinct_words(sentences))

    def _distinct_words(self, sentences: Sequence[Sequence[str]]) -> DistinctWords:
        """Compute each network's vectors of the distinct words of sentences, of any lengths."""
        distinct = list(dict.fromkeys(chain.from_iterable(sentences)))
        words, affixes = map(torch.from_numpy, encode_words(self.vocabulary, distinct))
        rows = {word: row for row, word in enumerate(distinct, start=2)}
        return DistinctWords(rows, [network.vector_table(words, affixes) for network in self.networks])

    def _encode(self, sentences: Sequence[Sequence[str]], distinct: DistinctWords) -> list[Encoded]:
        rows = torch.tensor([[0, *map(distinct.rows.__getitem__, words), 1] for words in sentences])  # (B, n + 2)
        pairs = zip(self.networks, distinct.tables, strict=True)
        return [network.encode_rows(table, rows) for network, table in pairs]

    def distribution(self, words: Sequence[str]) -> TreeDistribution:
        """Compute the distribution over all trees of a sentence, as a batch of one.

        Raises:
            InputError: as `parse_batch`.
        """
        return self.distributions([words])

    @torch.inference_mode()
    def distributions(self, sentences: Sequence[Sequence[str]]) -> TreeDistribution:
        """Compute the distributions over the trees of sentences of equal length, as a batch.

        Raises:
            InputError: as `parse_batch`.
        """
        sentences = check_sentences(sentences, self.max_words)
        return self._distribution(self.encode(sentences))

    def best(self, words: Sequence[str], count: int) -> list[tuple[Tree, float]]:
        """Find the `count` most probable trees of a sentence, without labels.

        Returns:
            Trees and their probabilities, in descending order.

        Raises:
            InputError: as `parse_batch`, and if `count` is below 1.
        """
        if count < 1:
            raise InputError(f"{argument('count')} {count}: must be 1 or more")
        distribution = self.distribution(words)
        (best,) = distribution.best(count)
        log_p = torch.tensor(best.scores, dtype=torch.float64) - distribution.log_partition.double()
        return [(tree_of_best(words, best, rank), p) for rank, p in enumerate(log_p.exp().tolist())]

    def sample(
        self, words: Sequence[str], count: int, generator: torch.Generator | None = None
    ) -> list[tuple[Tree, float]]:
        """Draw independent trees of a sentence from the distribution, without labels.

        Args:
            words: the words.
            count: the number of trees.
            generator: the random generator (default: None, torch's global one).

        Returns:
            Trees and their log-probabilities.

        Raises:
            InputError: as `parse_batch`, and if `count` is below 1.
        """
        samples = self.distribution(words).sample(generator, count)
        return list(zip(samples.trees([words])[0], samples.log_probability[0].tolist(), strict=True))

    @checked
    def save(self, folder: AnyPath, weight_format: WeightFormat = EIGHT_BITS) -> None:
        """Write `config.json`, `vocabulary.json` and `model.safetensors`.

        Args:
            folder: the folder.
            weight_format: the storage of the weights (default: 8 bits).

        Raises:
            InputError: if a weight is NaN or infinite.
        """
        folder = Path(folder)
        words = {f"{index}.words.weight": self.vocabulary.words for index in range(len(self.networks))}
        write_weights(folder / NAME, ModuleList(self.networks).state_dict(), weight_format, words)
        self.vocabulary.write(folder / "vocabulary.json")
        config = {"labels": self.labels, "networks": [_config(network) for network in self.networks]}
        write_config(folder, "chart", FORMAT, config)

    @classmethod
    @checked
    def load(cls, folder: AnyPath) -> Self:
        """Load a parser that `save` wrote: JSON and safetensors, no pickle.

        Raises:
            InputError: if the folder holds no chart parser or another format, or if weights are missing, non-finite or
                of another shape.
        """
        folder = Path(folder)
        path, source = folder / NAME, folder / "config.json"
        config = read_config(folder, "chart", FORMAT, {"networks": list[dict[str, object]], "labels": bool})
        vocabulary = Vocabulary.read(folder / "vocabulary.json")
        with readable(source):
            most = len(read_shapes(path))
            with torch.device("meta"), Uninitialized():
                networks = [_network(each, len(vocabulary), most, source) for each in config["networks"][: most + 1]]
            if not networks:
                raise InputError("networks is empty; must have at least one network")
        ModuleList(networks).load_state_dict(read_weights(path, ModuleList(networks).state_dict()), assign=True)
        return cls(networks, vocabulary, labels=config["labels"])


def _config(network: SpanNetwork) -> dict[str, Any]:
    """Return the configuration from which a network is built before its weights are loaded."""
    inventory, word_size = network.inventory, network.words.embedding_dim
    labels = {"tags": list(inventory.tags), "categories": list(inventory.categories)}
    return {"settings": asdict(network.settings), "word_size": word_size, **labels}


_NETWORK = {"settings": dict, "word_size": int, "tags": list[str], "categories": list[str]}


def _network(config: dict[str, Any], words: int, most_layers: int, source: Path) -> SpanNetwork:
    """Build the network that `_config` describes, without its weights, on the default device.

    Raises:
        InputError: if it has more layers than there are weight tensors, or the description is malformed.
    """
    check_object(config, _NETWORK, source, "networks")
    upgraded = {RENAMED.get(name, name): value for name, value in config["settings"].items()}
    settings = from_json(ChartSettings, upgraded, source, "networks.settings")
    if settings.layers > most_layers:
        raise InputError(f"layers {settings.layers}: more than {NAME} has weights for")
    inventory = Inventory(config["tags"], config["categories"])
    counts = torch.zeros(words, device="cpu")  # not saved
    return SpanNetwork(torch.zeros(words, config["word_size"]), counts, inventory, settings)


def batch_size(length: int) -> int:
    """Return the number of sentences of `length` words per batch; 0 if a single one exceeds `_SPANS`."""
    return _SPANS // span_count(length)
