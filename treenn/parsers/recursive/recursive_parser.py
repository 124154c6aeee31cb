"""`RecursiveNetworkParser`: parsing with a trained recursive network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Self

import torch
from torch import Tensor

from treenn.models.vocabulary import Vocabulary
from treenn.parsers.batching import parse_batches
from treenn.parsers.config import read_config, readable, write_config
from treenn.parsers.parser import Parser, check_sentences
from treenn.parsers.recursive.beam_search import SearchResult, Sentences, search
from treenn.parsers.recursive.merge_scorer import LEFT, PARENT, RIGHT, MergeNetwork
from treenn.parsers.recursive.recursive_settings import RecursiveSettings, upgrade_settings
from treenn.runtime.quantization import SINGLE_PRECISION, WeightFormat
from treenn.runtime.weight_file import NAME, check_shapes, read_shapes, read_weights, write_weights
from treenn.trees import InputError, Tree
from treenn.trees.arguments import AnyPath, checked
from treenn.trees.json_records import from_json

FORMAT = 1
"""The version of the folder format."""

MAX_WORDS = 2_000
"""The maximum number of words of a sentence: time and memory are quadratic in it."""

_LAST = torch.iinfo(torch.int64).max
_SENTENCES, _WORDS = 256, 8192  # per batch, divided by the beam width


class RecursiveNetworkParser(Parser):
    """Parser that merges the two neighbours with the best score until one tree is left.

    See `MergeNetwork` for the model, `search` for the search, and `treenn.parsers.recursive.train` for training.

    Args:
        network: the composition and the scorer.
        settings: the hyperparameters of training; `width` is the beam width.
    """

    max_words = MAX_WORDS

    def __init__(self, network: MergeNetwork, settings: RecursiveSettings) -> None:
        self.network, self.settings = network.eval(), settings

    def extra_repr(self) -> str:
        """As `Parser.extra_repr`."""
        return f"cell={self.settings.cell!r}, words={len(self.network.vocabulary)}, width={self.settings.width}"

    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """As `Parser.parse_batch`; at most `MAX_WORDS` words per sentence, batched by length."""
        sentences = check_sentences(sentences, self.max_words)
        return parse_batches(sentences, self._batches(sentences), self._parse)

    def _batches(self, sentences: Sequence[Sequence[str]]) -> Iterator[list[int]]:
        """Yield batches of indices of sentences of similar length, the longest first."""
        order = sorted(range(len(sentences)), key=lambda index: -len(sentences[index]))
        while order:
            size = max(1, min(_SENTENCES, _WORDS // len(sentences[order[0]])) // self.settings.width)
            yield order[:size]
            order = order[size:]

    @torch.inference_mode()
    def _parse(self, sentences: list[Sequence[str]]) -> list[Tree]:
        """Parse a batch, longest sentence first."""
        lengths = torch.tensor([len(words) for words in sentences])
        x = self.network.vectors(sentences)
        result = search(self.network, x, Sentences(lengths.cumsum(0) - lengths, lengths), self.settings.width)
        if not result.totals.isfinite().all():
            raise InputError(
                "a score is NaN, because weights of this parser are too large; the parser must be trained again"
            )
        return trees_of(result, sentences, lengths)

    @checked
    def save(self, folder: AnyPath, weight_format: WeightFormat = SINGLE_PRECISION) -> None:
        """Write `config.json`, `vocabulary.json` and `model.safetensors`.

        Args:
            folder: the folder.
            weight_format: the storage of the weights (default: single precision).

        Raises:
            InputError: if a weight is NaN or infinite.
        """
        folder = Path(folder)
        words = {"embedding.weight": self.network.vocabulary.words}
        write_weights(folder / NAME, self.network.state_dict(), weight_format, words)
        self.network.vocabulary.write(folder / "vocabulary.json")
        config = {"settings": asdict(self.settings), "word_size": self.network.embedding.embedding_dim}
        write_config(folder, "recursive", FORMAT, config)

    @classmethod
    @checked
    def load(cls, folder: AnyPath) -> Self:
        """Load a parser that `save` wrote: JSON and safetensors, no pickle.

        Raises:
            InputError: if the folder holds no such parser or another format, or if weights are missing, non-finite or
                of another shape.
        """
        folder = Path(folder)
        config = read_config(folder, "recursive", FORMAT, {"settings": dict, "word_size": int})
        vocabulary, path = Vocabulary.read(folder / "vocabulary.json"), folder / NAME
        settings = from_json(
            RecursiveSettings, upgrade_settings(config["settings"]), folder / "config.json", "settings"
        )
        with readable(folder / "config.json"):
            if settings.context_layers > len(read_shapes(path)):
                raise InputError(f"context_layers {settings.context_layers}: more than {NAME} has weights for")
            with torch.device("meta"):
                sketch = MergeNetwork(vocabulary, torch.empty(len(vocabulary), config["word_size"]), settings)
        check_shapes(path, sketch.state_dict())
        with torch.random.fork_rng(devices=[]):
            network = MergeNetwork(vocabulary, torch.zeros(len(vocabulary), config["word_size"]), settings)
        network.load_state_dict(read_weights(path, network.state_dict()))
        return cls(network, settings)


def trees_of(result: SearchResult, sentences: Sequence[Sequence[str]], lengths: Tensor) -> list[Tree]:
    """Return the best tree of each sentence, with nodes numbered as by the bracket reader."""
    merges = result.tables.merges[result.chosen]  # (S, T, 5)
    number = torch.arange(len(result.tables.children)) - 1
    # The first and the last word of each node.
    first, last = number.clone(), number.clone()
    for parents, left, right in merges[:, :, [PARENT, LEFT, RIGHT]].permute(1, 2, 0):
        first[parents], last[parents] = first[left], last[right]
    closing = last[merges[:, :, PARENT]] * (1 + int(lengths.sum())) - first[merges[:, :, PARENT]]
    merges = merges.take_along_dim(closing.masked_fill(result.chosen == 0, _LAST).argsort(dim=1)[:, :, None], 1)
    number[1 : 1 + int(lengths.sum())] -= (lengths.cumsum(0) - lengths).repeat_interleave(lengths)
    number[merges[:, :, PARENT]] = lengths[:, None] + torch.arange(merges.shape[1])
    pairs = number[merges[:, :, [LEFT, RIGHT]]].tolist()
    return [
        Tree(tuple(words), tuple((left, right) for left, right in pair[: len(words) - 1]))
        for words, pair in zip(sentences, pairs, strict=True)
    ]
