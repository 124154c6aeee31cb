from pathlib import Path

import pytest
from hypothesis import given
from strategies import CATEGORIES, DEPTHS, left_chain, nary_trees, right_chain, trees, trees_in_any_order

from treenn.trees import (
    InputError,
    NaryTree,
    Tree,
    format_tree,
    parse_nary,
    parse_tree,
    parse_trees,
    read_nary,
    read_trees,
    write_trees,
)

NOT_GOOD = Tree(("not", "good"), ((0, 1),), (2, 3, 1))


@given(trees())
def test_classes_come_back(tree: Tree) -> None:
    assert parse_tree(format_tree(tree), classes=5) == tree


@given(trees(labels=CATEGORIES))
def test_categories_come_back(tree: Tree) -> None:
    assert parse_tree(format_tree(tree)) == tree


@given(nary_trees())
def test_nary_trees_come_back(tree: NaryTree) -> None:
    assert parse_nary(format_tree(tree)) == [tree]


@given(trees_in_any_order())
def test_nodes_are_numbered_as_their_brackets_close(tree: Tree) -> None:
    text = format_tree(tree)
    again = parse_tree(text, classes=5)
    assert format_tree(again) == text
    assert sorted(zip(again.spans, map(str, again.labels), strict=True)) == sorted(
        zip(tree.spans, map(str, tree.labels), strict=True)
    )


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("chain", [left_chain, right_chain])
def test_deep_trees_come_back(chain, depth: int, tmp_path: Path) -> None:
    tree = chain(depth)
    write_trees(tmp_path / "deep.txt", [tree])
    assert read_trees(tmp_path / "deep.txt", classes=5) == [tree]
    assert read_trees(tmp_path / "deep.txt", classes=5, factor="right") == [tree]


@pytest.mark.parametrize(
    "text",
    [
        "(1 (2 not) (3 good))",
        "(1 (2 not)(3 good))",
        "  ( 1 ( 2 not ) ( 3 good ) )  ",
        "(1\n\t(2 not)\n\t(3 good)\n)\n",
        "(1 (2 not)\r\n(3 good))\r\n",
        "# a comment (with brackets\n\n(1 (2 not)\n# another ) one\n(3 good))",
        "( (1 (2 not) (3 good)) )",
        "(\n  (1 (2 not) (3 good)))",
    ],
)
def test_ways_to_write_one_tree(text: str) -> None:
    assert parse_trees(text, classes=5) == [NOT_GOOD]


def test_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "bom.txt").write_bytes(b"\xef\xbb\xbf(1 (2 not) (3 good))\r\n")
    assert read_trees(tmp_path / "bom.txt", classes=5) == [NOT_GOOD]


def test_several_trees_on_and_across_lines() -> None:
    assert parse_trees("(1 (2 not) (3 good))(2 so)\n(0\n bad)", classes=5) == [
        NOT_GOOD,
        Tree(("so",), (), (2,)),
        Tree(("bad",), (), (0,)),
    ]


def test_words_that_look_like_something_else() -> None:
    words = ["#", "\u00a0", "1\u00a01/2", "3", "X", "..."]
    text = " ".join(f"(2 {word})" for word in words)
    assert [tree.words for tree in parse_trees(text, classes=5)] == [(word,) for word in words]


def test_escapes_are_undone_in_words_alone() -> None:
    tree = parse_tree(r"(S (-LRB- -LRB-) (NN either\/or))")
    assert tree.words == ("(", "either/or")
    assert tree.labels == ("-LRB-", "NN", "S")
    assert str(tree) == r"(S (-LRB- -LRB-) (NN either\/or))"


def test_no_label() -> None:
    tree = Tree(("a", "b"), ((0, 1),), (None, 3, None))
    assert str(tree) == "(X (X a) (3 b))"
    assert parse_tree("(X (X a) (3 b))", classes=5) == tree
    assert parse_tree("( ( a) (3 b))", classes=5) == tree


@pytest.mark.parametrize("label", ["X", r"\X", r"\\X", "XX", "x", r"\x"])
def test_a_label_that_reads_x_comes_back(label: str) -> None:
    tree = Tree(("a", "b"), ((0, 1),), (label, None, label))
    assert parse_tree(str(tree)) == tree
    nary = NaryTree(("a",), ((0,),), (None, label))
    assert parse_nary(str(nary)) == [nary]


def test_without_classes_labels_are_strings() -> None:
    assert parse_tree("(1 (2 not) (3 good))").labels == ("2", "3", "1")


def test_penn_wrapper_is_ignored_unlike_label_x() -> None:
    assert str(parse_nary("( (S (NN dogs)) )")[0]) == "(S (NN dogs))"
    assert str(parse_nary("(X (S (NN dogs)))")[0]) == "(X (S (NN dogs)))"


def test_penn_style_over_many_lines() -> None:
    text = """
( (S
    (NP-SBJ (DT The) (NN dog) )
    (VP (VBZ barks)
      (ADVP (RB loudly) ))
    (. .) ))
"""
    [tree] = parse_nary(text)
    assert tree.words == ("The", "dog", "barks", "loudly", ".")
    assert tree.labels == ("DT", "NN", "VBZ", "RB", ".", "NP-SBJ", "ADVP", "VP", "S")
    assert tree.children == ((0, 1), (3,), (2, 6), (5, 7, 4))


def test_binarizing_while_reading() -> None:
    text = "(3 (2 a) (1 (0 (2 b))) (2 c))"
    assert str(parse_tree(text, classes=5, factor="right")) == "(3 (2 a) (X (1 b) (2 c)))"
    assert str(parse_tree(text, classes=5, factor="left")) == "(3 (X (2 a) (1 b)) (2 c))"


A_TREE = "a tree looks like (3 (2 not) (1 bad))"
A_LEAF = "a leaf looks like (2 word)"
UNTAGGED = "or untagged=True for words without a tag"
REMEDY = "factor='right' makes it binary"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("(2 ok)\n(3 (2 not) (1 bad)", "2:1", "this bracket is never closed; every ( needs a )"),
        ("(3 (2 not) (1 bad)\n(2 ok)", "1:1", "this bracket is never closed; every ( needs a )"),
        ("(2 ok)\n  (2 ok))\n(2 ok)", "2:9", "this bracket is never opened; every ) needs a ("),
        ("(3 (2 not) (5 bad))", "1:12", "label 5 is outside the scale, 0 to 4"),
        ("(2 ok)\n\n(-1 (2 not)\n (NN bad))", "3:1", "label -1 is outside the scale, 0 to 4"),
        ("(3 (02 not) (1 bad))", "1:4", "label 02 is outside the scale, 0 to 4"),
        ("(3 (2 (2 not)) (1 bad))", "1:4", f"this node has 1 child, a binary tree needs 2; {REMEDY}"),
        ("(2 ok)\n(3 (2 a) (2 b) (2 c))", "2:1", f"this node has 3 children, a binary tree needs 2; {REMEDY}"),
        ("(3 (2 not) ())", "1:12", f"this node is empty; {A_LEAF}"),
        ("(2 ok)\r\n()", "2:1", f"this node is empty; {A_LEAF}"),
        ("(3 (2 not) (2 ))", "1:12", f"this node has a label, 2, but neither a word nor children; {A_LEAF}"),
        (
            "(3 (2 not) good)",
            "1:1",
            f"the word 'good' is next to a subtree; each word needs its own brackets, (2 good), {UNTAGGED}",
        ),
        (
            "(3 (2 not) (2 very good))",
            "1:12",
            f"this leaf has 2 words, very good; each word needs its own brackets, {UNTAGGED}",
        ),
        ("(2 ok)\nstray (2 ok)", "2:1", f"'stray' is outside of any tree; {A_TREE}"),
        ("(2 ok) é stray", "1:8", f"'é' is outside of any tree; {A_TREE}"),
        ("# (2 comment\n(2 é) x", "2:7", f"'x' is outside of any tree; {A_TREE}"),
        ("", None, f"there is no tree; {A_TREE}"),
        ("(2 ok)\r# a ( comment\r(2 é) x", "3:7", f"'x' is outside of any tree; {A_TREE}"),
        ("\n# nothing\n \n", None, f"there is no tree; {A_TREE}"),
    ],
)
def test_errors_name_the_place_and_the_remedy(text: str, place: str | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "trees.txt"
    path.write_text(text, encoding="utf-8", newline="")
    with pytest.raises(InputError) as error:
        read_trees(path, classes=5)
    assert str(error.value) == f"{path}:{place}: {message}" if place else f"{path}: {message}"
    with pytest.raises(InputError) as error:
        parse_trees(text, classes=5)
    assert str(error.value).startswith(f"<text>:{place}: " if place else "<text>: ")


def test_an_error_has_its_parts() -> None:
    with pytest.raises(InputError) as error:
        parse_nary("(S\n  (NN))", source="here")
    assert (str(error.value.source), error.value.line, error.value.column) == ("here", 2, 3)


def test_one_tree_is_one_tree() -> None:
    with pytest.raises(InputError, match="<text>: this text has 2 trees; it must have exactly one"):
        parse_tree("(2 a) (2 b)")


@pytest.mark.parametrize("label", ["", "A B", "(", ")", "A(", "A\n"])
def test_labels_that_brackets_cannot_hold_are_not_written(label: str) -> None:
    with pytest.raises(InputError, match="must not be empty or contain spaces, tabs, line breaks or brackets"):
        format_tree(Tree(("a",), (), (label,)))


@pytest.mark.parametrize("word", ["a b", "a\tb", "a\n"])
def test_words_that_brackets_cannot_hold_are_not_written(word: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must not be empty or contain spaces, tabs, line breaks or brackets"):
        write_trees(tmp_path / "out.txt", [NOT_GOOD, Tree((word,), ())])
    assert list(tmp_path.iterdir()) == []


def test_files_of_nary_trees(tmp_path: Path) -> None:
    [tree] = parse_nary("(S (NP (NN dogs)) (VBP bark) (. .))")
    write_trees(tmp_path / "out.txt", [tree, NOT_GOOD])
    assert (tmp_path / "out.txt").read_text() == "(S (NP (NN dogs)) (VBP bark) (. .))\n(1 (2 not) (3 good))\n"
    assert read_nary(tmp_path / "out.txt")[0] == tree


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("(NP Japan 's)", "(NP (X Japan) (X 's))"),
        ("(NP Japan)", "(NP Japan)"),
        ("( (S (NP Japan (POS 's) car) (VP won) .))", "(S (NP (X Japan) (POS 's) (X car)) (VP won) (X .))"),
        ("(S (NP a b) c (VP d (ADVP e) f))", "(S (NP (X a) (X b)) (X c) (VP (X d) (ADVP e) (X f)))"),
        ("( NP Japan 's )", "(NP (X Japan) (X 's))"),
        ("(NP (NN a) -LRB-)", "(NP (NN a) (X -LRB-))"),
    ],
)
def test_words_without_a_tag_are_read_on_request(text: str, read: str) -> None:
    assert [str(tree) for tree in parse_nary(text, untagged=True)] == [read]


def test_words_without_a_tag_keep_their_order() -> None:
    tree = parse_nary("(S a (B b (C c) d) e (F f) g)", untagged=True)[0]
    assert tree.words == tuple("abcdefg")


def test_untagged_changes_nothing_else() -> None:
    text = "( (S (NP (NN dogs)) (VBP bark) (. .)) )"
    assert parse_nary(text, untagged=True) == parse_nary(text)
    assert parse_trees("(1 (2 a) b)", classes=5, untagged=True)[0].labels == (2, None, 1)
    with pytest.raises(InputError, match="this node is empty"):
        parse_nary("(S ())", untagged=True)


def skipping(text: str, **how: object) -> tuple[list[str], list[str]]:
    errors: list[InputError] = []
    trees = parse_trees(text, on_error=errors.append, **how)  # type: ignore[arg-type]
    return [str(tree) for tree in trees], [f"{error.line}:{error.column}" for error in errors]


@pytest.mark.parametrize(
    ("text", "read", "errors"),
    [
        ("(2 a)\n(2 b c)\n(2 d)\n", ["(2 a)", "(2 d)"], ["2:1"]),
        ("(2 a)\n(9 b)\n(2 d)\n", ["(2 a)", "(2 d)"], ["2:1"]),
        ("(2 a)\n(3 (2 b) (1 c)\n(2 d)\n(2 e)\n", ["(2 a)", "(2 d)", "(2 e)"], ["2:1"]),
        ("(2 a)\n(3 (2 b) (1 c)\n(2 d)\n(2 e))\n(2 f)", ["(2 a)", "(2 d)", "(2 e)", "(2 f)"], ["2:1", "4:6"]),
        ("(2 a) stray ) (2 b)", ["(2 a)", "(2 b)"], ["1:7"]),
        ("(2 a))\n(2 b)\n", ["(2 a)", "(2 b)"], ["1:6"]),
        ("( (1 (2 a)\n  (2 b))\n( (1 (2 c)\n  (2 d)) )\n", ["(1 (2 c) (2 d))"], ["1:1"]),
        ("(1\n(2 a)\n(2 b))\n(1\n(2 c)\n(2 d e))\n(2 f)", ["(1 (2 a) (2 b))", "(2 f)"], ["6:1"]),
        ("(2 a)\n# (2 comment\n\n(2 b", ["(2 a)"], ["4:1"]),
        ("(1 (2 a)\n  (2 b))", ["(1 (2 a) (2 b))"], []),
    ],
)
def test_bad_trees_are_skipped_and_told(text: str, read: list[str], errors: list[str]) -> None:
    assert skipping(text, classes=5) == (read, errors)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"<text>: there is no tree; {A_TREE}"),
        ("(2 a b)", "<text>:1:1: this leaf has 2 words"),
        ("(2 a b)\n)", "<text>:1:1: all 2 sentences are malformed; the first: this leaf has 2 words"),
    ],
)
def test_file_without_valid_tree_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        skipping(text)
    assert str(error.value).startswith(message)


@given(trees())
def test_without_errors_nothing_is_skipped(tree: Tree) -> None:
    assert skipping(f"{tree}\n{tree}\n", classes=5) == ([str(tree)] * 2, [])


def test_many_errors_take_no_longer_than_many_trees() -> None:
    text = "(1 (2 a b)\n" * 20_000 + "(2 b)" + ")" * 20_000
    assert skipping(text, classes=5)[0] == ["(2 b)"]


def test_files_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes("(1 (2 caf\xe9) (2 noir))".encode("latin-1"))
    assert read_trees(tmp_path / "latin.txt", classes=5, encoding="latin-1")[0].words == ("caf\xe9", "noir")
    assert read_nary(tmp_path / "latin.txt", encoding="cp1252")[0].words == ("caf\xe9", "noir")
    with pytest.raises(
        InputError, match=r"latin.txt:1:10: byte 0xe9 is not UTF-8; .* its encoding, such as encoding='latin-1'"
    ):
        read_trees(tmp_path / "latin.txt")
    with pytest.raises(InputError, match="encoding 'klingon': must be the name of a text encoding"):
        read_trees(tmp_path / "latin.txt", encoding="klingon")
