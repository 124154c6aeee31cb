"""The matrix multiplications of a step: which they are, how long they take alone, and how fast the machine could be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from math import prod
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from treenn.bench.timing import time_once
from treenn.runtime import matmul
from treenn.runtime.matmul import room


class Layout(NamedTuple):
    """How a matrix (or, with three dimensions, a batch of them) lies in memory."""

    size: tuple[int, ...]
    stride: tuple[int, ...]

    @property
    def roomy_extent(self) -> int:
        """How many numbers there are from its first to its last, with `room` behind."""
        return sum(room(size) * stride for size, stride in zip(self.size, self.stride, strict=True)) + 1


class Product(NamedTuple):
    """One multiplication, `left @ right`."""

    left: Layout
    right: Layout

    @property
    def flops(self) -> int:
        """Additions and multiplications."""
        return 2 * prod(self.left.size) * self.right.size[-1]


def recorded(work: Callable[[], object]) -> list[Product]:
    """The matrix multiplications of some work on the CPU, forward and backward, in their order.

    In float64 they are what the task forces: no kernel of treenn's rounds up the rows, and torch fuses nothing.

    >>> [done] = recorded(lambda: torch.ones(2, 3) @ torch.ones(3, 5))
    >>> done.left.size, done.right.size, done.flops
    ((2, 3), (3, 5), 60)
    """
    recorder = _Recorder()
    with recorder:
        work()
    return recorder.products


class _Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.products: list[Product] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        factors = _factors(func, args)
        if factors is not None and all(factor.numel() for factor in factors):
            left, right = (Layout(tuple(factor.shape), factor.stride()) for factor in factors)
            self.products.append(Product(left, right))
        return func(*args, **(kwargs or {}))


def _factors(operator: Any, args: Sequence[Any]) -> tuple[Tensor, Tensor] | None:
    """The two matrices that an operator multiplies, `None` where it is no multiplication."""
    packet = operator.overloadpacket
    if packet in (torch.ops.aten.mm, torch.ops.aten.bmm):
        return args[0], args[1]
    if packet in (torch.ops.aten.addmm, torch.ops.aten.baddbmm):
        return args[1], args[2]
    return None


def by_torch(product: Product, left: Tensor, right: Tensor) -> Callable[[], Tensor]:
    """The product as torch computes it, out of two buffers of numbers."""
    multiply = torch.mm if len(product.left.size) == 2 else torch.bmm
    return partial(multiply, left.as_strided(*product.left), right.as_strided(*product.right))


def by_treenn(product: Product, left: Tensor, right: Tensor) -> Callable[[], Tensor]:
    """The product as `treenn.runtime.matmul` computes it, which wants room behind the rows that it reads."""
    if len(product.left.size) > 2:
        return by_torch(product, left, right)
    (n, k), (down, across) = product.left
    if down < across:  # a transposed table: this is the gradient of a weight matrix, summed over the table's rows
        gradient = left.as_strided((room(k), n), (across, down))
        inputs = right.as_strided((room(k), product.right.size[1]), product.right.stride)
        return partial(matmul.weight_gradient, gradient, inputs, k)
    table = left.as_strided((room(n), k), (down, across))
    return partial(matmul.product, table, slice(0, n), right.as_strided(*product.right).t())


Kernel = Callable[[Product, Tensor, Tensor], Callable[[], Tensor]]


def buffers(products: Iterable[Product], device: str) -> tuple[Tensor, Tensor]:
    """Numbers enough for the left and the right matrix of each of these products."""
    layouts = [(product.left, product.right) for product in products]
    left, right = (max(layout.roomy_extent for layout in side) for side in zip(*layouts, strict=True))
    return torch.ones(left, device=device), torch.ones(right, device=device)


def replay(products: Sequence[Product], kernel: Kernel, left: Tensor, right: Tensor) -> Callable[[], None]:
    """Work that does these multiplications and nothing else, on matrices of the same layouts in `buffers`."""
    works = [kernel(product, left, right) for product in products]

    def work() -> None:
        for multiply in works:
            multiply()

    return work


def peak_rate(device: str, size: int | None = None) -> float:
    """Floating-point operations a second of a large product by whichever kernel is faster: the best of ten.

    Args:
        device: where to multiply.
        size: rows and columns of the matrices; left out, as many as keep the device busy for some milliseconds.
    """
    size = size or (8192 if device == "cuda" else 1024)
    layout = Layout((size, size), (size, 1))
    large = Product(layout, layout)
    works = [kernel(large, *buffers([large], device)) for kernel in (by_torch, by_treenn)]
    return max(large.flops / time_once(work, device) for _ in range(10) for work in works)
