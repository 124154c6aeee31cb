"""Dependencies as binary trees: by hand, compared with recursion on projective trees, and very deep."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treenn.parsers.head_final import binarize_by_head
from treenn.trees import DependencyTree, Tree


@pytest.mark.parametrize(
    ("sentence", "tree"),
    [
        ("a:0", "(X a)"),
        ("Critics:2:nsubj like:0:root films:2:obj", "(X (X Critics) (X (X like) (X films)))"),
        # the noun has its determiner before what follows it, the preposition after: "of [[the end] [of it]]"
        (
            "of:3:case the:3:det end:0:root of:5:case it:3:nmod",
            "(X (X of) (X (X (X the) (X end)) (X (X of) (X it))))",
        ),
        # all between the noun and its outermost modifier goes with it
        ("a:4:det very:3:advmod odd:4:amod film:0:root", "(X (X a) (X (X (X very) (X odd)) (X film)))"),
        ("his:3:nmod:poss own:3:amod film:0:root that:3:acl", "(X (X (X his) (X (X own) (X film))) (X that))"),
        # crossing: "on it" depends on "hearing", across "is set", and is attached to the latter
        (
            "a:2:det hearing:4:nsubj is:4:aux set:0:root on:2:case",
            "(X (X (X a) (X hearing)) (X (X is) (X (X set) (X on))))",
        ),
        ("w:3 x:4 y:0 z:3", "(X (X w) (X (X x) (X (X y) (X z))))"),
    ],
)  # fmt: skip
def test_by_hand(sentence: str, tree: str) -> None:
    rows = [token.split(":", 2) for token in sentence.split()]
    words, heads = tuple(row[0] for row in rows), tuple(int(row[1]) - 1 for row in rows)
    relations = tuple(row[2] if len(row) > 2 else None for row in rows)
    assert str(binarize_by_head(DependencyTree(words, heads, relations))) == tree


@st.composite
def projective(draw: st.DrawFn) -> DependencyTree:
    n = draw(st.integers(1, 12))
    heads = [-1] * n
    todo = [(0, n, -1)]
    while todo:
        start, end, head = todo.pop()
        if start == end:
            continue
        if head >= 0 and end - start > 1 and draw(st.booleans()):  # two adjacent dependents
            middle = draw(st.integers(start + 1, end - 1))
            todo += [(start, middle, head), (middle, end, head)]
            continue
        root = draw(st.integers(start, end - 1))
        heads[root] = head
        todo += [(start, root, root), (root + 1, end, root)]
    relations = draw(st.lists(st.sampled_from(["det", "amod", "nsubj", "punct", None]), min_size=n, max_size=n))
    return DependencyTree(tuple(f"w{i}" for i in range(n)), tuple(heads), tuple(relations))


def nested(tree: DependencyTree, head: int) -> str:
    """The rule as recursion."""
    left, right = ([d for d in tree.children[head] if (d < head) == side] for side in (True, False))
    outermost = next((at for at, d in enumerate(left) if tree.relations[d] in ("det", "amod")), len(left))
    text = f"(X {tree.words[head]})"
    for d in left[outermost:][::-1]:
        text = f"(X {nested(tree, d)} {text})"
    for d in right:
        text = f"(X {text} {nested(tree, d)})"
    for d in left[:outermost][::-1]:
        text = f"(X {nested(tree, d)} {text})"
    return text


@given(projective())
def test_where_nothing_crosses_it_is_the_rule(tree: DependencyTree) -> None:
    assert str(binarize_by_head(tree)) == nested(tree, tree.root)


@given(st.data())
def test_any_dependencies_have_a_binary_tree(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 12))
    order = data.draw(st.permutations(range(n)))
    heads = [-1] * n
    for at, word in enumerate(order[1:], start=1):
        heads[word] = order[data.draw(st.integers(0, at - 1))]
    dependencies = DependencyTree(tuple(f"w{i}" for i in range(n)), tuple(heads))
    assert isinstance(binarize_by_head(dependencies), Tree)


@pytest.mark.parametrize("n", [3_000, pytest.param(100_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("step", [1, 2, -1])
def test_deep_and_wide_trees(step: int, n: int) -> None:
    heads = {1: tuple(range(-1, n - 1)), -1: (*range(1, n), -1), 2: (-1, *[0] * (n - 1))}[step]
    assert binarize_by_head(DependencyTree(("w",) * n, heads)).root == 2 * n - 2
