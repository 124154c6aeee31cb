"""Training of one model on one treebank, with checkpoints to resume from.

Names are imported on first use: the rules for output folders need no torch.
"""

from importlib import import_module
from typing import Any

__all__ = ["Progress", "Run", "fine_tuning_settings", "train"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'treenn.training' has no attribute {name!r}")
    module = "fine_tuning" if name == "fine_tuning_settings" else "run"
    return getattr(import_module(f"treenn.training.{module}"), name)
