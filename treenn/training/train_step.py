"""`TrainingState`: a network with its optimizers, and the training step of one batch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.sparse import check_sparse_tensor_invariants

from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.models.task import SoftTargets
from treenn.training.distillation import FloatArray
from treenn.training.divergence import Diverged
from treenn.training.gradient_sum import add_gradients, sum_over_processes
from treenn.training.gradients import clip
from treenn.training.optimizers import make_optimizers, rate_factor
from treenn.trees.errors import InputError, argument

if TYPE_CHECKING:
    from lightning_fabric import Fabric


class StepResult(NamedTuple):
    """The loss of a training step, and the gradient norm before clipping."""

    loss: Tensor
    gradient_norm: float


class TrainingState:
    """A network with its optimizers and the exponential moving average of its weights.

    Args:
        network: the network, which is moved to the device.
        settings: the recipe.
        device: `"cpu"` or `"cuda"`, or the `Fabric` of a run.
    """

    def __init__(self, network: Network, settings: Settings, device: str | Fabric) -> None:
        self.network, self.settings = network, settings
        self.fabric = single_fabric(device) if isinstance(device, str) else device
        self._model, *self.optimizers = self.fabric.setup(network, *make_optimizers(network, settings))
        self._model.mark_forward_method("loss")
        self._rates = [group["lr"] for optimizer in self.optimizers for group in optimizer.param_groups]
        self.average = _average(network, settings)

    @property
    def evaluated(self) -> Network:
        """The network to evaluate: the trained one, or the exponential moving average of its weights."""
        if self.average is None:
            return self.network
        averaged: Network = self.average.module  # type: ignore[assignment]
        return averaged

    @property
    def module(self) -> nn.Module:
        """All weights that a checkpoint contains."""
        return self.network if self.average is None else nn.ModuleDict({"raw": self.network, "average": self.average})

    @property
    def rates(self) -> dict[str, float]:
        """The current learning rates, by their settings."""
        names = ("learning_rate", "embedding_learning_rate", "contextual_learning_rate")
        return {name: each.param_groups[0]["lr"] for name, each in zip(names, self.optimizers, strict=False)}

    def train_step(
        self,
        batch: Sequence[Any],
        step: int,
        steps: int,
        weights: Sequence[float] | None = None,
        targets: Sequence[FloatArray] | None = None,
        fraction: float | None = None,
    ) -> StepResult:
        """One step of the optimizers; its autograd graph is freed on return, before the next step builds one.

        Args:
            batch: the examples.
            step: the number of steps so far.
            steps: the number of steps of the whole run.
            weights: the factor of each example's loss (default: None, 1 each).
            targets: teachers' class probabilities at the nodes of each example (default: None).
            fraction: the fraction of the examples of all processes in this one's, by which its loss is weighted
                (default: None, one process).

        Raises:
            Diverged: if the loss or the gradient is not finite; no weight is changed then.
        """
        settings = self.settings
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        loss = self._loss(batch, weights, targets)
        if fraction is None:
            total = loss.detach()
        else:
            loss = loss * fraction
            total = sum_over_processes(self.fabric, loss.detach())
        if not math.isfinite(value := total.item()):
            raise Diverged(f"the loss became {value}")
        self.fabric.backward(loss)
        if fraction is not None:
            add_gradients(self.fabric, self.network.parameters())
        norm = clip(self.network.parameters(), norm=settings.clip_norm, value=settings.clip_value)
        if not math.isfinite(norm):
            raise Diverged(f"the gradient's norm became {norm}")
        self._update(rate_factor(settings, step, steps))
        return StepResult(total, norm)

    def _loss(
        self, batch: Sequence[Any], weights: Sequence[float] | None, targets: Sequence[FloatArray] | None
    ) -> Tensor:
        """The mean loss of the examples; 0 if there is none."""
        settings, device = self.settings, self.fabric.device
        if not len(batch):
            return torch.zeros((), device=device, requires_grad=True)
        packed = self.network.pack(batch).to(device)
        factors = None if weights is None else torch.tensor(weights, device=device)
        soft = None
        if targets is not None:
            probabilities = torch.from_numpy(np.concatenate(targets)).float().to(device)
            soft = SoftTargets(probabilities, settings.distill_weight)
        roots_only = settings.supervision != "nodes"
        with torch.autocast(device.type, torch.bfloat16, enabled=settings.precision == "bf16"):
            loss: Tensor = self._model.loss(packed, roots_only=roots_only, weights=factors, soft=soft)
        return loss

    def _update(self, factor: float) -> None:
        groups = [group for optimizer in self.optimizers for group in optimizer.param_groups]
        for group, rate in zip(groups, self._rates, strict=True):
            group["lr"] = factor * rate
        # torch warns unless the check of sparse tensors is set.
        with check_sparse_tensor_invariants(enable=False):  # type: ignore[no-untyped-call]
            for optimizer in self.optimizers:
                optimizer.step()
        if self.average is not None:
            self.average.update_parameters(self.network)


def _average(network: Network, settings: Settings) -> AveragedModel | None:
    if settings.ema_decay == 0:
        return None
    moving = get_ema_multi_avg_fn(settings.ema_decay)  # type: ignore[no-untyped-call]
    return AveragedModel(network, multi_avg_fn=moving)


def check_device(device: str) -> None:
    """Validate that this machine has the device."""
    if device == "cuda" and not torch.cuda.is_available():
        raise InputError(f"{argument('device')} cuda: torch finds no GPU on this machine; use {argument('device')} cpu")


def single_fabric(device: str) -> Fabric:
    """The `Fabric` of a run in one process.

    Raises:
        InputError: if this machine has no such device.
    """
    from lightning_fabric import Fabric  # imports torch's compiler, which reports and evaluation do without

    check_device(device)
    return Fabric(accelerator=device, devices=1)
