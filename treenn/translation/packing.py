"""`PackedTranslations`: a batch of sentence pairs as units, and `PairTable`, from which batches are packed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor

from treebanks import Translation
from treenn.encoders import PackedForest, TreeTable, pack
from treenn.encoders.item_table import ItemBatch, ItemTable
from treenn.models.text_vocabulary import END_ID
from treenn.runtime.arrays import IntArray
from treenn.runtime.tensor_batch import TensorBatch
from treenn.sequences.packed import Packing
from treenn.translation.vocabulary import TranslationVocabulary
from treenn.trees import Tree


@dataclass(frozen=True)
class PackedTranslations(TensorBatch):
    """Sentence pairs of a batch.

    Pairs with longer targets come first.

    Shape: `S` pairs, `V` units of all sources, `R` units of all targets with their ends.

    Args:
        forest: the trees of the sources, over units.
        units: `(V,)` the indices of the source units.
        inputs: `(R,)` the units that the decoder reads, packed by time: the end symbol, then the target.
        targets: `(R,)` the next units.
        alive: the number of pairs that have each time.
        unsorted: the position of each pair of the original order.
        references: the target of each pair in the original order.
    """

    forest: PackedForest
    units: Tensor
    inputs: Tensor
    targets: Tensor
    alive: tuple[int, ...]
    unsorted: tuple[int, ...]
    references: tuple[str, ...]

    @classmethod
    def of(cls, vocabulary: TranslationVocabulary, pairs: Sequence[Translation]) -> PackedTranslations:
        """Pack pairs."""
        batch = pairs if isinstance(pairs, PairBatch) else PairTable(pairs).batch(range(len(pairs)))
        units = batch.table.units(vocabulary)
        order = np.argsort(-units.lengths[batch.indices], kind="stable")
        chosen = batch.indices[order]
        forest = pack(units.trees.batch(chosen.tolist()))
        packing = Packing.of(units.lengths[chosen])
        position = units.starts[chosen][packing.sequence] + packing.time  # (R,)
        inputs = np.where(packing.time == 0, END_ID, units.targets[position - 1])
        return cls(
            forest,
            vocabulary.encode(forest.words),
            torch.from_numpy(inputs),
            torch.from_numpy(units.targets[position]),
            tuple(packing.alive.tolist()),
            tuple(np.argsort(order).tolist()),
            tuple(pair.target for pair in batch),
        )


def longest_outputs(packed: PackedTranslations) -> list[int]:
    """The maximum number of units of each translation, in packed order: 10 more than twice those of the source."""
    return [size + 11 for size in packed.forest.sizes]  # n units have 2n - 1 nodes


class Units(NamedTuple):
    """The pairs of a table as units of a vocabulary.

    Args:
        trees: the trees of the sources, over units.
        targets: the units of all targets, each with its end.
        starts: the position of each target's first unit.
        lengths: the number of units of each target.
    """

    trees: TreeTable
    targets: IntArray
    starts: IntArray
    lengths: IntArray

    @classmethod
    def of(cls, vocabulary: TranslationVocabulary, pairs: Sequence[Translation]) -> Units:
        """Segment pairs."""
        trees = [unit_tree(pair.parsed, vocabulary) for pair in pairs]
        targets = [[*vocabulary.target_units(pair.target), END_ID] for pair in pairs]
        lengths = np.array([len(units) for units in targets], dtype=np.int64)
        flat = np.fromiter(chain.from_iterable(targets), dtype=np.int64)
        return cls(TreeTable(trees), flat, np.cumsum(lengths) - lengths, lengths)


class PairTable(ItemTable[Translation]):
    """The pairs of a split, segmented once for each vocabulary.

    Args:
        pairs: the pairs.
    """

    def __init__(self, pairs: Sequence[Translation]) -> None:
        super().__init__(pairs)
        self._units: WeakKeyDictionary[TranslationVocabulary, Units] = WeakKeyDictionary()

    def units(self, vocabulary: TranslationVocabulary) -> Units:
        """The pairs as units of a vocabulary, computed once."""
        if (units := self._units.get(vocabulary)) is None:
            units = self._units[vocabulary] = Units.of(vocabulary, self.items)
        return units

    def batch(self, indices: Sequence[int]) -> PairBatch:
        """The pairs with these indices, in this order."""
        return PairBatch(self, np.asarray(indices, dtype=np.int64))


class PairBatch(ItemBatch[Translation]):
    """Pairs of a table, by their indices."""

    table: PairTable


def unit_tree(tree: Tree, vocabulary: TranslationVocabulary) -> Tree:
    """The tree over units: each word of several units becomes a left-branching tree of them.

    So the cell of a tree network composes the units of a word before the word enters the sentence's tree, and a
    sequence network reads the units from left to right.

    Args:
        tree: the tree over words.
        vocabulary: the vocabulary.
    """
    words = vocabulary.source_units(tree.words)
    leaves = [vocabulary.words[unit] for units in words for unit in units]
    merges, nodes, first = list[tuple[int, int]](), list[int](), 0
    for units in words:
        node = first
        for leaf in range(first + 1, first + len(units)):
            merges.append((node, leaf))
            node = len(leaves) + len(merges) - 1
        nodes.append(node)
        first += len(units)
    for left, right in tree.merges:
        merges.append((nodes[left], nodes[right]))
        nodes.append(len(leaves) + len(merges) - 1)
    return Tree(tuple(leaves), tuple(merges))
