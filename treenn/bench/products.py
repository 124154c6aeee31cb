"""Matrix products of a training step: recorded, replayed alone, and compared with the machine's peak rate."""

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
    """The memory layout of a matrix, or of a batch of matrices in three dimensions."""

    size: tuple[int, ...]
    stride: tuple[int, ...]

    @property
    def roomy_extent(self) -> int:
        """The number of elements from the first to the last, including the padding of `room`."""
        return sum(room(size) * stride for size, stride in zip(self.size, self.stride, strict=True)) + 1


class Product(NamedTuple):
    """The operands of one matrix product, `left @ right`."""

    left: Layout
    right: Layout

    @property
    def flops(self) -> int:
        """The number of additions and multiplications."""
        return 2 * prod(self.left.size) * self.right.size[-1]


def recorded(work: Callable[[], object]) -> list[Product]:
    """Record the matrix products that a function executes on the CPU, forward and backward, in order.

    In float64 these are the products of the task itself: treenn's kernels round up no rows, torch fuses nothing.

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
    """The operands of a matrix product; None for any other operator."""
    packet = operator.overloadpacket
    if packet in (torch.ops.aten.mm, torch.ops.aten.bmm):
        return args[0], args[1]
    if packet in (torch.ops.aten.addmm, torch.ops.aten.baddbmm):
        return args[1], args[2]
    return None


def by_torch(product: Product, left: Tensor, right: Tensor) -> Callable[[], Tensor]:
    """The product by torch, on views of two buffers."""
    multiply = torch.mm if len(product.left.size) == 2 else torch.bmm
    return partial(multiply, left.as_strided(*product.left), right.as_strided(*product.right))


def by_treenn(product: Product, left: Tensor, right: Tensor) -> Callable[[], Tensor]:
    """The product by `treenn.runtime.matmul`, on views of two buffers with padding behind the rows."""
    if len(product.left.size) > 2:
        return by_torch(product, left, right)
    (n, k), (down, across) = product.left
    if down < across:  # transposed: the gradient of a weight matrix, summed over k rows
        gradient = left.as_strided((room(k), n), (across, down))
        inputs = right.as_strided((room(k), product.right.size[1]), product.right.stride)
        return partial(matmul.weight_gradient, gradient, inputs, k)
    table = left.as_strided((room(n), k), (down, across))
    return partial(matmul.product, table, slice(0, n), right.as_strided(*product.right).t())


Kernel = Callable[[Product, Tensor, Tensor], Callable[[], Tensor]]


def buffers(products: Iterable[Product], device: str, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    """Allocate buffers that are large enough for the left and the right operand of each product."""
    layouts = [(product.left, product.right) for product in products]
    left, right = (max(layout.roomy_extent for layout in side) for side in zip(*layouts, strict=True))
    return torch.ones(left, device=device, dtype=dtype), torch.ones(right, device=device, dtype=dtype)


def replay(products: Sequence[Product], kernel: Kernel, left: Tensor, right: Tensor) -> Callable[[], None]:
    """Returns a function that computes only these products, on views of `buffers` with the recorded layouts."""
    works = [kernel(product, left, right) for product in products]

    def work() -> None:
        for multiply in works:
            multiply()

    return work


def peak_rate(device: str, size: int | None = None, dtype: torch.dtype = torch.float32) -> float:
    """The peak FLOP/s of a large square product: the best of ten repetitions by either kernel.

    Args:
        device: `"cpu"` or `"cuda"`.
        size: number of rows and columns (default: 1,024 on a CPU, 8,192 on a GPU).
        dtype: the dtype of the factors (default: float32).
    """
    size = size or (8192 if device == "cuda" else 1024)
    layout = Layout((size, size), (size, 1))
    large = Product(layout, layout)
    works = [kernel(large, *buffers([large], device, dtype)) for kernel in (by_torch, by_treenn)]
    return max(large.flops / time_once(work, device) for _ in range(10) for work in works)
