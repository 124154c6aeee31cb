"""The page of `treenn explain --html`: its networks, its sentence and its file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from treenn.commands.output import progress_bar, say
from treenn.models.settings import Settings
from treenn.trees import InputError, Tree, parse_tree
from treenn.trees.atomic_writing import write_text

if TYPE_CHECKING:
    from treenn.explain.flow import Flow
    from treenn.sentiment.model import SentimentModel
    from treenn.web.flow_page import PredictionScale

_LEFT_TO_RIGHT = "The same weights, reading the sentence word by word; the network was trained on parse trees."

MOST_NETWORKS = 4
"""The maximum number of networks on the page."""


class Networks(NamedTuple):
    """The networks of the page, as options of the command.

    Args:
        name: a network with random weights; None for models only.
        models: folders of trained models.
        beside: other networks with random weights.
        word_size: the width of word vectors of networks with random weights.
        size: their hidden size.
        parser: the parser of the sentence.
        contextual: see `treenn.load_model`.
        trust_module: see `treenn.load_model`.
    """

    name: str | None
    models: list[str]
    beside: list[str]
    word_size: int
    size: int
    parser: str | None
    contextual: list[str]
    trust_module: list[str]

    @property
    def untrained(self) -> list[str]:
        """The names of the networks with random weights; "lstm" is next to a single network of trees."""
        names = [*filter(None, [self.name]), *self.beside]
        is_single = len(names) == 1 and not (self.models or self.beside)
        return [*names, "lstm"] if is_single and _reads_trees(names[0]) else names


def write_flow_page(networks: Networks, sentence: str, brackets: str | None, html: Path) -> None:
    """Compute the numbers of a sentence in some networks, and write their page.

    Args:
        networks: the networks.
        sentence: the sentence, unless there is a tree.
        brackets: its tree; None for that of a parser.
        html: the file.

    Raises:
        InputError: if an option is invalid, or the file cannot be written.
    """
    _check(networks)
    with progress_bar("explain") as progress:
        from treenn.sentiment.named_models import load_models
        from treenn.web.flow_page import flow_page

        progress(0, None, "loading")
        found = load_models(networks.models, networks.parser, networks.contextual, networks.trust_module, say)
        total, flows = len(found) + len(networks.untrained), list["tuple[Flow, PredictionScale]"]()
        if total > MOST_NETWORKS:
            raise InputError(f"{total} networks are selected; must be at most {MOST_NETWORKS}")
        tree = _tree(networks, list(found.values()), sentence, brackets)
        for pair in _flows(networks, found, tree):
            flows.append(pair)
            progress(len(flows), max(total, len(flows)), pair[0].name)
        write_text(html, flow_page(sentence if brackets is None else " ".join(tree.words), flows))
    say(f"page: {html}")


def _check(networks: Networks) -> None:
    from treenn.models.names import ENCODERS, is_model

    if networks.name is None and not networks.models:
        raise InputError("NAME or --model DIR is missing; must name the network to explain")
    Settings(size=networks.size, word_size=networks.word_size)  # validates the sizes
    for name in filter(None, [networks.name, *networks.beside]):
        if not is_model(name):
            raise InputError(f"network {name}: must be one of {', '.join(ENCODERS)}, or package.module:factory")


def _reads_trees(name: str) -> bool:
    from treenn.encoders import SequenceEncoder
    from treenn.models.names import new_encoder

    return not isinstance(new_encoder(name, 8, 8), SequenceEncoder)


def _tree(networks: Networks, models: list[SentimentModel], sentence: str, brackets: str | None) -> Tree:
    """The tree of the sentence: as given, or by the first model's tokenizer and parser."""
    if brackets is not None:
        return parse_tree(brackets)
    if not models:
        from treenn.commands.shipped_parser import parser_or_right_branching

        return parser_or_right_branching(networks.parser).parse_text(sentence)
    found = models[0].find_sentences(sentence, split=False)
    if not found:
        raise InputError("this text has no word; it must have at least one")
    return models[0].parser.parse(found[0].words)


def _flows(networks: Networks, models: dict[str, SentimentModel], tree: Tree) -> Iterator[tuple[Flow, PredictionScale]]:
    from treebanks.sentiment import FIVE_CLASSES
    from treenn.explain.flow import compute_flow
    from treenn.explain.untrained import untrained_network
    from treenn.web.flow_page import PredictionScale
    from treenn.web.readers import left_branching

    for name, model in models.items():
        scale = PredictionScale(model.network.scale, model.classes, model.score_range)
        flow = compute_flow(model.network, tree, name)
        yield flow, scale
        alone = len(models) + len(networks.untrained) == 1
        if alone and flow.kind == "tree" and len(tree.words) > 2 and model.network.contextual is None:
            words = left_branching(tree.words)
            yield compute_flow(model.network, words, f"{name}, left to right", about=_LEFT_TO_RIGHT), scale
    for name in networks.untrained:
        network = untrained_network(name, tree.words, input_size=networks.word_size, size=networks.size)
        yield compute_flow(network, tree, name, is_trained=False), PredictionScale("ordinal", FIVE_CLASSES)
