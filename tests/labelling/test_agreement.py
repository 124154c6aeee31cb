"""Agreement against definitions: contingency tables, coincidence matrices and published examples."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from agreement_oracles import alpha, kappa
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from treenn.labelling.agreement import compare_annotations
from treenn.labelling.annotations import Annotations
from treenn.labelling.coefficients import coefficients
from treenn.labelling.entry import Entry
from treenn.trees import InputError, parse_tree

CLASSES = ("neg", "neu", "pos")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=40))
def test_coefficients_equal_their_definitions(pairs: list[tuple[int, int]]) -> None:
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    found = coefficients(first, second, 4)
    assert found.items == len(pairs)
    assert found.agreed == sum(a == b for a, b in pairs)
    assert sum(map(sum, found.confusion)) == len(pairs)
    if len({*first, *second}) == 1:
        assert (found.kappa, found.alpha, found.ordinal_alpha) == (None, None, None)
        return
    for value, power in ((found.kappa, 0), (found.linear_kappa, 1), (found.quadratic_kappa, 2)):
        assert value == pytest.approx(kappa(first, second, 4, power))
    assert found.alpha == pytest.approx(alpha(first, second, 4, ordinal=False))
    assert found.ordinal_alpha == pytest.approx(alpha(first, second, 4, ordinal=True))


def test_published_examples() -> None:
    """Krippendorff 2011, "Computing Krippendorff's alpha-reliability", sections A and B."""
    assert coefficients([0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0], 2).alpha == pytest.approx(
        0.095, abs=5e-4
    )
    ben, gerry = ([ord(letter) - ord("a") for letter in letters] for letters in ("aabbdcccedda", "babbbccceddd"))
    assert coefficients(ben, gerry, 5).alpha == pytest.approx(0.692, abs=5e-4)


def test_nominal_classes_have_no_weights() -> None:
    found = coefficients([0, 1, 2], [0, 2, 1], 3, "nominal")
    assert (found.linear_kappa, found.quadratic_kappa, found.ordinal_alpha) == (None, None, None)
    assert found.kappa is not None


def annotated(name: str | None, *entries: tuple[str, str] | Entry) -> Annotations:
    made = [
        entry if isinstance(entry, Entry) else Entry.labelled(entry[0], parse_tree(entry[1], classes=3))
        for entry in entries
    ]
    return Annotations(Path(f"{name or 'file'}.txt"), CLASSES, tuple(made), name)


FIRST = annotated(
    "ann",
    ("not very good", "(0 (1 not) (2 (1 very) (2 good)))"),
    ("a  film", "(1 (1 a) (X film))"),
    ("twice", "(2 twice)"),
    ("twice", "(0 twice)"),
    ("it's", "(1 (1 it) (1 's))"),
    ("only ann", "(1 (1 only) (1 ann))"),
    Entry("skipped by ann", skipped=True),
)
SECOND = annotated(
    None,
    ("twice", "(2 twice)"),
    ("a film", "(X (2 a) (1 film))"),
    ("it's", "(2 it's)"),
    ("not very good", "(0 (1 (1 not) (0 very)) (2 good))"),
    ("twice", "(1 twice)"),
    ("skipped by ann", "(1 (1 skipped) (1 (1 by) (1 ann)))"),
)


def test_sentences_and_spans_are_matched() -> None:
    found = compare_annotations(FIRST, SECOND)
    assert (found.first, found.second) == ("ann", "file.txt")
    assert (found.sentences, found.only_first, found.only_second) == (5, 1, 1)
    assert (found.other_words, found.other_structure, found.bracket_f1) == (1, 1, 0.0)
    assert (found.roots.items, found.roots.agreed) == (4, 2)  # "a film" has no label as a whole
    # not very good, not, very, good; a; twice, twice
    assert (found.spans.items, found.spans.agreed) == (7, 4)
    assert [(each.phrase, each.is_sentence, each.first, each.second) for each in found.disagreements] == [
        ("twice", True, "neg", "neu"),
        ("it 's", True, "neu", "pos"),
        ("very", False, "neu", "neg"),
        ("a", False, "neu", "pos"),
    ]


def test_distant_disagreements_come_first() -> None:
    first, second = annotated("a", ("a b", "(0 (0 a) (1 b))")), annotated("b", ("a b", "(1 (2 a) (1 b))"))
    assert [each.phrase for each in compare_annotations(first, second).disagreements] == ["a", "a b"]
    assert [each.phrase for each in compare_annotations(first, second, "nominal").disagreements] == ["a b", "a"]


def test_brackets_of_equal_sentences() -> None:
    """F1 over sentences against scikit-learn on the spans."""
    texts = ["(X (X a) (X (X b) (X (X c) (X d))))", "(X (X (X a) (X b)) (X (X c) (X d)))"]
    first, second = annotated("a", ("x", texts[0])), annotated("b", ("x", texts[1]))
    found = compare_annotations(first, second)
    spans = [(1, 4), (2, 4), (0, 2)]
    assert found.bracket_f1 == pytest.approx(
        f1_score([span in ((1, 4), (2, 4)) for span in spans], [span in ((0, 2), (2, 4)) for span in spans])
    )
    assert (found.roots.items, found.roots.kappa, found.spans.items) == (0, None, 0)


def test_the_scale_is_that_of_the_file() -> None:
    nominal = compare_annotations(replace(FIRST, scale="nominal"), SECOND)
    assert (nominal.scale, nominal.roots.linear_kappa) == ("nominal", None)
    assert compare_annotations(replace(FIRST, scale="nominal"), SECOND, "ordinal").scale == "ordinal"


def test_a_file_agrees_with_itself() -> None:
    found = compare_annotations(FIRST, FIRST)
    assert (found.roots.kappa, found.spans.alpha, found.spans.quadratic_kappa, found.bracket_f1) == (1, 1, 1, 1)
    assert found.disagreements == ()


def test_what_cannot_be_compared() -> None:
    with pytest.raises(InputError, match=r"b.txt:1: the classes are x, y; must be those of ann.txt: neg, neu, pos"):
        compare_annotations(FIRST, Annotations(Path("b.txt"), ("x", "y"), ()))
    with pytest.raises(InputError, match=r"b.txt: no sentence is labelled both here and in ann.txt"):
        compare_annotations(FIRST, annotated("b", ("other", "(1 other)")))


def test_agreement_is_displayed_as_a_table() -> None:
    first = annotated("ann", ("not bad", "(2 (1 not) (0 bad))"))
    result = compare_annotations(first, annotated("<b>", ("not bad", "(1 (1 not) (0 bad))")))
    assert repr(result) == "Agreement('ann', '<b>', sentences=1, disagreements=1)"
    rows = [[cell.text for cell in row] for row in ElementTree.fromstring(result._repr_html_()).iter("tr")]
    assert rows[:3] == [
        [None, "sentences", "phrases and words"],
        ["labelled by both", "1", "3"],
        ["equal labels, %", "0.0", "66.7"],
    ]
