"""Bottom-up search over merges of neighbours: greedy or with a beam, batched over sentences."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from treenn.parsers.recursive.gold import Gold
from treenn.parsers.recursive.merge_scorer import OUTSIDE, PARENT, MergeNetwork
from treenn.parsers.recursive.tables import Tables

_PAD = 2  # the number of padding slots on either side, as neighbours of the outermost merges
_TIE = 1e-5  # the leftmost wins ties within this tolerance, since the last bits depend on the rest of the batch


class Sentences(NamedTuple):
    """The sentences of a batch, longest first, and the options of a search during training.

    Shape:
        `S` sentences.

    Args:
        starts: `(S,)` the row of each sentence's first word.
        lengths: `(S,)` the number of words.
        gold: the gold brackets; required by the options below (default: None).
        margin: `(S,)` the cost added to the score of a wrong span, for loss-augmented search (default: None).
        faithful: `(S,)` whether to restrict the search to correct merges (default: None).
    """

    starts: Tensor
    lengths: Tensor
    gold: Gold | None = None
    margin: Tensor | None = None
    faithful: Tensor | None = None


class MergeStep(NamedTuple):
    """The candidate merges of one step, for the sentences that are not finished, which come first.

    Shape:
        `s` sentences, `k` beam items each, `c` slots.

    Args:
        merges: `(s, k, c)` merge ids, 0 for none.
        right: `(s, k, c)` whether a merge is correct: it splits no gold bracket that can still be built (None: no gold
            brackets).
    """

    merges: Tensor
    right: Tensor | None


class SearchResult(NamedTuple):
    """The tables of a search, its candidates and its best derivations.

    Shape:
        `S` sentences, `T` steps.

    Args:
        tables: the nodes and the merges.
        steps: the candidates of each step.
        chosen: `(S, T)` the merge ids of each sentence's best tree in order, padded with 0.
        totals: `(S, T)` the cumulative scores, including margins, padded with the total.
    """

    tables: Tables
    steps: list[MergeStep]
    chosen: Tensor
    totals: Tensor


class _Beam(NamedTuple):
    """The beam of each sentence, best item first.

    Shape:
        `s` sentences, `k` items each, `m` slots: two of padding, the current nodes from left to right, two or more of
        padding.

    Args:
        nodes: `(s, k, m)` the row of the node in each slot.
        ends: `(s, k, m)` the end of its span, exclusive.
        merges: `(s, k, m)` the id of the merge of each slot with its right neighbour, 0 for none.
        totals: `(s, k)` the cumulative score, minus infinity for empty items.
        names: `(s, k)` the hash of the item's set of brackets.
    """

    nodes: Tensor
    ends: Tensor
    merges: Tensor
    totals: Tensor
    names: Tensor


@torch.no_grad()
def search(network: MergeNetwork, x: Tensor, sentences: Sentences, width: int = 1) -> SearchResult:
    """Merge neighbours until one node is left, keeping the `width` best partial trees.

    A merge changes only the parents and scores next to it, so a step computes nothing else. Of items with equal
    brackets, which have the same continuations, only the best is kept.

    Args:
        network: the composition and the scorer.
        x: `(W, x)` the word vectors of all sentences.
        sentences: the batch.
        width: the beam width; 1 is greedy search (default: 1).
    """
    lengths = sentences.lengths
    tables = Tables(network, x, int((lengths - 1).sum()), width)
    beam, steps, pointers = _first(tables, sentences), list[MergeStep](), list[tuple[Tensor, Tensor, Tensor]]()
    for done in range(int(lengths[0]) - 1):
        beam = _Beam(*(part[: int((lengths > done + 1).sum())] for part in beam))
        step = MergeStep(beam.merges, None if sentences.gold is None else _right(beam, sentences.gold))
        parents, slots, beam = _choose(_values(tables, beam, sentences, step), beam, width)
        steps.append(step)
        pointers.append((parents, beam.merges.gather(2, slots[:, :, None]).squeeze(2), beam.totals))
        beam = _merged(tables, beam, slots)
    return SearchResult(tables, steps, *_backtrace(pointers, tables, len(lengths)))


def _first(tables: Tables, sentences: Sentences) -> _Beam:
    """Build the initial beam: one node per word, and the merges of all neighbours."""
    position = torch.arange(-_PAD, int(sentences.lengths[0]) + _PAD)
    lengths = sentences.lengths[:, None]
    mask = (position >= 0) & (position < lengths)  # (S, m)
    nodes = (1 + sentences.starts[:, None] + position).where(mask, OUTSIDE)[:, None]
    ends = (position + 1).clamp(min=0).minimum(lengths)[:, None]
    slots = torch.arange(len(position)).expand_as(nodes)
    merges = tables.merges_at(nodes, slots, torch.zeros_like(slots))
    start = lengths.new_zeros(len(lengths), 1)
    return _Beam(nodes, ends, merges, tables.scores.new_zeros(len(lengths), 1), start)


def _spans(beam: _Beam) -> tuple[Tensor, Tensor, Tensor]:
    """Return the start, the split point and the end of the merge of each slot with its right neighbour."""
    ends = beam.ends
    return torch.cat([ends[:, :, :1], ends[:, :, :-1]], 2), ends, torch.cat([ends[:, :, 1:], ends[:, :, -1:]], 2)


def _right(beam: _Beam, gold: Gold) -> Tensor:
    """Return the mask of correct merges: a merge is correct if it splits no gold bracket that can still be built.

    A merge removes the boundary between two nodes. A bracket can be built while both of its ends are boundaries, and is
    complete if no boundary is left between them.
    """
    n_sentences, width, _ = beam.ends.shape
    starts, ends = (part[:n_sentences, None].expand(-1, width, -1) for part in (gold.starts, gold.ends))
    meets = beam.ends.new_zeros(n_sentences, width, gold.wrong.shape[1]).scatter_(2, beam.ends, 1)
    before = meets.cumsum(2) - meets
    inside = before.gather(2, ends) - before.gather(2, starts) - meets.gather(2, starts)
    wanted = meets.gather(2, starts) * meets.gather(2, ends) * (inside > 0)
    parted = torch.zeros_like(meets).scatter_add_(2, starts, wanted).scatter_add_(2, ends, wanted)
    return parted.gather(2, beam.ends) == 0


def _values(tables: Tables, beam: _Beam, sentences: Sentences, step: MergeStep) -> Tensor:
    """Compute the score of each partial tree after each of its candidate merges. Shape: `(s, k, m)`."""
    values = beam.totals[:, :, None] + tables.scores[beam.merges]
    n_sentences = len(values)
    if sentences.gold is not None and sentences.margin is not None:
        starts, _, ends = _spans(beam)
        wrong = sentences.gold.wrong[:n_sentences]
        crosses = wrong.flatten(1).gather(1, (starts * wrong.shape[1] + ends).flatten(1)).view_as(values)
        values = values + sentences.margin[:n_sentences, None, None] * crosses
    if step.right is not None and sentences.faithful is not None:
        barred = sentences.faithful[:n_sentences, None, None] & ~step.right
        values = values.masked_fill(barred, -torch.inf)
    return values


def _choose(values: Tensor, beam: _Beam, width: int) -> tuple[Tensor, Tensor, _Beam]:
    """Select the best merges, and return each new item's parent, its slot to merge, and the parents' beam."""
    flat, names, n_slots = values.flatten(1), beam.names, values.shape[2]
    if width == 1:
        best = flat.amax(1, keepdim=True)
        picks = (flat >= best - _TIE).byte().argmax(1, keepdim=True)
    else:
        starts, _, ends = _spans(beam)
        flat_names = (names[:, :, None] + _name(starts, ends)).flatten(1)
        picks, flat = _best_of_each_name(flat, flat_names, width)
        names = flat_names.gather(1, picks)
    parents, slots = picks // n_slots, picks % n_slots
    rows = parents[:, :, None].expand(-1, -1, n_slots)
    nodes, ends, merges = (part.gather(1, rows) for part in (beam.nodes, beam.ends, beam.merges))
    if width == 1:
        names = names.gather(1, parents)
    return parents, slots, _Beam(nodes, ends, merges, flat.gather(1, picks), names)


def _name(starts: Tensor, ends: Tensor) -> Tensor:
    """Hash each span to 64 bits; the sum over brackets identifies their set (Zobrist hashing)."""
    mixed = (starts * 0x1F123BB5 + ends + 1) * -0x61C8864680B583EB  # splitmix64: multiply, shift, and again
    mixed = (mixed ^ (mixed >> 30)) * -0x40A7B892E31B1A47
    return (mixed ^ (mixed >> 27)) * -0x6B2FB644ECCEEE15


def _best_of_each_name(values: Tensor, names: Tensor, width: int) -> tuple[Tensor, Tensor]:
    """Return the indices of the best values of distinct hashes, best first, and all values, with duplicates at -inf."""
    order = (values / _TIE).round().argsort(dim=1, descending=True, stable=True)
    by_name, places = names.gather(1, order).sort(dim=1, stable=True)
    again = torch.zeros_like(values, dtype=torch.bool)
    again.scatter_(1, order.gather(1, places[:, 1:]), by_name[:, 1:] == by_name[:, :-1])
    first = again.gather(1, order).byte().argsort(dim=1, stable=True)[:, :width]
    return order.gather(1, first), values.masked_fill(again, -torch.inf)


def _merged(tables: Tables, beam: _Beam, slots: Tensor) -> _Beam:
    """Return the beam after the merges: a parent replaces its left child, and later slots shift."""
    dead = beam.totals[:, :, None] == -torch.inf
    position, at = torch.arange(beam.nodes.shape[2] - 1), slots[:, :, None]
    parents = tables.merges[beam.merges.gather(2, at), PARENT]
    at = at.clamp(1, len(position) - 1)  # the slot of an empty item is arbitrary
    nodes = beam.nodes.gather(2, position + (position > at)).scatter(2, at, parents).masked_fill(dead, OUTSIDE)
    ends, merges = (part.gather(2, position + (position >= at)) for part in (beam.ends, beam.merges))
    merges = merges.scatter(2, at, 0).scatter(2, at - 1, 0).masked_fill(dead, 0)
    around = (at + torch.tensor(tables.network.scorer.changed)).clamp(0, len(position) - 1)
    known = tables.merges[merges.gather(2, around), PARENT]
    merges = merges.scatter(2, around, tables.merges_at(nodes, around, known))
    return _Beam(nodes, ends, merges, beam.totals, beam.names)


def _backtrace(
    pointers: list[tuple[Tensor, Tensor, Tensor]], tables: Tables, n_sentences: int
) -> tuple[Tensor, Tensor]:
    """Backtrace the merges of each sentence's best tree and the cumulative scores from the last beam."""
    chosen = torch.zeros(n_sentences, len(pointers), dtype=torch.int64)
    totals = tables.scores.new_zeros(chosen.shape)
    at = torch.zeros(n_sentences, 1, dtype=torch.int64)
    for done, (parents, merges, so_far) in reversed(list(enumerate(pointers))):
        active = len(parents)
        chosen[:active, done : done + 1] = merges.gather(1, at[:active])
        totals[:active, done : done + 1] = so_far.gather(1, at[:active])
        at[:active] = parents.gather(1, at[:active])
    last = (chosen != 0).sum(1, keepdim=True) - 1
    return chosen, totals.gather(1, torch.arange(len(pointers)).minimum(last.clamp(min=0)))
