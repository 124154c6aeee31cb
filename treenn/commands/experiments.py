"""Options that `compare`, `tune` and `reproduce` share."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated, Any

import typer

from treenn.trees.arguments import Device, Runs, check
from treenn.trees.errors import InputError

Jobs = Annotated[
    int | None,
    typer.Option(help="Number of worker processes, one thread each (default: one per core; with --device cuda, 1)."),
]
Dask = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Run on the Dask cluster with this scheduler, e.g. tcp://host:1.")
]
Folds = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Cross-validate on N stratified folds of train and dev, with the seed --split-seed; test is not read.",
    ),
]
NoTest = Annotated[
    bool, typer.Option("--no-test", help="Stop after training, which evaluates dev only; no test split is evaluated.")
]
OnDevice = Annotated[str, typer.Option("--device", metavar="cpu|cuda", help="Train on the CPU or on the GPU.")]


def workers(
    dask: str | None, jobs: int | None, device: str, overwrite: bool
) -> tuple[AbstractContextManager[None], dict[str, Any]]:
    """Build the context manager and the keyword arguments of an execution of runs.

    Args:
        dask: the address of a Dask scheduler (None: worker processes).
        jobs: the number of worker processes (None: one per core, or one in all on a GPU).
        device: "cpu" or "cuda".
        overwrite: whether an earlier output is replaced.

    Raises:
        InputError: if a value is out of range, or `jobs` is given with `dask`.
    """
    check("jobs", jobs, Runs | None)
    check("device", device, Device)
    if dask is None:
        per_core = 1 if device == "cuda" else os.cpu_count() or 1
        return nullcontext(), {"jobs": jobs or per_core, "device": device, "overwrite": overwrite}
    if jobs is not None:
        raise InputError("--jobs: cannot be combined with --dask; the cluster determines the number of workers")
    from treenn.experiment.cluster import dask_cluster

    return dask_cluster(dask), {"jobs": None, "device": device, "overwrite": overwrite}
