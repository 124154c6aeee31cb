"""Cells: the composition functions of recursive networks, one published cell per file."""

from treenn.cells.autoencoder import AutoencoderCell
from treenn.cells.average import Average
from treenn.cells.cell import Cell
from treenn.cells.child_sum import ChildSumTreeLSTM
from treenn.cells.gated_recursive import GatedRecursiveCell
from treenn.cells.matrix_vector import MatrixVectorNetwork
from treenn.cells.recursive import RecursiveNetwork
from treenn.cells.tensor import RecursiveTensorNetwork
from treenn.cells.tree_gru import TreeGRU
from treenn.cells.tree_lstm import BinaryTreeLSTM

__all__ = [
    "AutoencoderCell",
    "Average",
    "BinaryTreeLSTM",
    "Cell",
    "ChildSumTreeLSTM",
    "GatedRecursiveCell",
    "MatrixVectorNetwork",
    "RecursiveNetwork",
    "RecursiveTensorNetwork",
    "TreeGRU",
]
