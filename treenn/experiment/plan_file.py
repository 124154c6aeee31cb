"""Plans in TOML files: user-defined ones, and those that ship with treenn (`treenn/experiment/plans`)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from treenn.contextual import check_permitted
from treenn.experiment.plan import Plan
from treenn.experiment.plan_spec import Model, PlanTask
from treenn.models.external import check_trust
from treenn.models.settings import Settings, upgrade_settings
from treenn.trees import InputError
from treenn.trees.files import read_toml

_SHIPPED = Path(__file__).parent / "plans"
_KEYS = {
    "seeds": int,
    "vectors": Sequence[str],
    "settings": Mapping[str, Any],
    "task": list[PlanTask],
    "model": list[Model],
}
_DECIDED = {"model": "each [[model]]", "seed": "seeds", "supervision": "each [[task]]"}
"""Settings that other keys of a plan decide."""


def shipped_plans() -> tuple[str, ...]:
    """The names of the plans that ship with treenn."""
    return tuple(sorted(path.stem for path in _SHIPPED.glob("*.toml")))


def read_plan(name: str | Path, contextual: str | Sequence[str] = (), trust: str | Sequence[str] = ()) -> Plan:
    """Read a plan from a file, or one that ships with treenn by its name.

    Paths of vectors and parsers in it are relative to the working directory, those of logs of trials to the plan.

    Args:
        name: the file, which may be from anyone, or the name of a shipped plan.
        contextual: the contextual encoders that the plan may name, as in `treenn.load_model` (default: none).
        trust: the modules that the plan may name as the source of a model (default: none).

    Raises:
        InputError: if the file cannot be read, is not TOML, or is not a plan; the message names line or key. Also if
            it names a contextual encoder that is not permitted, or a path for another library's parser to load.

    >>> read_plan("logic").tasks[0].treebank
    'logic'
    """
    path = _SHIPPED / f"{name}.toml" if str(name) in shipped_plans() else Path(name)
    if not path.exists() and not path.suffix:
        raise InputError(f"{name}: no such plan; must be the name of a file, or one of {', '.join(shipped_plans())}")
    try:
        return _plan(read_toml(path), path, contextual, trust)
    except InputError as error:
        if error.source is not None:
            raise
        raise InputError(error.message, source=path) from error


def _plan(table: dict[str, Any], path: Path, contextual: str | Sequence[str], trust: str | Sequence[str]) -> Plan:
    _check(table, _KEYS, "")
    tasks = [
        _part(PlanTask, entry, f"[[task]] {number}") for number, entry in enumerate(table.get("task", []), start=1)
    ]
    models = [
        replace(model, trials=str(path.parent / model.trials)) if model.trials else model
        for number, entry in enumerate(table.get("model", []), start=1)
        for model in [_part(Model, entry, f"[[model]] {number}")]
    ]
    shared = _settings(table.get("settings", {}), "[settings]")
    settings = _in("[settings]", lambda: Settings(**upgrade_settings(shared)))
    for model in models:
        check_trust(model.model, trust, path)
    _check_trusted([settings.contextual, *(each.settings.get("contextual") for each in (*tasks, *models))], contextual)
    rest = {key: table[key] for key in ("seeds", "vectors") if key in table}
    return Plan(tasks, models, settings=settings, **rest)


def _check_trusted(encoders: Sequence[str | None], contextual: str | Sequence[str]) -> None:
    for name in encoders:
        if name is not None:
            check_permitted(name, contextual)


def _check_parser(trees: str) -> None:
    """Validate that a parser of another library is named, not a path: what lies there may run when it is loaded."""
    library, _, model = trees.partition(":")
    if library in ("benepar", "spacy", "stanza") and not re.fullmatch(r"[\w-]*", model):
        raise InputError(f'trees = "{trees}": after the colon, a plan takes the name of a model, no path')


def _part(make: type[Any], table: Mapping[str, Any], where: str) -> Any:
    """Make a task or a model from its table."""
    _check(table, get_type_hints(make), f"{where}: ")
    settings = _settings(table.get("settings", {}), f"{where}: settings")
    required = fields(make)[0].name
    if required not in table:
        raise InputError(f"{where}: {required} is missing")
    if "trees" in table:
        _in(where, lambda: _check_parser(table["trees"]))
    return _in(where, lambda: make(**{**table, "settings": settings}))


def _settings(table: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    for name in table:
        if name in _DECIDED:
            raise InputError(f"{where}: {name} is not a setting of a plan; {_DECIDED[name]} decides it")
    _check(table, get_type_hints(Settings), f"{where}: ")
    return table


def _in(where: str, make: Callable[[], Any]) -> Any:
    try:
        return make()
    except InputError as error:
        raise InputError(f"{where}: {error.message}") from error


def _check(table: Mapping[str, Any], kinds: Mapping[str, Any], where: str) -> None:
    """Validate the keys of a table, and the types of their values."""
    for key, value in table.items():
        if key not in kinds:
            raise InputError(f"{where}{key}: no such key; there are {', '.join(kinds)}")
        wanted, fits = _KINDS[_kind(kinds[key])]
        if not fits(value):
            raise InputError(f"{where}{key} = {json.dumps(value, default=str)}: must be {wanted}")


def _kind(kind: Any) -> Any:
    """The key of a type in `_KINDS`: without `None`, which marks optional keys, and without type arguments."""
    if get_origin(kind) in (Union, UnionType):
        kind = get_args(kind)[0]
    return str if get_origin(kind) is Literal else get_origin(kind) or kind


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _tables(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


_KINDS: Mapping[Any, tuple[str, Callable[[object], bool]]] = {
    str: ("text in quotes", lambda value: isinstance(value, str)),
    bool: ("true or false", lambda value: isinstance(value, bool)),
    int: ("a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool)),
    float: ("a number", lambda value: isinstance(value, int | float) and not isinstance(value, bool)),
    Sequence: ("a list of texts in quotes", _texts),
    Mapping: ("a table", lambda value: isinstance(value, dict)),
    list: ("tables, each under its own [[task]] or [[model]]", _tables),
}
"""The name of each type in messages, and its check."""
