"""Execution on a Dask cluster, through joblib."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import joblib

from treenn.trees import InputError

_SECONDS = 10


@contextmanager
def dask_cluster(address: str) -> Iterator[None]:
    """Run the calls of joblib on a Dask cluster.

    Args:
        address: the scheduler's address, such as `tcp://10.0.0.1:8786`.

    Raises:
        InputError: if dask.distributed is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise InputError('--dask needs dask.distributed: pip install "treenn[cluster]"') from None
    try:
        client = Client(address, timeout=_SECONDS)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise InputError(f"--dask {address}: no scheduler answers at this address: {error}") from error
    with client, joblib.parallel_config("dask"):
        yield
