from __future__ import annotations

import pytest
import torch

import treebanks
import treenn
from treebanks.grammar_treebank import GrammarTreebank
from treebanks.parsing import ParsingTreebank
from treenn.lm.grammar.grammar import Grammar
from treenn.trees import InputError, NaryTree, parse_nary, parse_trees

LABELLED = parse_nary(
    "(S (NP (DT the) (NN cat)) (VP (VBD sat)))  (S (NP (NN dogs)) (VP (VBD saw) (NP (DT the) (NN cat))))"
)
BINARY = [tree.with_labels(()) for tree in parse_trees("(2 (2 a) (2 (2 b) (2 c)))  (2 (2 b) (2 a))", classes=5)]
SETTINGS = treenn.Settings(
    model="rnng", size=6, word_size=4, epochs=2, batch_size=2, optimizer="adam", learning_rate=0.05, vocabulary_size=5
)


def treebank_of(trees: list, *, repeats: int = 3) -> GrammarTreebank:
    parsing = ParsingTreebank("tiny", {"train": trees * repeats, "dev": trees})
    return GrammarTreebank.of(parsing, ("train", "dev"))


@pytest.mark.parametrize(
    ("trees", "model", "tied"),
    [
        (LABELLED, "rnng", True),
        pytest.param(BINARY, "rnng", False, marks=pytest.mark.slow),
        (BINARY, "rnng-tree-lstm", True),
    ],
)
def test_a_trained_grammar_is_saved_and_loaded(trees, model, tied, tmp_path):
    from dataclasses import replace

    settings = replace(SETTINGS, model=model, output_layer="tied" if tied else "separate", embedding_dropout=0.1)
    run = treenn.train(treebank_of(trees), settings, out=tmp_path / "run")
    losses = [epoch.dev.values["joint_perplexity"] for epoch in run.results.history]
    assert losses[1] < losses[0]
    loaded = treenn.load_model(tmp_path / "run")
    predictions, grammar = loaded.predict(trees), Grammar.of(loaded)
    assert predictions.joint_perplexity == pytest.approx(run.results.metrics["dev"].values["joint_perplexity"])
    torch.testing.assert_close(
        torch.from_numpy(predictions.log_probabilities), grammar.log_probabilities(trees), rtol=1e-5, atol=1e-5
    )


def test_long_training_trees_are_dropped():
    parsing = ParsingTreebank("tiny", {"train": LABELLED, "dev": LABELLED})
    treebank = GrammarTreebank.of(parsing, ("train", "dev"), max_actions=10)
    assert (len(treebank.train), len(treebank.dev), treebank.classes) == (1, 2, ("NP", "S", "VP"))
    with pytest.raises(InputError, match="max_actions 3: every tree of tiny has more; must be greater"):
        GrammarTreebank.of(parsing, ("train", "dev"), max_actions=3)


def test_trees_of_two_kinds_are_refused():
    with pytest.raises(InputError, match="tiny has both binary and n-ary trees"):
        treebank_of([*LABELLED, *BINARY])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": "lstm"}, "model lstm: must be a grammar, rnng or rnng-tree-lstm"),
        ({"model": "rnng-tree-lstm"}, "composes unlabelled binary trees; must be rnng"),
        ({"supervision": "roots"}, "supervision roots: does not apply to grammars"),
    ],
)
def test_settings_of_other_tasks_are_refused(changes, message):
    from dataclasses import replace

    with pytest.raises(InputError, match=message):
        treenn.train(treebank_of(LABELLED), replace(SETTINGS, **changes))


def test_a_word_without_a_node_is_refused():
    trees = [*LABELLED, NaryTree(("a",), (), ("NN",))]
    with pytest.raises(InputError, match=r"tree 2 of tiny train: .* has no node above its word; must have one"):
        treenn.train(treebank_of(trees, repeats=1), SETTINGS)


def test_a_grammar_is_refused_for_classes():
    trees = parse_trees("(2 (2 a) (2 b))", classes=5)
    treebank = treebanks.Treebank("classes", tuple("abcde"), {"train": trees, "dev": trees})
    with pytest.raises(InputError, match="model rnng: generates trees; use `treenn lm train --treebank`"):
        treenn.train(treebank, SETTINGS)
