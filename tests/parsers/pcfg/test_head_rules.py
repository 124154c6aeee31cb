"""Heads by Collins' rules, with coordination."""

import pytest

from treenn.parsers.pcfg.head_rules import head


@pytest.mark.parametrize(
    ("parent", "children", "expected"),
    [
        ("VP", "MD RB VP", 0),  # the first category of the list that is there, not the first child that is listed
        ("VP", "ADVP VBZ NP", 1),
        ("PP", "RB IN NP", 1),
        ("PP", "TO IN NP", 1),  # from the right: the list's order comes before the children's
        ("S", "NP VP .", 1),
        ("SBARQ", "WHNP SQ .", 1),
        ("NP", "DT NN NN", 2),
        ("NP", "NP PP", 0),
        ("NP", "NP POS", 1),
        ("NP", "DT CD", 1),
        ("NP", "DT JJ", 1),
        ("NP", "DT DT", 1),
        ("NML", "NN HYPH NN", 2),
        ("CAPTION", "NP VP", 0),  # without a rule: the first
        ("UCP", "NP ADJP", 1),
        ("NP", "NN CC NN", 0),  # of conjuncts the one before the conjunction
        ("VP", "VB CC VB", 0),
        ("NP", "CC NN", 1),
    ],
)
def test_the_head_is_where_collins_has_it(parent, children, expected):
    assert head(parent, children.split()) == expected
