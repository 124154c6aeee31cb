"""`Ranks`: the processes of a data-parallel training run, through lightning-fabric."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from treenn.models.settings import Settings
from treenn.models.task import Task
from treenn.runtime.environment import safe_path
from treenn.training.gradient_sum import sum_over_processes
from treenn.training.shares import balanced_shares
from treenn.training.train_step import check_device, single_fabric
from treenn.trees.arguments import Device
from treenn.trees.errors import InputError, argument

if TYPE_CHECKING:
    from lightning_fabric import Fabric

T = TypeVar("T")

_SECONDS = 0.2


class Ranks:
    """This process of a training run, and its communication with the others.

    Rank 0 is the process of the caller. It alone evaluates, reports and writes.

    Args:
        fabric: the device and the strategy.
        device: `"cpu"` or `"cuda"`.

    >>> ranks = Ranks(single_fabric("cpu"), "cpu")
    >>> ranks.size, ranks.is_first, ranks.divide([7, 3], [5, 9])
    (1, True, [7, 3])
    """

    def __init__(self, fabric: Fabric, device: str) -> None:
        self.fabric, self.device = fabric, device
        self.size, self.rank = fabric.world_size, fabric.global_rank

    @property
    def is_first(self) -> bool:
        """True in rank 0."""
        return self.rank == 0

    def seed(self, seed: int) -> int:
        """The seed of the random numbers of this process; that of the run in rank 0."""
        return seed if self.is_first else int(np.random.SeedSequence([seed, self.rank]).generate_state(1)[0])

    def divide(self, indices: list[int], sizes: Sequence[int]) -> list[int]:
        """The share of this process of a batch.

        Args:
            indices: the indices of the examples of the batch.
            sizes: the sizes of the examples, by which shares are balanced.
        """
        if self.size == 1:
            return indices
        return [indices[index] for index in balanced_shares(sizes, self.size)[self.rank]]

    def fraction(self, count: int) -> float | None:
        """The fraction of the batch's examples in this process; None if there is one process.

        Args:
            count: the number of examples in this process.
        """
        return None if self.size == 1 else count / float(self.sum(torch.tensor(float(count))))

    def sum(self, value: Tensor) -> Tensor:
        """The sum of a value over all processes."""
        return sum_over_processes(self.fabric, value.to(self.fabric.device))

    def from_first(self, compute: Callable[[], T]) -> T:
        """The result of a function that rank 0 alone calls."""
        result = compute() if self.is_first else None
        return result if self.size == 1 else self.fabric.broadcast(result)  # type: ignore[return-value]

    def first_then_others(self, work: Callable[[], None]) -> None:
        """Call a function in rank 0, then in the other processes, which read its files."""
        for is_turn in (self.is_first, not self.is_first):
            if is_turn:
                work()
            self.fabric.barrier()


def check_devices(devices: int, device: str) -> None:
    """Validate that this machine has the device, and this number of them.

    Raises:
        InputError: if the device is missing, or there are fewer.
    """
    check_device(device)
    if device == "cuda":
        there, noun = torch.cuda.device_count(), "GPU"
    else:
        there, noun = os.cpu_count() or 1, "processor"
    if devices > there:
        plural = "" if there == 1 else "s"
        raise InputError(
            f"{argument('devices')} {devices}: this machine has {there} {noun}{plural}; must be at most {there}"
        )


def check_divisible(task: Task, settings: Settings, devices: int) -> None:
    """Validate that processes can divide the batches of a task.

    Raises:
        InputError: if there is more than one, and the loss is no mean of the examples' losses.
    """
    if devices > 1 and not task.averages_examples(settings):
        of = "" if settings.class_weights == "none" else f" with {argument('class_weights')} {settings.class_weights}"
        raise InputError(
            f"{argument('devices')} {devices}: task {task.name}{of} has a loss that is no mean over examples; must be 1"
        )


@contextmanager
def started_ranks(
    devices: int, device: Device, work: Callable[..., None], arguments: tuple[Any, ...]
) -> Iterator[Ranks]:
    """Start the other processes of a training run, and end them with this context.

    Args:
        devices: the number of processes, this one included; with 1, none is started.
        device: `"cpu"` or `"cuda"`.
        work: the function of the other processes, of a module, called with its `Ranks` and `arguments`.
        arguments: its other arguments, which are pickled.

    Raises:
        InputError: if this machine has fewer devices, or another process ends early.
    """
    check_devices(devices, device)
    if devices == 1:
        yield Ranks(single_fabric(device), device)
        return
    from treenn.training.process_group import free_port  # lightning-fabric imports torch's compiler

    port, context = free_port(), multiprocessing.get_context("spawn")
    common = devices, device, port, torch.get_num_threads(), work, arguments
    started = {rank: context.Event() for rank in range(1, devices)}
    processes = [
        context.Process(target=_run_rank, args=(event, rank, *common), daemon=True) for rank, event in started.items()
    ]
    try:
        with safe_path():
            for process in processes:
                process.start()
        for process, event in zip(processes, started.values(), strict=True):
            _wait(process, event)
        with _joined(0, devices, device, port) as ranks:
            yield ranks
    except RuntimeError as error:
        if all(process.is_alive() for process in processes):
            raise
        raise InputError(f"a process of the training ended early: {str(error).splitlines()[0]}") from error
    finally:
        for process in processes:
            process.kill()
            process.join()


def _wait(process: Any, started: Any) -> None:
    """Wait until a process has started.

    Raises:
        InputError: if it ended instead.
    """
    while not started.wait(_SECONDS):
        if not process.is_alive():
            guard = 'if __name__ == "__main__":'
            raise InputError(f"a process of the training ended at its start; a script must train below `{guard}`")


def _run_rank(
    started: Any,
    rank: int,
    devices: int,
    device: str,
    port: int,
    threads: int,
    work: Callable[..., None],
    arguments: tuple[Any, ...],
) -> None:
    """Join the others as a process other than rank 0, which reports all errors, and call `work`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    started.set()
    torch.set_num_threads(threads)
    try:
        with _joined(rank, devices, device, port) as ranks:
            work(ranks, *arguments)
            ranks.fabric.barrier()
    except (InputError, RuntimeError):
        os._exit(1)


@contextmanager
def _joined(rank: int, devices: int, device: str, port: int) -> Iterator[Ranks]:
    """Join the process group, and leave it at the end."""
    from treenn.training.process_group import joined_fabric

    with joined_fabric(rank, devices, device, port) as fabric:
        yield Ranks(fabric, device)
