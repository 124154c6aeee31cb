"""The checkpoint of an unfinished training run, in one safetensors file, to resume from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.optim import Optimizer

from treenn.runtime.weight_file import refuse_non_finite
from treenn.training.run_results import History
from treenn.trees import InputError
from treenn.trees.atomic_writing import write_bytes
from treenn.trees.json_records import from_json, to_json

T = TypeVar("T")


def save_checkpoint(path: Path, model: nn.Module, optimizers: Sequence[Optimizer], history: History) -> None:
    """Write weights, optimizer states and the history atomically, into a folder that is there."""
    states = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    for number, optimizer in enumerate(optimizers):
        for index, state in optimizer.state_dict()["state"].items():
            states |= {f"optimizer.{number}.{index}.{key}": value for key, value in state.items()}
    tensors = {name: value.contiguous() for name, value in states.items() if isinstance(value, Tensor)}
    numbers = {name: value for name, value in states.items() if name not in tensors}
    metadata = {"progress": json.dumps(to_json(history)), "numbers": json.dumps(numbers)}
    write_bytes(path, save(tensors, metadata=metadata), make_folder=False)


def load_checkpoint(path: Path, model: nn.Module, optimizers: Sequence[Optimizer]) -> History:
    """Put a checkpoint's weights and optimizer states in place and return its history.

    Raises:
        InputError: if the file is not a checkpoint of this model, or a weight in it is NaN or infinite.
    """
    if not path.is_file():  # a pipe would keep its reader waiting
        raise InputError("this checkpoint cannot be read: it is no file", source=path)
    try:
        with safe_open(path, framework="pt") as file:
            history = from_json(History, json.loads(file.metadata()["progress"]), path)
            held: dict[str, Tensor | float] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            held |= json.loads(file.metadata().get("numbers", "{}"))  # an older treenn wrote none
        weights = {name: value for name, value in _below("model", held).items() if isinstance(value, Tensor)}
        refuse_non_finite(path, weights)
        model.load_state_dict(weights)
        for number, optimizer in enumerate(optimizers):
            states: dict[int, dict[str, Any]] = {}
            for name, value in _below(f"optimizer.{number}", held).items():
                index, key = name.split(".", 1)
                _check_state(value, _parameters(optimizer)[int(index)], name)
                states.setdefault(int(index), {})[key] = value
            optimizer.load_state_dict({"state": states, "param_groups": optimizer.state_dict()["param_groups"]})
    except InputError:
        raise
    except (OSError, SafetensorError, RuntimeError, LookupError, TypeError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        raise InputError(f"this checkpoint cannot be read: {reason}", source=path) from error
    return history


def _parameters(optimizer: Optimizer) -> list[Tensor]:
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]


def _check_state(value: object, parameter: Tensor, name: str) -> None:
    """Validate that the state of an optimizer is one number, or as many as the parameter has."""
    if isinstance(value, Tensor) and value.dim() and value.shape != parameter.shape:
        raise ValueError(f"optimizer state {name} is of another shape than its parameter")


def _below(prefix: str, held: Mapping[str, T]) -> dict[str, T]:
    return {name[len(prefix) + 1 :]: value for name, value in held.items() if name.startswith(prefix + ".")}
