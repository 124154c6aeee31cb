"""Division of a batch among the processes of data-parallel training."""

from __future__ import annotations

import heapq
from collections.abc import Sequence


def balanced_shares(sizes: Sequence[int], count: int) -> list[list[int]]:
    """Divide examples into shares of about equal total size, the largest first (Graham 1969).

    "Bounds on multiprocessing timing anomalies", SIAM Journal on Applied Mathematics: each example joins the smallest
    share so far, which keeps the largest share below 4/3 of the optimum. Of equal shares, the first is chosen.

    Args:
        sizes: the size of each example, such as the number of nodes of its tree.
        count: the number of shares.

    Returns:
        The indices of the examples of each share, in ascending order; empty if there are fewer examples than shares.

    >>> balanced_shares([9, 3, 3, 2, 1], 2)
    [[0], [1, 2, 3, 4]]
    """
    shares: list[list[int]] = [[] for _ in range(count)]
    totals = [(0, share) for share in range(count)]
    for index in sorted(range(len(sizes)), key=lambda index: -sizes[index]):
        total, share = heapq.heappop(totals)
        shares[share].append(index)
        heapq.heappush(totals, (total + sizes[index], share))
    return [sorted(share) for share in shares]
