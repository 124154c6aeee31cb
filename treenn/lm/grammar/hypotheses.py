"""`Hypotheses`: many stacks at once, action by action, as paths in one table of elements."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from treenn.lm.grammar.grammar import Grammar
from treenn.lm.grammar.stack_lstm import State
from treenn.lm.grammar.transitions import TopDown
from treenn.runtime.arrays import IntArray

_ROOM = 1024


class _Columns(NamedTuple):
    """The elements of all stacks, one per row; row 0 is the bottom of every stack.

    Shape: `R` rows.

    Args:
        below: `(R,)` the row of the element below.
        category: `(R,)` the category of an open node, -1 for a word or a complete node.
        size: `(R,)` the size of the stack up to the element.
        n_open: `(R,)` the number of open nodes in it.
        arity: `(R,)` the number of complete elements from the element down to the innermost open node.
        permitted: `(R,)` the bits of the actions that are permitted with the element on top.
    """

    below: IntArray
    category: IntArray
    size: IntArray
    n_open: IntArray
    arity: IntArray
    permitted: IntArray


class Hypotheses:
    """Stacks of derivations, each identified by the row of its top element in a table that is only appended to.

    Stacks share the elements that they have in common, so a copy costs nothing (Noji and Oseki, Findings of ACL 2021,
    section 3).

    Args:
        grammar: the grammar.
    """

    def __init__(self, grammar: Grammar) -> None:
        self.grammar, self.transitions = grammar, grammar.transitions
        self.n_rows, self._columns = 0, _Columns(*(np.zeros(_ROOM, dtype=np.int64) for _ in _Columns._fields))
        composition, size = grammar.encoder.composition, grammar.encoder.output_size
        like = grammar.embedding
        self._h, self._c = like.new_empty(_ROOM, size), like.new_empty(_ROOM, size)
        self._states = like.new_empty(_ROOM, composition.state_size)
        nothing = np.zeros(1, dtype=np.int64)
        self._append(grammar.encoder.stack.bottom(), None, nothing, nothing - 1, nothing, nothing, nothing)

    def start(self, count: int) -> IntArray:
        """The tops of empty stacks. Shape: `(count,)`."""
        return np.zeros(count, dtype=np.int64)

    def states(self, tops: IntArray) -> Tensor:
        """The states on top, which predict the next action and word. Shape: `(n,)` to `(n, d)`."""
        return self._h[torch.from_numpy(tops)]

    def actions(self, tops: IntArray) -> Tensor:
        """The log-probabilities of all actions. Shape: `(n,)` to `(n, actions)`."""
        permitted = torch.from_numpy(self._columns.permitted[tops])
        return self.grammar.head.action_log_probabilities(self.states(tops), permitted.to(self._h.device))

    def is_over(self, tops: IntArray) -> npt.NDArray[np.bool_]:
        """Whether no action is permitted, as after the root of a labelled tree. Shape: `(n,)`."""
        over: npt.NDArray[np.bool_] = self._columns.permitted[tops] == 0
        return over

    def shift(self, tops: IntArray, words: Tensor) -> IntArray:
        """Push words. Shape: `tops` and `words` `(n,)`, the indices in the vocabulary; the result `(n,)`."""
        state = self.grammar.encoder.composition.leaf(self.grammar.embedding[words])
        return self._push(tops, state, np.full(len(tops), -1))

    def open(self, tops: IntArray, categories: IntArray) -> IntArray:
        """Push open nodes. Shape: as `shift`."""
        x = self.grammar.head.categories.weight[torch.from_numpy(categories)]
        vectors = self.grammar.encoder.composition.open(x)
        return self._push(tops, None, categories, vectors)

    def reduce(self, tops: IntArray) -> IntArray:
        """Replace the parts of the innermost nodes by the nodes. Shape: as `shift`."""
        columns, top_down = self._columns, isinstance(self.transitions, TopDown)
        counts = columns.arity[tops] if top_down else np.full(len(tops), 2)
        order = np.argsort(-counts, kind="stable")
        paths, row = list[IntArray](), tops[order]
        for step in range(int(counts.max(initial=0))):
            paths.append(np.where(step < counts[order], row, -1))
            row = np.where(step < counts[order], columns.below[row], row)
        children = np.stack(paths, axis=1)[:, ::-1]  # (n, most), from left to right, -1 before the first
        category = columns.category[row] if top_down else np.zeros(len(tops), dtype=np.int64)
        labels = self.grammar.head.categories.weight[torch.from_numpy(category)]
        below = columns.below[row] if top_down else row
        flat = torch.from_numpy(children[children >= 0])
        composed = self.grammar.encoder.composition.compose(labels, self._states[flat], counts[order].tolist())
        pushed = self._push(below, composed, np.full(len(tops), -1))
        result = np.empty_like(pushed)
        result[order] = pushed
        return result

    def _push(
        self, below: IntArray, state: Tensor | None, category: IntArray, vectors: Tensor | None = None
    ) -> IntArray:
        """Push complete elements with a state, or open nodes with vectors."""
        encoder, rows = self.grammar.encoder, torch.from_numpy(below)
        if state is not None:
            vectors = encoder.composition.output(state)
        assert vectors is not None
        top = encoder.stack.step(vectors, State(self._h[rows], self._c[rows]))
        is_open, columns = category >= 0, self._columns
        n_open = columns.n_open[below] + is_open
        arity = np.where(is_open, 0, columns.arity[below] + 1)
        return self._append(top, state, below, category, columns.size[below] + 1, n_open, arity)

    def _append(
        self,
        top: State,
        state: Tensor | None,
        below: IntArray,
        category: IntArray,
        size: IntArray,
        n_open: IntArray,
        arity: IntArray,
    ) -> IntArray:
        rows = slice(self.n_rows, self.n_rows + len(below))
        self._grow(rows.stop)
        permitted = self.transitions.permitted(size, n_open, category >= 0)
        for column, values in zip(self._columns, (below, category, size, n_open, arity, permitted), strict=True):
            column[rows] = values
        self._h[rows], self._c[rows] = top
        if state is not None:
            self._states[rows] = state
        self.n_rows = rows.stop
        return np.arange(rows.start, rows.stop)

    def _grow(self, wanted: int) -> None:
        """Double the room of all tables until `wanted` rows fit."""
        while len(self._h) < wanted:
            self._columns = _Columns(*(np.concatenate([column, column]) for column in self._columns))
            for name in ("_h", "_c", "_states"):
                table: Tensor = getattr(self, name)
                setattr(self, name, torch.cat([table, torch.empty_like(table)]))
