from __future__ import annotations

import numpy as np

from treenn.models.vocabulary import Vocabulary
from treenn.parsers.chart.examples import NO_LABEL, NULL, Inventory, batches, example, stack
from treenn.parsers.chart.spans import row
from treenn.trees import parse_nary, parse_tree

QUESTION = parse_nary("(SBARQ (WHNP (WP Who)) (SQ (VBZ is) (NP (NP (NN chief))) (NP (NN today))) (. ?))")[0]


def prepared(tree):
    inventory = Inventory()
    inventory.add(tree)
    return example(tree, Vocabulary(["who", "is"]), inventory), inventory


def test_words_are_lower_cased_and_tags_numbered():
    found, inventory = prepared(QUESTION)
    assert found.words.tolist() == [1, 2, 0, 0, 0]
    assert [list(inventory.tags)[tag] for tag in found.tags] == ["WP", "VBZ", "NN", "NN", "."]


def test_ternary_node_allows_both_binarizations():
    found, _ = prepared(QUESTION)
    allowed = {span for span in [(0, 4), (1, 5), (1, 3), (2, 4), (0, 3), (0, 2)] if not found.crossing[row(5, *span)]}
    assert allowed == {(0, 4), (1, 5), (1, 3), (2, 4)}


def test_categories_of_compatible_and_crossing_spans():
    found, inventory = prepared(QUESTION)
    names = list(inventory.categories)
    at = {span: found.categories[row(5, *span)] for span in [(2, 3), (1, 4), (1, 3), (0, 4), (1, 2), (0, 2)]}
    assert [names[at[span]] for span in [(2, 3), (1, 4), (1, 3), (0, 4), (1, 2)]] == ["NP+NP", "SQ", NULL, NULL, NULL]
    assert at[0, 2] == NO_LABEL


def test_a_tree_without_labels_teaches_brackets_only():
    found, inventory = prepared(parse_tree("(X (X (X a) (X b)) (X c))"))
    assert set(found.tags) == set(found.categories) == {NO_LABEL}
    assert found.crossing.nonzero()[0].tolist() == [row(3, 1, 3)]
    assert (inventory.tags, inventory.categories) == ({}, {NULL: 0})


def test_batches_partition_examples_by_length():
    trees = [parse_tree(text) for text in ["(X a)", "(X (X a) (X b))"] for _ in range(7)]
    examples = [prepared(tree)[0] for tree in trees]
    found = list(batches(examples, 3, np.random.default_rng(0)))
    assert sorted(len(batch) for batch in found) == [1, 1, 3, 3, 3, 3]
    assert {id(one) for batch in found for one in batch} == {id(one) for one in examples}
    assert all(len(stack(batch).words) == len(batch) for batch in found)
