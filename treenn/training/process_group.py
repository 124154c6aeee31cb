"""The process group of data-parallel training: lightning-fabric's strategy and environment, without its launcher."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins.environments.lightning import LightningEnvironment
from lightning_fabric.strategies.ddp import DDPStrategy
from torch import nn

_ADDRESS = "127.0.0.1"


@contextmanager
def joined_fabric(rank: int, devices: int, device: str, port: int) -> Iterator[Fabric]:
    """Join the process group, and leave it at the end.

    Args:
        rank: the number of this process.
        devices: the number of processes.
        device: `"cpu"` or `"cuda"`.
        port: the port at which rank 0 listens.
    """
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
    backend = "nccl" if device == "cuda" else "gloo"
    strategy = _Processes(cluster_environment=_Group(rank, devices, port), process_group_backend=backend)
    fabric = Fabric(accelerator=device, devices=devices, strategy=strategy)
    names = ("MASTER_ADDR", "MASTER_PORT")
    before = {name: os.environ.get(name) for name in names}
    try:
        fabric.launch()
        yield fabric
    finally:
        if torch.distributed.is_initialized():
            torch.distributed.destroy_process_group()
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


class _Processes(DDPStrategy):
    """Processes with equal networks, whose gradients the training step adds up.

    `DistributedDataParallel` requires a gradient of every parameter in every process.
    """

    def setup_module(self, module: nn.Module) -> nn.Module:  # type: ignore[override]
        return module


class _Group(LightningEnvironment):
    """Processes of this machine, which lightning-fabric does not start."""

    def __init__(self, rank: int, size: int, port: int) -> None:
        super().__init__()
        self._rank, self._port = rank, port
        self.set_world_size(size)
        self.set_global_rank(rank)

    @property
    def creates_processes_externally(self) -> bool:
        return True

    @property
    def main_address(self) -> str:
        return _ADDRESS

    @property
    def main_port(self) -> int:
        return self._port

    def local_rank(self) -> int:
        return self._rank


def free_port() -> int:
    """A free port of this machine."""
    with socket.socket() as free:
        free.bind((_ADDRESS, 0))
        port: int = free.getsockname()[1]
        return port
