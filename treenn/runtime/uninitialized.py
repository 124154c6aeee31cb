"""`Uninitialized`: networks on the device `meta` without initialization."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from torch import nn
from torch.overrides import TorchFunctionMode


class Uninitialized(TorchFunctionMode):
    """A context in which `torch.nn.init.normal_` has no effect.

    On the device `meta`, it would import `torch._dynamo`, a second of processor time.

    >>> import torch
    >>> with torch.device("meta"), Uninitialized():
    ...     nn.Embedding(3, 2).weight.shape
    torch.Size([3, 2])
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """As `TorchFunctionMode.__torch_function__`."""
        named = dict(kwargs or {})
        if func is nn.init.normal_:
            return named["tensor"] if "tensor" in named else args[0]
        return func(*args, **named)
