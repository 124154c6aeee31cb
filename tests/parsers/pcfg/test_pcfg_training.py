"""Training the PCFG: results, refused arguments, and F1 on real questions."""

import pytest

from treebanks.catalogue import entry
from treebanks.parsing import ParsingTreebank, load_parsing
from treebanks.verify import state
from treenn.parsers.evalb import evaluate
from treenn.parsers.pcfg import PCFGParser, PCFGSettings, train
from treenn.trees import InputError, parse_nary, unbinarize


def made(*lines, name="made"):
    trees = tuple(parse_nary("\n".join(lines)))
    return ParsingTreebank(name, {"train": trees, "dev": trees, "test": trees})


DOGS = made("(S (NP (DT the) (JJ old) (NN dog)) (VP (VBZ barks)) (. .))", "(NP (DT the) (NN dog))")


def test_results_describe_grammar_and_data(tmp_path):
    told = []
    parser, results = train(DOGS, out=tmp_path, progress=lambda *what: told.append(what))
    assert results["treebank"] == "made"
    assert results["trees"] == 2
    assert results["dev"]["labelled"]["f1"] == results["dev"]["with_punctuation"]["f1"] == 1
    assert results["settings"]["vertical"] == PCFGSettings().vertical
    assert results["environment"]["numpy"]
    assert told[-1][:2] == (2, 2)
    assert PCFGParser.load(tmp_path).parse(["the", "dog"]) == parser.parse(["the", "dog"])


def test_helpers_add_their_trees():
    cats = made("(S (NP (NNS cats)) (VP (VBP purr)))", name="cats")
    parser, results = train(DOGS, auxiliary_treebanks=[cats])
    assert results["auxiliary_treebanks"] == ["cats"]
    assert results["trees"] == 3
    assert unbinarize(parser.parse(["cats", "purr"])) == cats.splits["train"][0]


def test_trees_without_labels_are_passed_over():
    _, results = train(DOGS, auxiliary_treebanks=[made("(S (X w) (NN v))")])
    assert results["trees"] == 2
    assert results["trees_without_labels"] == 1


def test_a_treebank_without_categories_is_refused():
    with pytest.raises(InputError, match="no training tree of reviews has a category"):
        train(load_parsing("reviews"))


@pytest.mark.parametrize("label", ["@S", "S^NP", "S+NP"])
def test_a_label_that_the_grammar_needs_is_refused(label):
    with pytest.raises(InputError, match="rename it") as caught:
        train(made(f"({label} (NN w) (NN v))"))
    assert repr(label) in str(caught.value)


@pytest.mark.slow  # a grammar of all questions
def test_questions(real_home):
    if state(entry("questionbank")) != "here":
        pytest.skip("questionbank is not under TREEBANKS_HOME")
    questions = load_parsing("questionbank")
    parser, results = train(questions)
    assert results["dev"]["labelled"]["f1"] > 0.86
    gold = questions.splits["test"]
    scores = evaluate(gold, [unbinarize(tree) for tree in parser.parse_batch([tree.words for tree in gold])])
    assert scores.labelled.f1 > 0.84
    assert scores.with_punctuation.f1 > 0.88
