import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from strategies import CATEGORIES, CLASSES, left_chain, nary_trees, right_chain, trees

from treenn.trees import InputError, NaryTree, Tree, draw_text, parse_nary, parse_tree
from treenn.trees.draw import visible

ANSI = re.compile(r"\x1b\[[0-9;]*m")
A_TREE = parse_tree("(3 (2 It) (3 (2 is) (3 (4 good) (2 .))))", classes=5)


def test_a_small_tree() -> None:
    assert draw_text(A_TREE).splitlines() == [
        "3 ┬ 2 It",
        "  └ 3 ┬ 2 is",
        "      └ 3 ┬ 4 good",
        "          └ 2 .",
    ]


def test_wide_labels_chains_and_nodes_without_a_label() -> None:
    [tree] = parse_nary("(S (NP-SBJ (DT The) (JJ old) (X dog)) (VP (VBZ barks)) (. .))")
    assert draw_text(tree).splitlines() == [
        "S ┬ NP-SBJ ┬ DT The",
        "  │        ├ JJ old",
        "  │        └ · dog",
        "  ├ VP ─ VBZ barks",
        "  └ . .",
    ]


def test_one_word() -> None:
    assert draw_text(Tree(("yes",), (), (4,))) == "4 yes"


def test_a_tree_that_is_wide_is_drawn_closer() -> None:
    assert draw_text(A_TREE, width=17).splitlines() == ["3┬2 It", " └3┬2 is", "   └3┬4 good", "     └2 ."]


def test_subtrees_beyond_the_width_are_drawn_below() -> None:
    assert draw_text(right_chain(12), width=20).splitlines() == [
        "2┬0 w0",
        " └1┬1 w1",
        "   └0┬2 w2",
        "     └4┬3 w3",
        "       └3┬4 w4",
        "         └2┬0 w5",
        "           └1┬1 w6",
        "             └0┬2 w7",
        "               └4┬3 w8",
        "                 └[1]",
        "[1] 3┬4 w9",
        "     └2┬0 w10",
        "       └1 w11",
    ]


@given(trees(max_words=30), st.integers(20, 80))
def test_words_are_in_order_between_references(tree: Tree, width: int) -> None:
    lines = draw_text(tree, width=width).splitlines()
    words = [line for line in lines if not line.endswith("]") or not re.search(r"\[\d+\]$", line)]
    drawn = [line.rsplit(" ", 1)[1] for line in words]
    assert sorted(drawn) == sorted(map(visible, tree.words))
    cuts = len(lines) - len(words)
    assert [f"[{cut}]" for cut in range(1, cuts + 1)] == [
        line.split()[0] for line in lines if re.match(r"\[\d+\] ", line)
    ]
    if not cuts:
        assert drawn == [visible(word) for word in tree.words]


@given(nary_trees(labels=CLASSES | CATEGORIES))
def test_colour_changes_nothing_but_the_colour(tree: NaryTree) -> None:
    assert ANSI.sub("", draw_text(tree, color=True)) == draw_text(tree)


def test_terminal_colours_of_classes_differ() -> None:
    drawn = draw_text(Tree(tuple("abc"), ((0, 1), (3, 2)), (0, 1, 2, 3, 4)), color=True)
    assert len(set(re.findall(r"48;5;(\d+)", drawn))) == 5


def test_a_label_outside_the_scale_has_no_colour() -> None:
    with pytest.raises(InputError, match="label 7 is outside the scale, 0 to 4; pass classes=8"):
        draw_text(Tree(("a",), (), (7,)), color=True)
    assert draw_text(Tree(("a",), (), (7,))) == "7 a"
    assert ANSI.sub("", draw_text(Tree(("a",), (), (7,)), color=True, classes=8)) == "7 a"


@pytest.mark.parametrize(
    ("word", "seen"),
    [
        ("1\u00a01/2", r"1\xa01/2"),
        ("\x1b[31m", r"\x1b[31m"),
        ("\x9b31m", r"\x9b31m"),
        ("a\nb", r"a\nb"),
        ("a\u2028b", r"a\u2028b"),
        ("a\x85b", r"a\x85b"),
        ("\u202egood", r"\u202egood"),
        ("a\u2069", r"a\u2069"),
        ("go\u200dod", r"go\u200dod"),
        ("\u200d", r"\u200d"),
        ("😀\u200d", r"😀\u200d"),
        ("\udcff", r"\udcff"),
        ("naïve漢", "naïve漢"),
        ("e\u0301", "e\u0301"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("❤️\u200d🔥", "❤️\u200d🔥"),
        ("\U0001fae8", "\U0001fae8"),  # a shaking face, newer than the tables of Python 3.11
        ("[red]", "[red]"),
    ],
)
def test_invisible_characters_are_seen(word: str, seen: str) -> None:
    assert draw_text(Tree((word,), (), (2,))) == f"2 {seen}"
    assert draw_text(Tree(("a",), (), (word,))) == f"{seen} a"


@pytest.mark.parametrize("label", ["漢字", "é", "e\u0301e\u0301", "👩\u200d🔬", "❤️"])
def test_labels_of_any_width_keep_branches_aligned(label: str) -> None:
    tree = Tree(("a", "b", "c"), ((0, 1), (3, 2)), ("x", "x", "x", label, label))
    first, *others = draw_text(tree).splitlines()
    fork = cell_len(first[: first.index("┬")])
    assert [cell_len(line[: line.index("└")]) for line in others] == [cell_len(first[: first.rindex("┬")]), fork]
    assert fork == cell_len(label) + 1


def test_long_wide_labels_are_shortened() -> None:
    assert draw_text(Tree(("a",), (), ("漢" * 20,))) == f"{'漢' * 7}… a"


def test_long_labels_are_shortened() -> None:
    assert draw_text(Tree(("a",), (), ("NP+" * 10,))) == "NP+NP+NP+NP+NP+… a"


@pytest.mark.parametrize("chain", [left_chain, right_chain])
def test_deep_trees_stay_within_the_width(chain) -> None:
    lines = draw_text(chain(3_000)).splitlines()
    assert max(map(len, lines)) <= 80
    assert 3_000 < len(lines) < 3_300


def test_deep_unary_chains_stay_within_the_width() -> None:
    n = 3_000
    tree = NaryTree(("w",), tuple((k,) for k in range(n)), ("NN",) + ("NP",) * n)
    drawn = draw_text(tree)
    assert drawn.count("NP") == n
    assert max(map(len, drawn.splitlines())) <= 80


def test_marked_nodes_have_a_star() -> None:
    assert draw_text(A_TREE, marked={2, 5}).splitlines() == [
        "3 ┬ 2 It",
        "  └ 3* ┬ 2 is",
        "       └ 3 ┬ 4* good",
        "           └ 2 .",
    ]
    with pytest.raises(InputError, match=r"^marked 3: must be a set$"):
        draw_text(A_TREE, marked=3)
