from itertools import combinations
from xml.etree import ElementTree

import pytest
from dependencies import chain, dependency_trees, star
from hypothesis import given
from strategies import CATEGORIES, CLASSES, left_chain, nary_trees, right_chain

from treenn.trees import DependencyTree, InputError, NaryTree, Tree, draw_svg, palette, parse_tree

NAMESPACE = "{http://www.w3.org/2000/svg}"


def parts(tree: Tree | NaryTree | DependencyTree, name: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(draw_svg(tree)).iter(NAMESPACE + name))


def boxes(tree: Tree | NaryTree | DependencyTree) -> list[tuple[float, float, float, float]]:
    _, *rects = parts(tree, "rect")
    return [tuple(float(rect.attrib[key]) for key in ("x", "y", "width", "height")) for rect in rects]


def overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    (ax, ay, aw, ah), (bx, by, bw, bh) = one, other
    return not (ax + aw <= bx or bx + bw <= ax or ay + ah <= by or by + bh <= ay)


def test_a_small_tree() -> None:
    tree = parse_tree("(3 (2 not) (1 bad))", classes=5)
    [title], [description] = parts(tree, "title"), parts(tree, "desc")
    assert title.text == "Tree over 2 words, label 3 at the root"
    assert description.text == "not bad"
    assert [text.text for text in parts(tree, "text")] == ["2", "1", "3", "not", "bad"]
    background, *rects = parts(tree, "rect")
    assert background.attrib["fill"] == "#ffffff"
    assert [rect.attrib["fill"] for rect in rects] == [palette(5)[label] for label in (2, 1, 3)]
    root = ElementTree.fromstring(draw_svg(tree))
    assert root.attrib["role"] == "img"
    assert root.attrib["viewBox"] == f"0 0 {root.attrib['width']} {root.attrib['height']}"


@given(nary_trees(labels=CLASSES | CATEGORIES))
def test_all_nodes_are_inside_the_picture(tree: NaryTree) -> None:
    root = ElementTree.fromstring(draw_svg(tree))
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    assert len(boxes(tree)) + len(parts(tree, "circle")) == len(tree.labels)
    assert len(parts(tree, "path")) == len(tree.children)
    words = parts(tree, "text")[-len(tree.words) :]
    assert [word.text for word in words] == [word.replace("\u00a0", r"\xa0") for word in tree.words]
    assert sorted(words, key=lambda word: float(word.attrib["x"])) == words
    for x, y, w, h in boxes(tree):
        assert 0 <= x <= x + w <= width
        assert 0 <= y <= y + h <= height


@given(nary_trees(labels=CATEGORIES))
def test_boxes_do_not_overlap(tree: NaryTree) -> None:
    assert not any(overlap(*pair) for pair in combinations(boxes(tree), 2))


@given(nary_trees())
def test_parents_are_above_their_children(tree: NaryTree) -> None:
    labelled = NaryTree(tree.words, tree.children, (2,) * len(tree.labels))
    ys = [y for _, y, _, _ in boxes(labelled)]
    for node, children in enumerate(tree.children, start=len(tree.words)):
        assert all(ys[node] < ys[child] for child in children)


@pytest.mark.parametrize("word", ["<b>&amp;\"'", "\x00\x1b[31m", "\ufffe", "\ud800", "]]>"])
def test_words_cannot_break_the_xml(word: str) -> None:
    [_, text] = parts(Tree((word,), (), (word,)), "text")
    assert text.text
    assert draw_svg(Tree((word,), (), (word,))).encode("utf-8")


def test_labels_outside_the_scale_are_refused() -> None:
    with pytest.raises(InputError, match="label 5 is outside the scale, 0 to 4; pass classes=6"):
        draw_svg(Tree(("a",), (), (5,)))
    assert "5" in draw_svg(Tree(("a",), (), (5,)), classes=6)


@given(dependency_trees())
def test_dependents_are_below_their_heads(tree: DependencyTree) -> None:
    root = ElementTree.fromstring(draw_svg(tree))
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    words = boxes(tree)
    assert len(words) == len(tree)
    assert not any(overlap(*pair) for pair in combinations(words, 2))
    assert [x for x, _, _, _ in words] == sorted(x for x, _, _, _ in words)
    assert all(0 <= x <= x + w <= width and 0 <= y <= y + h <= height for x, y, w, h in words)
    for word, head in enumerate(tree.heads):
        assert head < 0 or words[head][1] + words[head][3] < words[word][1]
    assert len(parts(tree, "path")) == sum(map(bool, tree.children))


def test_dependency_trees_have_relations_and_colours() -> None:
    tree = DependencyTree(("dogs", "bark"), (1, -1), ("nsubj", None), (4, None))
    assert [text.text for text in parts(tree, "text")] == ["dogs", "nsubj", "bark"]
    assert parts(tree, "rect")[1].attrib["fill"] == palette(5)[4]
    assert parts(tree, "title")[0].text == "Tree over 2 words, a dependency tree"


@pytest.mark.parametrize("make", [left_chain, right_chain, chain, star])
def test_deep_trees_have_a_maximum_height(make) -> None:
    drawn = draw_svg(make(3_000))
    assert len(drawn) < 2e6
    head = drawn[: drawn.index(">")]
    assert float(head.split('height="')[1].rstrip('"')) < 2000


def test_marked_nodes_have_a_thick_border() -> None:
    tree = parse_tree("(3 (2 not) (1 bad))", classes=5)
    root = ElementTree.fromstring(draw_svg(tree, marked={1}))
    assert [text.text for text in root.iter(NAMESPACE + "text")] == ["2", "1*", "3", "not", "bad"]
    _, *rects = root.iter(NAMESPACE + "rect")
    assert [rect.attrib.get("stroke-width") for rect in rects] == [None, "3", None]
