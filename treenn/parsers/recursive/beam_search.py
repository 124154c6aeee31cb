"""Building trees by merging neighbours: greedy, or with a beam, all sentences of a batch one step at a time."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from treenn.parsers.recursive.gold import Gold
from treenn.parsers.recursive.merge_scorer import MergeNetwork
from treenn.parsers.recursive.scorers import OUTSIDE, PARENT
from treenn.parsers.recursive.tables import Tables

_PAD = 2  # slots outside on either side, so that every merge has neighbours of its neighbours
_TIE = 1e-5  # scores this near are equal and the leftmost wins: the last bits depend on the rest of the batch


class Sentences(NamedTuple):
    """Where the words of each sentence are, the longest sentence first, and what a search in training is told.

    Shape: `S` sentences.

    Args:
        starts: `(S,)` the row of each sentence's first word.
        lengths: `(S,)` how many words it has.
        gold: the right trees; without them there is nothing below.
        margin: `(S,)` what a wrong span adds to the score of its merge, as loss-augmented search wants it.
        faithful: `(S,)` whether to take only merges that are right.
    """

    starts: Tensor
    lengths: Tensor
    gold: Gold | None = None
    margin: Tensor | None = None
    faithful: Tensor | None = None


class Step(NamedTuple):
    """The merges that one step could choose from, in the sentences that were not done: the first ones.

    Shape: `s` sentences, `k` partial trees of each, `c` places.

    Args:
        merges: `(s, k, c)` their numbers, 0 where there is none.
        right: `(s, k, c)` which of them are right: they part no right bracket that could still be built. Without right
            trees, `None`.
    """

    merges: Tensor
    right: Tensor | None


class Found(NamedTuple):
    """What a search composed and scored, and what it chose.

    Shape: `S` sentences, `T` steps.

    Args:
        tables: the nodes and the merges.
        steps: what each step could choose from.
        chosen: `(S, T)` the numbers of the merges of each sentence's best tree, in order; 0 behind the last.
        totals: `(S, T)` the sums of their scores so far, with what wrong spans add; the whole sum behind the last.
    """

    tables: Tables
    steps: list[Step]
    chosen: Tensor
    totals: Tensor


class _Beam(NamedTuple):
    """The partial trees of each sentence, from the best to the worst.

    Shape: `s` sentences, `k` partial trees of each, `m` slots: two outside, the nodes that stand side by side, two or
        more outside.

    Args:
        nodes: `(s, k, m)` the row of the node in each slot.
        ends: `(s, k, m)` the place behind its last word.
        merges: `(s, k, m)` the number of the merge of each slot with the next, 0 where there is none.
        totals: `(s, k)` the scores so far; minus infinity for what is no partial tree.
        names: `(s, k)` equal where the brackets are, however they came about, and otherwise not.
    """

    nodes: Tensor
    ends: Tensor
    merges: Tensor
    totals: Tensor
    names: Tensor


@torch.no_grad()
def search(network: MergeNetwork, x: Tensor, sentences: Sentences, width: int = 1) -> Found:
    """Merge neighbours until one node is left: at each step the best merge, or those of the best partial trees.

    A merge gives new parents and new scores only to the merges beside it, so that is all that a step computes. Partial
    trees of the same brackets are one, the better of them: what follows is the same for both.

    Args:
        network: what composes and scores.
        x: `(W, x)` the vectors of the words of all sentences.
        sentences: where these begin and end.
        width: how many partial trees a sentence keeps; with 1 the search is greedy.
    """
    lengths = sentences.lengths
    tables = Tables(network, x, int((lengths - 1).sum()), width)
    beam, steps, ways = _first(tables, sentences), list[Step](), list[tuple[Tensor, Tensor, Tensor]]()
    for done in range(int(lengths[0]) - 1):
        beam = _Beam(*(part[: int((lengths > done + 1).sum())] for part in beam))
        step = Step(beam.merges, None if sentences.gold is None else _right(beam, sentences.gold))
        parents, slots, beam = _choose(_values(tables, beam, sentences, step), beam, width)
        steps.append(step)
        ways.append((parents, beam.merges.gather(2, slots[:, :, None]).squeeze(2), beam.totals))
        beam = _merged(tables, beam, slots)
    return Found(tables, steps, *_way_back(ways, tables, len(lengths)))


def _first(tables: Tables, sentences: Sentences) -> _Beam:
    """Every word a node, and the merges of all neighbours."""
    place = torch.arange(-_PAD, int(sentences.lengths[0]) + _PAD)
    lengths = sentences.lengths[:, None]
    there = (place >= 0) & (place < lengths)
    nodes = (1 + sentences.starts[:, None] + place).where(there, OUTSIDE)[:, None]
    ends = (place + 1).clamp(min=0).minimum(lengths)[:, None]
    slots = torch.arange(len(place)).expand_as(nodes)
    merges = tables.merges_at(nodes, slots, torch.zeros_like(slots))
    start = lengths.new_zeros(len(lengths), 1)
    return _Beam(nodes, ends, merges, tables.scores.new_zeros(len(lengths), 1), start)


def _spans(beam: _Beam) -> tuple[Tensor, Tensor, Tensor]:
    """Where the merge of each slot with the next begins, where its halves meet, and where it ends."""
    ends = beam.ends
    return torch.cat([ends[:, :, :1], ends[:, :, :-1]], 2), ends, torch.cat([ends[:, :, 1:], ends[:, :, -1:]], 2)


def _right(beam: _Beam, gold: Gold) -> Tensor:
    """Which merges part no bracket of the right tree that is not there yet and could be.

    Two neighbours that become one take away the place where they met. A bracket can be built while both of its ends
    are places where nodes meet, and is there when no such place is left between them.
    """
    n_sentences, width, _ = beam.ends.shape
    starts, ends = (part[:n_sentences, None].expand(-1, width, -1) for part in (gold.starts, gold.ends))
    meets = beam.ends.new_zeros(n_sentences, width, gold.wrong.shape[1]).scatter_(2, beam.ends, 1)
    before = meets.cumsum(2) - meets
    inside = before.gather(2, ends) - before.gather(2, starts) - meets.gather(2, starts)
    wanted = meets.gather(2, starts) * meets.gather(2, ends) * (inside > 0)
    parted = torch.zeros_like(meets).scatter_add_(2, starts, wanted).scatter_add_(2, ends, wanted)
    return parted.gather(2, beam.ends) == 0


def _values(tables: Tables, beam: _Beam, sentences: Sentences, step: Step) -> Tensor:
    """What each partial tree would be worth after each of its merges. Shape: `(s, k, m)`."""
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
    """The best partial trees to come: which of the old ones each comes from, the slot to merge, and the old ones."""
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
    """A number for each span; the sum over brackets names them together (Zobrist's hashing)."""
    mixed = (starts * 0x1F123BB5 + ends + 1) * -0x61C8864680B583EB  # splitmix64: multiply, shift, and again
    mixed = (mixed ^ (mixed >> 30)) * -0x40A7B892E31B1A47
    return (mixed ^ (mixed >> 27)) * -0x6B2FB644ECCEEE15


def _best_of_each_name(values: Tensor, names: Tensor, width: int) -> tuple[Tensor, Tensor]:
    """The places of the best values with different names, the best first, and all values, the others' at -inf."""
    order = (values / _TIE).round().argsort(dim=1, descending=True, stable=True)
    by_name, places = names.gather(1, order).sort(dim=1, stable=True)
    again = torch.zeros_like(values, dtype=torch.bool)
    again.scatter_(1, order.gather(1, places[:, 1:]), by_name[:, 1:] == by_name[:, :-1])
    first = again.gather(1, order).byte().argsort(dim=1, stable=True)[:, :width]
    return order.gather(1, first), values.masked_fill(again, -torch.inf)


def _merged(tables: Tables, beam: _Beam, slots: Tensor) -> _Beam:
    """Each partial tree after its merge: the parent stands in the slot of its left child, the others move up."""
    dead = beam.totals[:, :, None] == -torch.inf
    place, at = torch.arange(beam.nodes.shape[2] - 1), slots[:, :, None]
    parents = tables.merges[beam.merges.gather(2, at), PARENT]
    at = at.clamp(1, len(place) - 1)  # the slot of what is no partial tree may be any
    nodes = beam.nodes.gather(2, place + (place > at)).scatter(2, at, parents).masked_fill(dead, OUTSIDE)
    ends, merges = (part.gather(2, place + (place >= at)) for part in (beam.ends, beam.merges))
    merges = merges.scatter(2, at, 0).scatter(2, at - 1, 0).masked_fill(dead, 0)
    around = (at + torch.tensor(tables.network.scorer.changed)).clamp(0, len(place) - 1)
    known = tables.merges[merges.gather(2, around), PARENT]
    merges = merges.scatter(2, around, tables.merges_at(nodes, around, known))
    return _Beam(nodes, ends, merges, beam.totals, beam.names)


def _way_back(ways: list[tuple[Tensor, Tensor, Tensor]], tables: Tables, n_sentences: int) -> tuple[Tensor, Tensor]:
    """The merges of the best tree of each sentence, which is the first of its last beam, and its totals on the way."""
    chosen = torch.zeros(n_sentences, len(ways), dtype=torch.int64)
    totals = tables.scores.new_zeros(chosen.shape)
    at = torch.zeros(n_sentences, 1, dtype=torch.int64)
    for done, (parents, merges, so_far) in reversed(list(enumerate(ways))):
        active = len(parents)
        chosen[:active, done : done + 1] = merges.gather(1, at[:active])
        totals[:active, done : done + 1] = so_far.gather(1, at[:active])
        at[:active] = parents.gather(1, at[:active])
    last = (chosen != 0).sum(1, keepdim=True) - 1
    return chosen, totals.gather(1, torch.arange(len(ways)).minimum(last.clamp(min=0)))
