from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
import torch
from lm.grammar.tiny_grammars import LABELLED, WORDS, every_binary_tree, tiny
from scipy.stats import chisquare

from treenn.lm.grammar.beam_search import beam_search
from treenn.lm.grammar.derivation import END, OPEN, REDUCE, SHIFT
from treenn.lm.grammar.generation import generate
from treenn.lm.grammar.grammar import Grammar
from treenn.lm.grammar.hypotheses import Hypotheses


def grammar_of(kind: str) -> Grammar:
    made = tiny(kind)
    return Grammar(made.encoder, made.head, made.embedding, made.vocabulary, made.transitions)


def exact(grammar: Grammar, words: list[str]) -> float:
    return float(grammar.log_probabilities(every_binary_tree(words)).logsumexp(0))


@pytest.mark.parametrize("kind", ["binary", "cell"])
def test_a_wide_beam_sums_over_all_trees(kind):
    grammar, sentences = grammar_of(kind), [["so", "it", "goes", "gone", "so"], ["it"], ["so", "it", "so"]]
    found = beam_search(grammar, sentences, 1000, 1000)
    assert [prefixes[-1] for prefixes in found] == pytest.approx(
        [exact(grammar, words) for words in sentences], abs=1e-9
    )


@pytest.mark.slow
def test_sums_over_trees_of_seven_words():
    grammar, words = grammar_of("binary"), ["so", "it", "goes", "so", "it", "gone", "so"]
    assert beam_search(grammar, [words], 10_000, 10_000)[0][-1] == pytest.approx(exact(grammar, words), abs=1e-9)


def test_a_narrow_beam_is_a_lower_bound():
    grammar, words = grammar_of("binary"), ["so", "it", "goes", "so"]
    narrow = beam_search(grammar, [words], 2, 1)[0]
    assert narrow[-1] < exact(grammar, words)
    assert (np.diff(narrow) < 0).all()
    assert narrow[-1] == pytest.approx(
        max(float(p) for p in grammar.log_probabilities(every_binary_tree(words))), abs=2
    )


def test_labelled_beams_contain_the_gold_trees():
    grammar = grammar_of("labelled")
    found = beam_search(grammar, [tree.words for tree in LABELLED], 100, 50)
    joint = grammar.log_probabilities(LABELLED).tolist()
    assert all(prefixes[-1] > log_p for prefixes, log_p in zip(found, joint, strict=True))
    assert all((np.diff(prefixes) < 0).all() for prefixes in found)


@torch.no_grad()
def test_action_by_action_equals_the_batch():
    grammar = grammar_of("labelled")
    for tree in LABELLED:
        stacks, log_p = Hypotheses(grammar), 0.0
        top, words = stacks.start(1), iter(grammar.vocabulary.encode(tree.words))
        for action in grammar.transitions.derivation(tree).actions.tolist():
            log_p += float(stacks.actions(top)[0, action])
            if action == SHIFT:
                word = next(words)[None]
                log_p += float(grammar.word_log_probability(stacks.states(top), word)[0])
                top = stacks.shift(top, word)
            elif action == REDUCE:
                top = stacks.reduce(top)
            else:
                top = stacks.open(top, np.array([action - OPEN]))
        assert stacks.is_over(top).all()
        assert log_p == pytest.approx(float(grammar.log_probabilities([tree])[0]), abs=1e-9)


def mass_of_derivations(grammar: Grammar, most: int) -> tuple[float, float]:
    """The probability of all derivations of at most `most` actions, and of all that are longer."""
    stacks, ended = Hypotheses(grammar), 0.0
    tops, log_p = stacks.start(1), torch.zeros(1, dtype=torch.float64)
    n_words = len(grammar.vocabulary)
    for _ in range(most):
        actions, words = stacks.actions(tops), grammar.word_log_probabilities(stacks.states(tops))
        new_tops, new_log_p = [], []
        for action in range(actions.shape[1]):
            rows = np.flatnonzero(torch.isfinite(actions[:, action]))
            of_action = log_p[rows] + actions[rows, action]
            if not len(rows):
                continue
            if action == END:
                ended += float(of_action.exp().sum())
                continue
            if action == SHIFT:
                for word in (word for word in range(n_words) if word != 1):
                    new_tops.append(stacks.shift(tops[rows], torch.full((len(rows),), word)))
                    new_log_p.append(of_action + words[rows, word])
                continue
            pushed = (
                stacks.reduce(tops[rows])
                if action == REDUCE
                else stacks.open(tops[rows], np.full(len(rows), action - OPEN))
            )
            over = stacks.is_over(pushed)
            ended += float(of_action[over].exp().sum())
            new_tops.append(pushed[~over])
            new_log_p.append(of_action[~over])
        tops, log_p = np.concatenate(new_tops), torch.cat(new_log_p)
    return ended, float(log_p.exp().sum())


@pytest.mark.parametrize(("kind", "most"), [("labelled", 4), ("binary", 6)])
@torch.no_grad()
def test_probabilities_sum_to_one(kind, most):
    ended, longer = mass_of_derivations(grammar_of(kind), most)
    assert 0.01 < ended < 0.99
    assert ended + longer == pytest.approx(1, abs=1e-9)


def test_the_sum_over_sentences_is_that_of_derivations():
    grammar = grammar_of("binary")
    words = [*WORDS, "gone"]
    trees = [tree for n in (1, 2) for some in itertools.product(words, repeat=n) for tree in every_binary_tree(some)]
    with torch.no_grad():
        ended, _ = mass_of_derivations(grammar, 4)
    assert float(grammar.log_probabilities(trees).exp().sum()) == pytest.approx(ended, abs=1e-9)


@pytest.mark.parametrize("kind", ["labelled", "binary", "cell"])
def test_samples_have_the_models_frequencies(kind):
    grammar = grammar_of(kind)
    samples = generate(grammar, 250, torch.Generator().manual_seed(1), max_words=3)
    trees = {str(sample.tree): sample for sample in samples}
    distinct = [sample.tree for sample in trees.values()]
    log_p = grammar.log_probabilities(distinct).numpy()
    assert [sample.log_probability for sample in trees.values()] == pytest.approx(log_p, abs=1e-9)
    counts = Counter(str(sample.tree) for sample in samples)
    frequent = sorted(trees, key=lambda text: -trees[text].log_probability)[:8]
    expected = np.exp([trees[text].log_probability for text in frequent])
    observed = np.array([counts[text] for text in frequent])
    assert chisquare(observed, observed.sum() * expected / expected.sum()).pvalue > 0.01
