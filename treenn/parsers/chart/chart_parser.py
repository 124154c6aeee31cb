"""`ChartParser`: the most probable tree of a sentence, by trained networks and exact search."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self, final

import numpy as np
import torch
from safetensors.torch import save
from torch.nn import ModuleList

from treenn.models.vocabulary import Vocabulary
from treenn.parsers.chart.chart_settings import ChartSettings
from treenn.parsers.chart.cky import Found, Node
from treenn.parsers.chart.distribution import TreeDistribution
from treenn.parsers.chart.examples import Inventory, encode_words
from treenn.parsers.chart.labels import labelled
from treenn.parsers.chart.span_scorer import Encoded, SpanNetwork, mean_scores
from treenn.parsers.chart.spans import span_count
from treenn.parsers.chart.weights import pack, unpack
from treenn.parsers.config import read_config, readable
from treenn.parsers.parser import Parser, check_sentences
from treenn.runtime.weight_file import NAME, check_shapes, read_shapes, read_weights, refuse_non_finite
from treenn.trees import InputError, Tree
from treenn.trees.arguments import AnyPath, checked
from treenn.trees.expand import Opened, expand
from treenn.trees.files import write_bytes, write_text
from treenn.trees.json_values import check_object, read_settings

FORMAT = 2
"""The version of a parser folder's layout."""

LIMIT = 400
"""The words of the longest sentence that is parsed: search time is cubic and memory quadratic in them.

On one core, 400 words take 2.3 s and 0.7 GB, 200 words 0.3 s and 0.1 GB. Longer sentences of a text are divided
(`Parser.max_words`). The limit is not lower, so that no sentence is divided that can be parsed whole.
"""

_SPANS = 1 << 12
"""How many spans a batch has at most, of about the size of a cache; longer sentences go one at a time."""


@final
class ChartParser(Parser):
    """A span scorer and a chart search: exact over all binary trees, cubic in the length of the sentence.

    The tree returned is not the most probable one but the one with the most spans that the distribution over trees
    expects, which is right more often; `best` gives the most probable ones.

    Several networks err in different places, and the mean of their scores errs less: the distribution over trees is
    then the normalised geometric mean of theirs, a logarithmic opinion pool (Smith, Cohn and Osborne, *Logarithmic
    Opinion Pools for Conditional Random Fields*, ACL 2005), and the search costs no more than with one.

    Args:
        networks: score the spans; the first one also gives labels.
        vocabulary: words in lower case, the same for all networks.
        labels: whether trees get labels, as where the treebank that it was trained on has categories.
    """

    max_words = LIMIT

    def __init__(self, networks: Sequence[SpanNetwork], vocabulary: Vocabulary, *, labels: bool) -> None:
        self.networks = [network.eval() for network in networks]
        self.network, self.vocabulary, self.labels = self.networks[0], vocabulary, labels

    @classmethod
    def joined(cls, parsers: Sequence[ChartParser]) -> Self:
        """One parser of the networks of several, which are changed: a word that one does not know is unknown to it.

        Raises:
            InputError: where only some of the parsers give labels.
        """
        first, *others = parsers
        if any(parser.labels != first.labels for parser in others):
            raise InputError("some of these parsers give labels and others do not; join parsers of one kind")
        words = list(dict.fromkeys(word for parser in parsers for word in parser.vocabulary.words[1:]))
        for parser in parsers:
            parser.keep_words(words)
        networks = [network for parser in parsers for network in parser.networks]
        return cls(networks, first.vocabulary, labels=first.labels)

    def keep_words(self, words: Sequence[str]) -> None:
        """Forget all words but these; for the others their affixes speak."""
        for network in self.networks:
            network.keep_words([0, *self.vocabulary.encode(words).tolist()])
        self.vocabulary = Vocabulary(words)

    @torch.inference_mode()
    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """One tree a sentence, in order; sentences of one length are parsed together.

        Raises:
            InputError: where a sentence has no words or more than `LIMIT`.
        """
        sentences = check_sentences(sentences, self.max_words)
        trees: list[Tree | None] = [None] * len(sentences)
        for numbers in equal_lengths(sentences):
            for number, tree in zip(numbers, self._parse([sentences[number] for number in numbers]), strict=True):
                trees[number] = tree
        return [tree for tree in trees if tree is not None]

    def _parse(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """The trees of sentences of one length."""
        encoded = self._encode(sentences)
        found = self._distribution(encoded).expected_best()
        trees = [_tree(words, best) for words, best in zip(sentences, found, strict=True)]
        return labelled(trees, encoded[0], self.network) if self.labels else trees

    def _distribution(self, encoded: Sequence[Encoded]) -> TreeDistribution:
        """The distribution by the mean of the networks' scores."""
        pairs = zip(self.networks, (each.places for each in encoded), strict=True)
        factors = [network.factors(network.spans(places), places) for network, places in pairs]
        distribution = TreeDistribution(mean_scores(factors))
        if not distribution.log_partition.isfinite().all():
            raise InputError("a score of this parser is NaN: its weights are too large; train the parser anew")
        return distribution

    def _encode(self, sentences: Sequence[Sequence[str]]) -> list[Encoded]:
        """What each network reads."""
        words, affixes = zip(*(encode_words(self.vocabulary, words) for words in sentences), strict=True)
        batch = torch.from_numpy(np.stack(words)), torch.from_numpy(np.stack(affixes))
        return [network.encode(*batch) for network in self.networks]

    def distribution(self, words: Sequence[str]) -> TreeDistribution:
        """The probabilities of all trees of a sentence: marginals, entropy and more; as a batch of one.

        Raises:
            InputError: as `parse_batch`.
        """
        return self.distributions([words])

    @torch.inference_mode()
    def distributions(self, sentences: Sequence[Sequence[str]]) -> TreeDistribution:
        """The same of some sentences of one length.

        Raises:
            InputError: as `parse_batch`.
        """
        sentences = check_sentences(sentences, self.max_words)
        return self._distribution(self._encode(sentences))

    def best(self, words: Sequence[str], count: int) -> list[tuple[Tree, float]]:
        """The `count` most probable trees of a sentence and their probabilities, without labels, the best first.

        Raises:
            InputError: as `parse_batch`, and where `count` is below 1.
        """
        if count < 1:
            raise InputError(f"count is {count}; there is no less than one best tree")
        distribution = self.distribution(words)
        (found,) = distribution.best(count)
        chances = (torch.tensor(found.scores, dtype=torch.float64) - distribution.log_partition.double()).exp().tolist()
        return [(_tree(words, found, rank), chance) for rank, chance in enumerate(chances)]

    @checked
    def save(self, folder: AnyPath) -> None:
        """Write `config.json`, `vocabulary.json` and `model.safetensors`, the weights in 8 bits (`pack`)."""
        folder = Path(folder)
        config = {
            "format": FORMAT,
            "parser": "chart",
            "labels": self.labels,
            "networks": [_config(network) for network in self.networks],
        }
        weights = pack(ModuleList(self.networks).state_dict())
        write_text(folder / "config.json", json.dumps(config, indent=2) + "\n")
        write_text(folder / "vocabulary.json", json.dumps(self.vocabulary.words[1:], ensure_ascii=False) + "\n")
        write_bytes(folder / "model.safetensors", save(weights))

    @classmethod
    @checked
    def load(cls, folder: AnyPath) -> Self:
        """Read what `save` wrote; JSON and safetensors only, nothing is unpickled.

        Raises:
            InputError: if the folder does not hold a chart parser, or one of another format; if weights are missing, of
                another shape, NaN or infinite.
        """
        folder = Path(folder)
        config, path, source = read_config(folder, "chart", FORMAT), folder / NAME, folder / "config.json"
        check_object(config, {"networks": list[dict[str, object]], "labels": bool}, source)
        vocabulary = Vocabulary.read(folder / "vocabulary.json")
        with readable(source):
            most = len(read_shapes(path))
            with torch.device("meta"):
                sketch = [_network(each, len(vocabulary), most, source) for each in config["networks"][: most + 1]]
            packed = pack(ModuleList(sketch).state_dict())
            if not sketch:
                raise InputError("networks is empty")
        check_shapes(path, packed)
        with torch.random.fork_rng(devices=[]):
            networks = [_network(each, len(vocabulary), most, source) for each in config["networks"]]
        weights = unpack(read_weights(path, packed))
        refuse_non_finite(path, weights)
        ModuleList(networks).load_state_dict(weights)
        return cls(networks, vocabulary, labels=config["labels"])


def _config(network: SpanNetwork) -> dict[str, Any]:
    """What must be known of a network before its weights can be read."""
    return {
        "settings": asdict(network.settings),
        "word_size": network.words.embedding_dim,
        "tags": list(network.inventory.tags),
        "categories": list(network.inventory.categories),
    }


_NETWORK = {"settings": dict, "word_size": int, "tags": list[str], "categories": list[str]}


def _network(config: dict[str, Any], words: int, most_layers: int, source: Path) -> SpanNetwork:
    """The network that `_config` describes, without its weights.

    Raises:
        InputError: if it has more layers than there are tensors of weights, or its description is not one.
    """
    check_object(config, _NETWORK, source, "networks")
    settings = read_settings(ChartSettings, config["settings"], source, "networks.settings")
    if settings.layers > most_layers:
        raise InputError(f"layers {settings.layers}: more than {NAME} has weights for")
    inventory = Inventory(config["tags"], config["categories"])
    return SpanNetwork(torch.zeros(words, config["word_size"]), torch.zeros(words), inventory, settings)


def equal_lengths(sentences: Sequence[Sequence[str]]) -> Iterator[list[int]]:
    """The numbers of sentences of one length, as many at a time as a batch may have."""
    lengths: dict[int, list[int]] = {}
    for number, words in enumerate(sentences):
        lengths.setdefault(len(words), []).append(number)
    for length, numbers in lengths.items():
        size = max(1, _SPANS // span_count(length))
        for start in range(0, len(numbers), size):
            yield numbers[start : start + size]


def _tree(words: Sequence[str], found: Found, rank: int = 0) -> Tree:
    def opened(node: Node) -> Opened[Node]:
        return None, words[node.start] if node.width == 1 else found.children(node)

    return Tree(*expand(Node(0, len(words), rank), opened))
