"""Conversion of trees to and from `nltk.Tree` and `networkx.DiGraph`, which are imported on first use."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from treenn.trees.arguments import check
from treenn.trees.binarize import Factor, binarize
from treenn.trees.errors import InputError
from treenn.trees.expand import Opened, expand
from treenn.trees.nary import NaryTree, inner_children
from treenn.trees.ptb_escapes import escape, escape_label, unescape, unescape_label
from treenn.trees.tree import Label, Tree

if TYPE_CHECKING:
    import networkx
    import nltk


def to_nltk(tree: Tree | NaryTree) -> nltk.Tree:
    """Convert to an `nltk.Tree` whose leaves are `Tree(label, [word])`.

    Words and labels are escaped as in bracketed files: `(` is `-LRB-`, and a missing label is `X`. Hence
    `nltk.Tree.fromstring` can parse the text of the tree, unless a word contains whitespace.

    >>> from treenn.trees import parse_tree
    >>> to_nltk(parse_tree("(NP (DT the) (NN dog))"))
    Tree('NP', [Tree('DT', ['the']), Tree('NN', ['dog'])])
    """
    import nltk

    tree = check("tree", tree, Tree | NaryTree)
    labels = [label if isinstance(label, int) else escape_label(label) for label in tree.labels]
    nodes = [nltk.Tree(label, [escape(word)]) for label, word in zip(labels, tree.words, strict=False)]
    for label, children in zip(labels[len(nodes) :], inner_children(tree), strict=True):
        nodes.append(nltk.Tree(label, [nodes[child] for child in children]))
    return nodes[-1]


def from_nltk(tree: nltk.Tree, *, factor: Factor | None = None) -> Tree:
    """Convert an `nltk.Tree` to a binary `Tree`. Escapes are resolved, and the labels `""` and `X` become None.

    Args:
        tree: a tree whose leaves are `Tree(label, [word])`.
        factor: the direction of binarization, as in `read_trees` (default: None, a node that is not binary is an
            error).

    Raises:
        InputError: if a word is not the only child of a node, a node is empty, or, without `factor`, a node is not
            binary.
    """
    return _binary(nary_from_nltk(tree), factor)


def nary_from_nltk(tree: nltk.Tree) -> NaryTree:
    """Convert an `nltk.Tree` to a `NaryTree`, as `from_nltk` without binarization."""
    return NaryTree(*expand(tree, _open_nltk))


def to_networkx(tree: Tree | NaryTree) -> networkx.DiGraph:
    """Convert to a graph with an edge from every parent to each child.

    Nodes are the node numbers, with the attributes `label` (None for nodes without a label), `start` and `end` (the
    span of words, `end` exclusive) and, for words, `word`. The attribute `order` of an edge is the child's index.

    >>> from treenn.trees import parse_tree
    >>> graph = to_networkx(parse_tree("(3 (2 not) (1 bad))", classes=5))
    >>> list(graph.edges(data="order")), graph.nodes[0]
    ([(2, 0, 0), (2, 1, 1)], {'label': 2, 'start': 0, 'end': 1, 'word': 'not'})
    """
    import networkx

    tree = check("tree", tree, Tree | NaryTree)
    graph, n = networkx.DiGraph(), len(tree.words)
    for node, (label, word) in enumerate(zip(tree.labels, tree.words, strict=False)):
        graph.add_node(node, label=label, start=node, end=node + 1, word=word)
    for node, children in enumerate(inner_children(tree), start=n):
        start, end = graph.nodes[children[0]]["start"], graph.nodes[children[-1]]["end"]
        graph.add_node(node, label=tree.labels[node], start=start, end=end)
        graph.add_edges_from((node, child, {"order": order}) for order, child in enumerate(children))
    return graph


def from_networkx(graph: networkx.DiGraph, *, factor: Factor | None = None) -> Tree:
    """Convert a graph with any node names to a binary `Tree`; nodes are renumbered.

    Args:
        graph: edges from parents to children with the attribute `order`; leaves with the attribute `word`; nodes with
            the optional attribute `label`.
        factor: the direction of binarization, as in `read_trees` (default: None, a node that is not binary is an
            error).

    Raises:
        InputError: if the graph is not one tree with words at the leaves; the message names the node.
    """
    return _binary(nary_from_networkx(graph), factor)


def nary_from_networkx(graph: networkx.DiGraph) -> NaryTree:
    """Convert a graph to a `NaryTree`, as `from_networkx` without binarization."""
    return NaryTree(*expand(_root(graph), lambda node: _open_networkx(graph, node)))


def _binary(tree: NaryTree, factor: Factor | None) -> Tree:
    check("factor", factor, Factor | None)
    if factor is not None:
        return binarize(tree, factor, lossless=False)
    for label, children in zip(tree.labels[len(tree.words) :], tree.children, strict=True):
        if len(children) != 2:
            count = "1 child" if len(children) == 1 else f"{len(children)} children"
            raise InputError(
                f"a node labelled {label!r} has {count}, a binary tree needs 2; pass factor='right' to binarize"
            )
    return binarize(tree, lossless=False)


def _open_nltk(tree: Any) -> Opened[Any]:
    import nltk

    if not isinstance(tree, nltk.Tree):
        shown = " ".join(repr(tree)[:60].split())
        raise InputError(f"{shown}: must be an nltk.Tree; a word is the only child of its node, Tree('NN', [word])")
    label = _label(tree.label(), "a node")
    label = unescape_label(label) if isinstance(label, str) else label
    if len(tree) == 0:
        raise InputError(f"the node labelled {label!r} has neither a word nor children")
    return label, unescape(tree[0]) if len(tree) == 1 and isinstance(tree[0], str) else tree


def _open_networkx(graph: networkx.DiGraph, node: Hashable) -> Opened[Hashable]:
    attributes, children = graph.nodes[node], graph.adj[node]
    label, word = _label(attributes.get("label"), f"node {node!r}"), attributes.get("word")
    if not children and not isinstance(word, str):
        raise InputError(f"node {node!r} has no children, so it needs a word; its attribute word is {word!r}")
    if not children:
        return label, word
    if word is not None:
        raise InputError(f"node {node!r} has children and the word {word!r}; only nodes without children are words")
    order = {child: children[child].get("order") for child in children}
    if not all(isinstance(index, int) for index in order.values()) or len(set(order.values())) < len(order):
        raise InputError(
            f"the edges from node {node!r} have the orders {list(order.values())}; "
            "the attribute order must be whole numbers that increase from left to right"
        )
    return label, sorted(order, key=order.__getitem__)


def _root(graph: networkx.DiGraph) -> Hashable:
    import networkx

    if not isinstance(graph, networkx.DiGraph) or graph.is_multigraph():
        raise InputError(f"graph of type {type(graph).__name__}: must be a networkx.DiGraph")
    roots: list[Hashable] = [node for node, degree in graph.in_degree() if degree == 0]
    if len(roots) != 1:
        raise InputError(f"this graph has {len(roots)} nodes without a parent, {roots[:5]}; a tree has exactly one")
    for node, degree in graph.in_degree():
        if degree > 1:
            parents = list(graph.predecessors(node))[:5]
            raise InputError(f"node {node!r} has {degree} parents, {parents}; it must have one")
    if not networkx.is_arborescence(graph):
        cycle = networkx.find_cycle(graph)
        raise InputError(f"the nodes {[parent for parent, _ in cycle][:5]} are on a cycle; a tree has none")
    return roots[0]


def _label(label: Any, where: str) -> Label:
    if label is None or isinstance(label, (int, str)):
        return label
    raise InputError(f"label {label!r} of {where}: must be a whole number, a string or None")
