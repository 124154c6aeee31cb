"""Sums over the processes of data-parallel training: of a value, and of gradients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.sparse import check_sparse_tensor_invariants

if TYPE_CHECKING:
    from lightning_fabric import Fabric


def sum_over_processes(fabric: Fabric, value: Tensor) -> Tensor:
    """The sum of a value over all processes.

    Args:
        fabric: the processes.
        value: the value of this process, on the device of `fabric`.
    """
    total: Tensor = fabric.all_reduce(value, reduce_op="sum")  # type: ignore[assignment]
    return total


@torch.no_grad()
def add_gradients(fabric: Fabric, parameters: Iterable[nn.Parameter]) -> None:
    """Replace gradients by their sums over all processes; a gradient that is None in all of them remains None.

    Dense gradients are added in one buffer. Of sparse ones, as those of word vectors, the rows are gathered.

    Args:
        fabric: the processes.
        parameters: the parameters, in the same order in each process.
    """
    parameters = list(parameters)
    kinds = [[each.grad is not None, each.grad is not None and each.grad.is_sparse] for each in parameters]
    counts = sum_over_processes(fabric, torch.tensor(kinds, dtype=torch.int64, device=fabric.device))  # (parameters, 2)
    dense = list[nn.Parameter]()
    for parameter, (used, sparse) in zip(parameters, counts.tolist(), strict=True):
        if sparse:
            parameter.grad = _sparse_sum(fabric, parameter)
        elif used:
            parameter.grad = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
            dense.append(parameter)
    if dense:
        total = sum_over_processes(fabric, torch.cat([_gradient(each).flatten() for each in dense]))
        sizes = [each.numel() for each in dense]
        for each, part in zip(dense, torch.split_with_sizes(total, sizes), strict=True):
            _gradient(each).copy_(part.view_as(each))


def _gradient(parameter: nn.Parameter) -> Tensor:
    assert parameter.grad is not None
    return parameter.grad


def _sparse_sum(fabric: Fabric, parameter: nn.Parameter) -> Tensor:
    """The sum of gradients with sparse rows. Shape: `(V, d)`."""
    with check_sparse_tensor_invariants(enable=False):  # type: ignore[no-untyped-call]
        own = parameter.grad
        if own is None:
            rows, values = (
                torch.empty(0, dtype=torch.int64, device=fabric.device),
                parameter.new_empty(0, parameter.shape[1]),
            )
        else:
            own = own.coalesce()
            rows, values = own.indices()[0], own.values()  # (r,), (r, d)
        counts = _gathered(fabric, torch.tensor([len(rows)], device=fabric.device))  # (processes, 1)
        padding = int(counts.max()) - len(rows)
        all_rows = _gathered(fabric, F.pad(rows, (0, padding)))  # (processes, most)
        all_values = _gathered(fabric, F.pad(values, (0, 0, 0, padding)))  # (processes, most, d)
        filled = torch.arange(all_rows.shape[1], device=fabric.device) < counts  # (processes, most)
        return torch.sparse_coo_tensor(all_rows[filled][None], all_values[filled], parameter.shape).coalesce()


def _gathered(fabric: Fabric, value: Tensor) -> Tensor:
    """The values of all processes, one per row. Shape: `(...)` to `(processes, ...)`."""
    table = value.new_zeros(fabric.world_size, *value.shape)
    table[fabric.global_rank] = value
    return sum_over_processes(fabric, table)
