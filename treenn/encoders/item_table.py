"""`ItemTable` and `ItemBatch`: the examples of a data set, and some of them by their indices."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Self, TypeVar, overload

from treenn.runtime.arrays import IntArray

T_co = TypeVar("T_co", covariant=True)


class ItemTable(Sequence[T_co]):
    """The base of tables of all examples of a data set, of which batches are taken.

    Args:
        items: the examples.
    """

    def __init__(self, items: Sequence[T_co]) -> None:
        self.items = tuple(items)

    @abstractmethod
    def batch(self, indices: Sequence[int]) -> ItemBatch[T_co]:
        """The examples with these indices, in this order."""

    def __len__(self) -> int:
        return len(self.items)

    @overload
    def __getitem__(self, index: int) -> T_co: ...
    @overload
    def __getitem__(self, index: slice) -> ItemBatch[T_co]: ...
    def __getitem__(self, index: int | slice) -> T_co | ItemBatch[T_co]:
        return self.batch(range(len(self))[index]) if isinstance(index, slice) else self.items[index]


class ItemBatch(Sequence[T_co]):
    """Examples of a table, by their indices.

    Args:
        table: the table.
        indices: `(n,)` the indices.
    """

    def __init__(self, table: ItemTable[T_co], indices: IntArray) -> None:
        self.table, self.indices = table, indices

    def __len__(self) -> int:
        return len(self.indices)

    @overload
    def __getitem__(self, index: int) -> T_co: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> T_co | Self:
        chosen = self.indices[index]
        return type(self)(self.table, chosen) if isinstance(index, slice) else self.table.items[int(chosen)]
