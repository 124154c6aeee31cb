"""The probabilities of a treebank's sentences under a grammar, by importance sampling or beam search."""

from __future__ import annotations

from treebanks.grammar_treebank import GrammarTreebank
from treenn.evaluation.token_predictions import TokenPredictions
from treenn.lm.grammar.importance import importance_sampling
from treenn.lm.grammar.model import GrammarModel
from treenn.lm.grammar.proposal import proposal_of
from treenn.models.network import Network
from treenn.parsers.chart import ChartParser
from treenn.parsers.loading import load_parser
from treenn.runtime.progress import Progress, ignore
from treenn.trees.errors import InputError, argument


def sentence_predictions(
    network: Network, treebank: GrammarTreebank, split: str, progress: Progress = ignore
) -> TokenPredictions:
    """The probabilities of sentences, by importance sampling if the treebank has a parser, else by beam search.

    The samples of a network depend on its seed, so that the errors of the estimates are part of the variance over
    seeds.

    Args:
        network: the network of a grammar.
        treebank: the treebank.
        split: the split.
        progress: called after every batch (default: no report).

    Raises:
        InputError: if there is no such parser, or it does not predict the trees of the grammar.
    """
    model, sentences = GrammarModel(network), treebank.text.examples(split)
    if not treebank.parser:
        return model.predict(sentences, progress=progress)
    proposal = proposal_of(chart_parser(treebank.parser), model.grammar.transitions)
    seed = 0 if network.settings is None else network.settings.seed
    words = [sentence.words for sentence in sentences]
    found = importance_sampling(model.grammar, proposal, words, treebank.samples, seed, progress=progress)
    return found.predictions(sentences, model.vocabulary)


def chart_parser(name: str) -> ChartParser:
    """Load a chart parser, whose trees have probabilities.

    Args:
        name: the name or folder.

    Raises:
        InputError: if there is no such parser, or it is of another kind.
    """
    parser = load_parser(name)
    if not isinstance(parser, ChartParser):
        raise InputError(f"{argument('parser')} {name}: must be a chart parser, whose trees have probabilities")
    return parser
