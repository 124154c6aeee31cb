"""`Playground`: the answers of `treenn play` to the requests of its page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple

from treenn.parsers import Parser
from treenn.parsers.chart import ChartParser, TreeDistribution
from treenn.parsers.chart.tree_probability import bracket_probabilities, tree_probability
from treenn.parsers.long_sentences import Sentence, divide_sentences
from treenn.sentiment.model import SentimentModel
from treenn.trees import InputError, Tree
from treenn.web.readers import LONGEST, Reader, columns_of, make_readers
from treenn.web.requests import ParseRequest, ScalesRequest, TreeRequest, read_request

MOST_SENTENCES = 50
"""The maximum number of sentences of a text."""

LONGEST_SECOND = 100
"""The maximum number of words of a sentence whose second-best tree is searched."""


class _Answer(NamedTuple):
    """An action of the page: the class of its request, and the method that answers."""

    kind: type[Any]
    method: str


ACTIONS: Mapping[str, _Answer] = {
    "scales": _Answer(ScalesRequest, "scales"),
    "parse": _Answer(ParseRequest, "parse"),
    "states": _Answer(TreeRequest, "states"),
    "prefixes": _Answer(TreeRequest, "prefixes"),
}
"""The actions by name."""


class Playground:
    """Parses texts and predicts their trees by several models, of which one computes at a time.

    The tokenizer and the parser are those of the first model. The other models read the same trees.

    Args:
        models: the models by their names, at least one.
    """

    name = "play"

    def __init__(self, models: Mapping[str, SentimentModel]) -> None:
        self.readers: list[Reader] = make_readers(models.items())
        self.model = self.readers[0].model
        self._lock = Lock()
        self._distributions = lru_cache(maxsize=1)(self._parsed)  # an edited sentence mostly keeps its words

    @property
    def actions(self) -> Collection[str]:
        """The names of the actions."""
        return ACTIONS

    @property
    def parser(self) -> Parser:
        """The parser of all sentences."""
        return self.model.parser

    def answer(self, action: str, body: bytes) -> dict[str, Any]:
        """Answer a request.

        Args:
            action: the name of the action.
            body: the JSON of the request.

        Raises:
            InputError: if the request is malformed, or its text or tree is invalid.
        """
        kind, method = ACTIONS[action]
        request = read_request(kind, body)
        with self._lock:
            answer: dict[str, Any] = getattr(self, method)(request)
        return answer

    def scales(self, _: ScalesRequest) -> dict[str, Any]:
        """The scales of all readers."""
        return {"scales": [reader.scale for reader in self.readers], "chart": isinstance(self.parser, ChartParser)}

    def parse(self, request: ParseRequest) -> dict[str, Any]:
        """The sentences of a text with their trees, states, confidences and second-best trees."""
        sentences = self._sentences(request)
        if not sentences:
            raise InputError("the text has no words")
        if len(sentences) > MOST_SENTENCES:
            raise InputError(f"the text has {len(sentences)} sentences; must have at most {MOST_SENTENCES}")
        trees = self.parser.parse_batch([sentence.words for sentence in sentences])
        return {"sentences": [self._sentence(*pair) for pair in zip(sentences, trees, strict=True)]}

    def states(self, request: TreeRequest) -> dict[str, Any]:
        """The states of the requested nodes, and the confidence of all brackets.

        A model whose states depend on the whole sentence returns all nodes.
        """
        tree = request.tree
        everything = range(len(tree))
        models = [
            reader.columns(tree, (request.nodes or everything) if reader.is_local else everything)
            for reader in self.readers
        ]
        return {"models": models, "confidence": self._confidence(tree)}

    def prefixes(self, request: TreeRequest) -> dict[str, Any]:
        """The states of all prefixes by each model; null for each model if the sentence is too long."""
        tree = request.tree
        if len(tree.words) > LONGEST:
            return {"curves": None, "longest": LONGEST}
        return {"curves": [columns_of(reader.prefixes(tree)) for reader in self.readers], "longest": LONGEST}

    def _sentences(self, request: ParseRequest) -> list[Sentence]:
        if request.text is not None:
            sentences = self.model.find_sentences(request.text)
        else:
            words = tuple(request.words or ())
            sentences = [Sentence(" ".join(words), words)]
        return divide_sentences(sentences, self.parser.max_words)

    def _sentence(self, sentence: Sentence, tree: Tree) -> dict[str, Any]:
        models = [reader.columns(tree, range(len(tree))) for reader in self.readers]
        shape = {"words": tree.words, "merges": tree.merges}
        distribution = self._distribution(tree)
        if distribution is None:
            return {"text": sentence.text, "tree": shape | {"models": models}, "probability": None, "second": None}
        confidence = _rounded(bracket_probabilities(distribution, tree))
        return {
            "text": sentence.text,
            "tree": shape | {"models": models, "confidence": confidence},
            "probability": tree_probability(distribution, tree),
            "second": self._second(tree),
        }

    def _distribution(self, tree: Tree) -> TreeDistribution | None:
        """The chart parser's distribution over trees; None for other parsers and long sentences."""
        if not isinstance(self.parser, ChartParser) or len(tree.words) > self.parser.max_words:
            return None
        return self._distributions(tree.words)

    def _parsed(self, words: tuple[str, ...]) -> TreeDistribution:
        assert isinstance(self.parser, ChartParser)
        return self.parser.distribution(words)

    def _confidence(self, tree: Tree) -> list[float] | None:
        distribution = self._distribution(tree)
        return None if distribution is None else _rounded(bracket_probabilities(distribution, tree))

    def _second(self, tree: Tree) -> dict[str, Any] | None:
        """The most probable tree other than this one; None if there is none, or if the sentence is long."""
        assert isinstance(self.parser, ChartParser)
        if not 2 < len(tree.words) <= LONGEST_SECOND:
            return None
        others = [(other, p) for other, p in self.parser.best(tree.words, 2) if set(other.spans) != set(tree.spans)]
        return {"merges": others[0][0].merges, "probability": others[0][1]} if others else None


def _rounded(probabilities: Sequence[float]) -> list[float]:
    return [round(p, 4) for p in probabilities]
