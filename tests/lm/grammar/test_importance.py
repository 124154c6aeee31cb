from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch
from lm.grammar.tiny_grammars import every_binary_tree, tiny
from scipy.stats import chisquare

from treebanks import Sentence
from treenn.evaluation.measuring import measure
from treenn.lm.grammar.grammar import Grammar
from treenn.lm.grammar.importance import importance_sampling
from treenn.lm.grammar.proposal import Proposal, proposal_of
from treenn.models.vocabulary import Vocabulary
from treenn.parsers.chart import ChartParser, ChartSettings
from treenn.parsers.chart.examples import Inventory
from treenn.parsers.chart.span_scorer import SpanNetwork
from treenn.trees import InputError

SETTINGS = ChartSettings(size=4, affix_size=2, word_size=2, span_size=8, split_size=2)
SENTENCE = ("so", "it", "goes", "so")


def random_parser(categories: tuple[str, ...] = ("",), *, labels: bool = False) -> ChartParser:
    """A parser with random weights whose distributions are far from uniform."""
    torch.manual_seed(3)
    network = SpanNetwork(torch.randn(4, 2), torch.ones(4), Inventory((), categories), SETTINGS)
    with torch.no_grad():
        for parameter in (*network.node.parameters(), *network.category.parameters()):
            parameter.mul_(4)
    return ChartParser([network], Vocabulary(["so", "it", "goes"]), labels=labels)


def grammar_of(kind: str) -> Grammar:
    made = tiny(kind)
    return Grammar(made.encoder, made.head, made.embedding, made.vocabulary, made.transitions)


def exact(grammar: Grammar, words: tuple[str, ...]) -> float:
    return float(grammar.log_probabilities(every_binary_tree(words)).logsumexp(0))


@pytest.mark.parametrize("kind", ["binary", "cell"])
@pytest.mark.parametrize("length", [1, 2, 4])
def test_estimates_are_within_their_errors(kind, length):
    grammar, words = grammar_of(kind), SENTENCE[:length]
    proposal = proposal_of(random_parser(), grammar.transitions)
    found = importance_sampling(grammar, proposal, [words, words[::-1]], 1000, seed=1)
    wanted = [exact(grammar, words), exact(grammar, words[::-1])]
    assert found.log_probabilities == pytest.approx(wanted, abs=4 * float(found.standard_errors.max()) + 1e-5)
    assert (found.effective_samples > 50).all()
    assert found.tokens.tolist() == [length + 1] * 2


@pytest.mark.slow
def test_estimates_of_seven_words_are_within_their_errors():
    grammar, words = grammar_of("binary"), ("so", "it", "goes", "gone", "it", "so", "so")
    found = importance_sampling(grammar, proposal_of(random_parser(), grammar.transitions), [words], 20_000)
    assert found.log_probabilities[0] == pytest.approx(exact(grammar, words), abs=4 * float(found.standard_errors[0]))


def test_standard_errors_are_those_of_repetitions():
    grammar = grammar_of("binary")
    proposal = proposal_of(random_parser(), grammar.transitions)
    runs = [importance_sampling(grammar, proposal, [SENTENCE], 100, seed=seed) for seed in range(30)]
    spread = np.std([run.log_probabilities[0] for run in runs], ddof=1)
    assert np.mean([run.standard_errors[0] for run in runs]) == pytest.approx(spread, rel=0.4)
    perplexities = np.std([run.perplexity for run in runs], ddof=1)
    assert np.mean([run.perplexity_error for run in runs]) == pytest.approx(perplexities, rel=0.4)


def test_labelled_trees_have_the_frequencies_of_their_probabilities():
    proposal = Proposal(random_parser(("", "S", "NP+S"), labels=True), labelled=True)
    proposed = proposal.sample(SENTENCE[:3], 3000, torch.Generator().manual_seed(4))
    p = proposed.log_q.exp().numpy()
    assert 0.95 < p.sum() < 1 + 1e-6
    frequent = p > 0.005
    observed = proposed.counts.numpy()[frequent]
    assert chisquare(observed, observed.sum() * p[frequent] / p[frequent].sum()).pvalue > 0.01
    assert {len(tree.words) for tree in proposed.trees} == {3}
    assert len(set(map(str, proposed.trees))) == len(proposed.trees)


def test_one_word_has_labelled_trees():
    proposal = Proposal(random_parser(("", "S", "NP+S"), labels=True), labelled=True)
    proposed = proposal.sample(("so",), 200, torch.Generator().manual_seed(4))
    assert Counter(map(str, proposed.trees)) == Counter(["(S (X so))", "(NP (S (X so)))"])
    assert float(proposed.log_q.exp().sum()) == pytest.approx(1, abs=1e-6)


def test_estimates_of_labelled_trees_agree_across_proposals():
    grammar, found = grammar_of("labelled"), []
    for temperatures in ((1.0,), (3.0, 5.0)):
        proposal = proposal_of(random_parser(("", "S", "NP"), labels=True), grammar.transitions, temperatures)
        found.append(importance_sampling(grammar, proposal, [SENTENCE[:2]], 1000))
    first, second = found
    difference = float(np.hypot(first.standard_errors[0], second.standard_errors[0]))
    assert first.log_probabilities[0] == pytest.approx(second.log_probabilities[0], abs=4 * difference)


def test_perplexity_is_that_of_the_metrics():
    grammar = grammar_of("binary")
    sentences = [SENTENCE, ("gone", "so")]
    found = importance_sampling(grammar, proposal_of(random_parser(), grammar.transitions), sentences, 10)
    predictions = found.predictions([Sentence(" ".join(words)) for words in sentences], grammar.vocabulary)
    measured = measure(predictions)
    assert measured["perplexity"] == pytest.approx(found.perplexity)
    assert measured["sampling_error"] == found.perplexity_error
    assert measured["effective_samples"] == np.median(found.effective_samples)
    assert (predictions.unknown.sum(), predictions.sizes.tolist()) == (1, [5, 3])


def test_a_parser_without_categories_is_refused():
    with pytest.raises(InputError, match="parser: predicts no categories"):
        proposal_of(random_parser(), grammar_of("labelled").transitions)


def test_a_category_that_the_grammar_lacks_is_refused():
    with pytest.raises(InputError, match="parser: predicts the category 'VP', which the grammar does not have"):
        proposal_of(random_parser(("", "VP"), labels=True), grammar_of("labelled").transitions)


def test_a_single_sample_is_refused():
    grammar = grammar_of("binary")
    with pytest.raises(InputError, match="samples 1: must be 2 or more"):
        importance_sampling(grammar, proposal_of(random_parser(), grammar.transitions), [SENTENCE], 1)
