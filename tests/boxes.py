"""Overlap of boxes, and arrows that cross other nodes' boxes, in a drawing."""

from __future__ import annotations

from itertools import combinations, pairwise

import networkx

from treenn.explain.picture import HALF_HEIGHT, half_width, route

Box = tuple[float, float, float, float]


def box(node: dict) -> Box:
    """left, bottom, right, top."""
    x, y = node["place"]
    return x - half_width(node), y - HALF_HEIGHT, x + half_width(node), y + HALF_HEIGHT


def overlapping(graph: networkx.DiGraph) -> list[tuple]:
    """Pairs of overlapping boxes."""
    boxes = {key: box(node) for key, node in graph.nodes.items()}
    return [
        (a, b)
        for a, b in combinations(boxes, 2)
        if boxes[a][0] < boxes[b][2]
        and boxes[b][0] < boxes[a][2]
        and boxes[a][1] < boxes[b][3]
        and boxes[b][1] < boxes[a][3]
    ]


def crossed(graph: networkx.DiGraph) -> list[tuple]:
    """Arrows that cross a box other than those at their ends."""
    boxes = {key: box(node) for key, node in graph.nodes.items()}
    return [
        (edge, key)
        for edge in graph.edges
        for key, (left, bottom, right, top) in boxes.items()
        if key not in edge and any(left < x < right and bottom < y < top for x, y in _points(graph, *edge))
    ]


def _points(graph: networkx.DiGraph, start, end):
    for (ax, ay), (bx, by) in pairwise(route(graph, start, end)):
        yield from ((ax + (bx - ax) * k / 40, ay + (by - ay) * k / 40) for k in range(41))
