"""Options that `compare`, `tune` and `reproduce` share."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Annotated

import typer

from treenn.trees.errors import InputError

Jobs = Annotated[
    int | None,
    typer.Option(help="Number of worker processes, one thread each (default: one per core; with --device cuda, 1)."),
]
Dask = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Run on the Dask cluster with this scheduler, e.g. tcp://host:1.")
]
OnDevice = Annotated[str, typer.Option("--device", metavar="cpu|cuda", help="Train on the CPU or on the GPU.")]


def workers(dask: str | None, jobs: int | None, device: str) -> tuple[AbstractContextManager[None], int | None]:
    """The context that runs are carried out in, and the number of worker processes, None on a cluster.

    Raises:
        InputError: if a value is out of range, or `jobs` is given with `dask`.
    """
    import os

    from treenn.trees.arguments import Device, Runs, check

    check("jobs", jobs, Runs | None)
    check("device", device, Device)
    if dask is None:
        return nullcontext(), (1 if device == "cuda" else os.cpu_count() or 1) if jobs is None else jobs
    if jobs is not None:
        raise InputError("--jobs cannot be combined with --dask: the cluster decides the number of its workers")
    from treenn.experiment.cluster import dask_cluster

    return dask_cluster(dask), None
