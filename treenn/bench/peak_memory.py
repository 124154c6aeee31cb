"""Peak memory of training."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import torch

from treenn.bench.steps import BenchTask, training_step
from treenn.runtime.environment import safe_path
from treenn.runtime.memory import peak_memory
from treenn.trees import Tree


def training_memory(name: str, task: BenchTask, batches: Sequence[Sequence[Tree]]) -> int:
    """Peak memory of training in bytes, excluding the network and its optimizer.

    On a CPU, measured as the memory growth of a separate process.
    """
    if task.device == "cuda":
        return _growth(name, task, batches)
    with safe_path(), ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_growth, name, task, batches, torch.get_num_threads()).result()


def _growth(name: str, task: BenchTask, batches: Sequence[Sequence[Tree]], threads: int | None = None) -> int:
    """Peak memory of training minus the memory before it, of the GPU or of this process."""
    on_gpu = task.device == "cuda"
    if threads is not None:
        torch.set_num_threads(threads)
    step = training_step(name, task)
    step(batches[0][:1])  # warm-up: torch loads its libraries lazily, which must not count
    if on_gpu:
        torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated() if on_gpu else peak_memory()
    for batch in batches:
        step(batch)
    return (torch.cuda.max_memory_allocated() if on_gpu else peak_memory()) - before
