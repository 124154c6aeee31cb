"""The recurrent neural network grammar of Dyer, Kuncoro, Ballesteros and Smith (NAACL 2016), "Recurrent neural network
grammars", in the variant of Kuncoro, Ballesteros, Kong, Dyer, Neubig and Smith (EACL 2017) that reads the stack only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from treenn.cells import BinaryTreeLSTM, Cell
from treenn.encoders import Encoder
from treenn.lm.grammar.composition import BiLSTMComposition, CellComposition, Composition, compose_all
from treenn.lm.grammar.packing import PackedDerivations, depth_slices
from treenn.lm.grammar.stack_lstm import StackLSTM
from treenn.trees.arguments import Width, checked


class RNNG(Encoder):
    """A recurrent neural network grammar, as an encoder of derivations.

    The stack has words, open nodes and complete nodes. A complete node has one vector, which a composition function
    computes from those of its category and children. The state of a stack LSTM on top of the stack predicts the next
    action. As in Kuncoro et al. 2017, section 3, only the stack is read; no other network reads words or actions.

    The trees of a batch are known in training, so nothing is computed action by action: vectors of nodes depend on
    their subtrees, and are computed height by height; states depend on the stack below, and are computed depth by
    depth.

    Args:
        input_size: the width of the vectors of words and of categories.
        hidden_size: the width of the states of the stack LSTM.
        composition: the composition function (default: None, `BiLSTMComposition`).

    Shape: `W` words, `K` categories, `A` actions: x `(W + K, x)` to `(A, d)`.
    """

    forest_type = PackedDerivations

    @checked
    def __init__(self, input_size: Width, hidden_size: Width, *, composition: Composition | None = None) -> None:
        super().__init__(input_size, hidden_size)
        self.composition = BiLSTMComposition(input_size) if composition is None else composition
        self.stack = StackLSTM(self.composition.output_size, hidden_size)

    @property
    def supports_dedup(self) -> bool:
        """False: states depend on the whole stack."""
        return False

    def forward(self, forest: Any, x: Tensor, *, roots_only: bool = False) -> Tensor:
        """Returns the state on top of the stack when each action is chosen.

        Args:
            forest: the derivations.
            x: the vectors of the words, then of the categories.
            roots_only: not read: the states are the same (default: False).
        """
        vectors = compose_all(self.composition, forest, x)
        states: Tensor = self.stack(vectors, forest.sources, forest.below, depth_slices(forest))
        return states.index_select(0, forest.tops)


def with_cell(cell: Callable[[int, int], Cell]) -> Callable[[int, int], RNNG]:
    """A factory of grammars of unlabelled binary trees, whose nodes are composed by a cell.

    With a Tree-LSTM, this is the generative model of Kim et al. (NAACL 2019), section 2.1.

    Args:
        cell: a function of `input_size` and `hidden_size` that returns the cell.
    """

    def make(input_size: int, hidden_size: int) -> RNNG:
        return RNNG(input_size, hidden_size, composition=CellComposition(cell(input_size, hidden_size)))

    return make


tree_lstm_grammar = with_cell(BinaryTreeLSTM)
"""The factory of grammars whose nodes are composed by the binary Tree-LSTM."""
