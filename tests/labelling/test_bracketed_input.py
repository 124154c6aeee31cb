"""Import of treebanks: numbers and names as labels, detection, and positions of invalid labels."""

from __future__ import annotations

from pathlib import Path

import pytest

from treenn.labelling.bracketed_input import is_bracketed, read_bracketed
from treenn.trees import InputError

CLASSES = ("neg", "neu", "pos")


def labels(text: str, classes: tuple[str, ...] = CLASSES) -> list[tuple[object, ...]]:
    sources = read_bracketed(Path("trees.txt"), text, classes)
    return [source.tree.labels for source in sources if source.tree is not None]


def test_labels_are_names_or_numbers() -> None:
    assert labels("(neg (X not) (pos good))\n(neu fine)") == [(None, 2, 0), (1,)]
    assert labels("# a comment\n(0 (X not) (2 good))\n\n(1 fine)") == [(None, 2, 0), (1,)]
    assert labels("(3 (1 not) (2 good))", ("1", "2", "3")) == [(0, 1, 2)]  # names
    assert labels("(0 (1 not) (2 good))", ("1", "2", "3")) == [(1, 2, 0)]  # numbers, since 0 is no name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(neg a)\n(neg (bad not) (pos good))", "2:6: label bad: must be one of neg, neu, pos, or its number from 0"),
        ("(1 a)\n(3 b)", "2:1: label 3: must be one of"),
        ("(neg a)\n(1 b)", "2:1: label 1: must be one of"),  # names and numbers
        ("(1 a b c)", "1:1: this leaf has 3 words"),
    ],
)
def test_other_labels_are_errors(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        labels(text)
    assert str(error.value).startswith(f"trees.txt:{message}")


def test_options_of_brackets() -> None:
    text = "(neg (neu the) old (pos film))"
    [source] = read_bracketed(Path("x"), text, CLASSES, factor="right", untagged=True)
    assert (source.words, source.text) == (("the", "old", "film"), "the old film")
    assert str(source.tree) == "(0 (1 the) (X (X old) (2 film)))"


def test_files_of_treenn_label_keep_their_sentences(tmp_path: Path) -> None:
    path = tmp_path / "ann.txt"
    text = (
        "# labels: 0 neg, 1 neu, 2 pos\n# sentence: It's fine.\n(2 (1 It) (2 (1 's) (2 (2 fine) (1 .))))\n"
        "# skipped: no\n# unfinished: so\n# (0? so)\n"
    )
    path.write_text(text)
    sources = read_bracketed(path, text, CLASSES)
    assert [source.text for source in sources] == ["It's fine.", "so"]
    assert [str(source.tree) for source in sources][1] == "(0 so)"
    with pytest.raises(InputError, match="the classes of this file are neg, neu, pos; must be a, b"):
        read_bracketed(path, text, ("a", "b"))


@pytest.mark.parametrize(
    ("text", "bracketed"),
    [
        ("(1 (1 not) (0 bad))\n", True),
        ("\n# a comment\n  (1 (1 not)\n (0 bad))\n", True),
        ("(S (NP the old dog) (VP barks))", True),
        ("# labels: 0 a, 1 b\n# unfinished: x\n# (1? x)\n", True),
        ("(Not) bad\n", False),
        ("(Not bad.)\nReally.\n", False),
        ("(Not bad\n", False),
        ("Fine (so so).\n", False),
        ("# not a comment\nfine\n", False),
        ("", False),
    ],
)
def test_detection(text: str, bracketed: bool) -> None:
    assert is_bracketed(text) is bracketed
