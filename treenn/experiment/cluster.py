"""Runs on a cluster, through joblib's backends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import joblib

from treenn.trees import InputError

_SECONDS = 10


@contextmanager
def dask_cluster(address: str) -> Iterator[None]:
    """Everything that joblib runs in this context runs on a Dask cluster.

    Args:
        address: of its scheduler, e.g. `tcp://10.0.0.1:8786`.

    Raises:
        InputError: where dask.distributed is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise InputError('--dask wants dask.distributed: pip install "treenn[cluster]"') from None
    try:
        client = Client(address, timeout=_SECONDS)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise InputError(f"--dask {address}: no scheduler answers there: {error}") from error
    with client, joblib.parallel_config("dask"):
        yield
