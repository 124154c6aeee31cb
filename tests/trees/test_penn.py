"""`clean_penn`: traces, nodes without words, function tags, unlabelled roots, and the tags that look like them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import DEPTHS, nary_trees

from treenn.trees import NaryTree, clean_penn, parse_nary

LABELS = st.none() | st.sampled_from(
    ["S", "NP-SBJ", "NP=2", "-NONE-", "-LRB-", "ADVP|PRT-CLR", "PRP$", "", "-", "3", 7]
)


def clean(text, **options):
    [tree] = parse_nary(text)
    return str(clean_penn(tree, **options))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("(S (NP-SBJ-1 (-NONE- *PRO*)) (VP (VB go)))", "(S (VP (VB go)))"),
        ("(S (NP (NP (-NONE- *T*-1)) (-NONE- 0)) (VP (VB go)))", "(S (VP (VB go)))"),
        ("(S=2 (ADVP|PRT-CLR (RP on)) (PRP$-X my))", "(S (ADVP|PRT (RP on)) (PRP$ my))"),
        ("(NP (-LRB- -LRB-) (: --) (-RRB- -RRB-))", "(NP (-LRB- -LRB-) (: --) (-RRB- -RRB-))"),
        ("( (S (VP (VB go))) (NP (-NONE- *)) )", "(S (VP (VB go)))"),
        ("(X (X (S (VB go))))", "(S (VB go))"),
        ("( (NP (NN a)) (NP (NN b)) )", "(X (NP (NN a)) (NP (NN b)))"),
        ("(X (VB go))", "(X (VB go))"),
    ],
)
def test_annotation_is_removed(text, cleaned):
    assert clean(text) == cleaned


def test_traces_and_function_tags_are_kept():
    text = "(S (NP-SBJ (-NONE- *)) (VP-1 (VB go)))"
    assert clean(text, keep_traces=True) == r"(S (NP (-NONE- \*)) (VP (VB go)))"
    assert clean(text, keep_function_tags=True) == "(S (VP-1 (VB go)))"
    assert clean(text, keep_traces=True, keep_function_tags=True) == text.replace("*", r"\*")


def test_nothing_remains_of_a_trace():
    assert clean_penn(parse_nary("(S (NP-SBJ (-NONE- *)) (-NONE- 0))")[0]) is None


@given(nary_trees(labels=LABELS))
def test_cleaned_trees_are_valid(tree):
    cleaned = clean_penn(tree)
    tagged = zip(tree.words, tree.labels, strict=False)
    words = tuple(word for word, tag in tagged if tag != "-NONE-")
    assert (() if cleaned is None else cleaned.words) == words
    if cleaned is not None:
        assert cleaned == NaryTree(cleaned.words, cleaned.children, cleaned.labels)  # validates
        assert clean_penn(cleaned) == cleaned
        assert not any(label in ("NP-SBJ", "NP=2", "ADVP|PRT-CLR") for label in cleaned.labels)


@pytest.mark.parametrize("depth", DEPTHS)
def test_deep_trees_are_cleaned(depth):
    [tree] = parse_nary("(NP-1 " * depth + "(-NONE- *) (NN a)" + ")" * depth)
    assert clean_penn(tree).labels[-1] == "NP"
