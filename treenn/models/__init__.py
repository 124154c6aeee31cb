"""Models: embedding, encoder and head; names, matching of parameter counts, saving and loading.

Names are imported on first use: the settings of a model need no torch.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "Network": "treenn.models.network",
    "Settings": "treenn.models.settings",
    "Task": "treenn.models.task",
    "build": "treenn.models.building",
    "load_model": "treenn.models.saving",
    "save_model": "treenn.models.saving",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'treenn.models' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
