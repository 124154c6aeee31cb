"""`RowAdagrad`: Adagrad with a kernel for the rows of a sparse gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim import Adagrad

from treenn.runtime.kernel_choice import uses_numba


class RowAdagrad(Adagrad):
    """`torch.optim.Adagrad`, whose step is one kernel for each sparse gradient of float32 on the CPU.

    State and result are those of torch's, up to rounding. Without Numba, with other gradients, or with options that
    torch defines for dense gradients, the step is torch's.
    """

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step, as of `torch.optim.Adagrad`."""
        groups: list[dict[str, Any]] = self.param_groups
        updated = [(group, p) for group in groups for p in group["params"] if p.grad is not None]
        if closure is not None or not all(_fits(group, p) for group, p in updated):
            return super().step(closure)
        for group, p in updated:
            _update_rows(p, self.state[p], group)
        return None


def _fits(group: dict[str, Any], p: Tensor) -> bool:
    """True if the kernel can read the parameter and its gradient, and knows the options of its group."""
    if p.grad is None or not p.grad.is_sparse or p.grad.sparse_dim() != 1 or p.dim() != 2:
        return False
    is_plain = not (group["weight_decay"] or group["maximize"] or group["differentiable"])
    return is_plain and p.is_contiguous() and uses_numba(p, p.grad._values(), training=True)


def _update_rows(p: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> None:
    from treenn.kernels.adagrad import update_rows  # Numba is optional

    assert p.grad is not None
    state["step"] += 1
    rate = float(group["lr"]) / (1 + (state["step"].item() - 1) * group["lr_decay"])
    rows, gradients = p.grad._indices()[0].numpy(), p.grad._values().contiguous().numpy()
    order = np.argsort(rows, kind="stable")
    tables = state["sum"].numpy(), p.detach().numpy()
    update_rows(rows, order, gradients, np.float32(rate), np.float32(group["eps"]), *tables)
