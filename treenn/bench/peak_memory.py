"""Peak memory."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import torch

from treenn.bench.steps import Task, training_step
from treenn.runtime.environment import safe_path
from treenn.runtime.memory import peak_memory
from treenn.trees import Tree


def training_memory(name: str, task: Task, batches: Sequence[Sequence[Tree]]) -> int:
    """The bytes that training takes at its peak beyond the network and its optimizer.

    On a CPU that is the growth of a process of its own.
    """
    if task.device == "cuda":
        return _on_gpu(name, task, batches)
    with safe_path(), ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_growth, name, task, batches, torch.get_num_threads()).result()


def _growth(name: str, task: Task, batches: Sequence[Sequence[Tree]], threads: int) -> int:
    torch.set_num_threads(threads)
    step = training_step(name, task)
    step(batches[0][:1])  # torch loads its libraries when they are first used: that is none of the contender's
    before = peak_memory()
    for batch in batches:
        step(batch)
    return peak_memory() - before


def _on_gpu(name: str, task: Task, batches: Sequence[Sequence[Tree]]) -> int:
    step = training_step(name, task)
    step(batches[0][:1])
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    for batch in batches:
        step(batch)
    return torch.cuda.max_memory_allocated() - before
