"""Plans in TOML files: user-defined ones, and those that ship with treenn (`treenn/experiment/plans`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from treenn.contextual import check_permitted
from treenn.experiment.plan import Plan
from treenn.experiment.plan_spec import Model, PlanTask
from treenn.models.external import check_trust
from treenn.models.settings import Settings, check_setting, upgrade_settings
from treenn.trees import InputError
from treenn.trees.files import read_toml

T = TypeVar("T")

_SHIPPED = Path(__file__).parent / "plans"
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
    'logic-fresh'
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
    _check_keys(table, ("seeds", "vectors", "settings", "task", "model"))
    tasks = [_part(PlanTask, entry, where) for where, entry in _parts(table, "task")]
    models = [_part(Model, entry, where) for where, entry in _parts(table, "model")]
    models = [replace(each, trials=str(path.parent / each.trials)) if each.trials else each for each in models]
    with _at("[settings]"):
        settings = Settings(**_settings(table.get("settings", {})))
    for model in models:
        check_trust(model.model, trust, path)
    parts: list[PlanTask | Model] = [*tasks, *models]
    for name in (settings.contextual, *(part.settings.get("contextual") for part in parts)):
        if name is not None:
            check_permitted(name, contextual)
    return Plan(tasks, models, settings=settings, **{key: table[key] for key in ("seeds", "vectors") if key in table})


def _parts(table: Mapping[str, Any], key: str) -> list[tuple[str, dict[str, Any]]]:
    """The tables under `[[task]]` or `[[model]]`, each with its place."""
    entries = table.get(key, [])
    if not (isinstance(entries, list) and all(isinstance(each, dict) for each in entries)):
        raise InputError(f"{key}: must be tables, each under its own [[{key}]]")
    return [(f"[[{key}]] {number}", entry) for number, entry in enumerate(entries, start=1)]


def _part(make: type[T], table: Mapping[str, Any], where: str) -> T:
    """Make a task or a model from its table."""
    with _at(where):
        required, *others = (each.name for each in fields(cast(Any, make)))
        _check_keys(table, (required, *others))
        if required not in table:
            raise InputError(f"{required} is missing")
        _check_parser(table.get("trees"))
        with _at("settings"):
            settings = _settings(table.get("settings", {}))
        return make(**{**table, "settings": settings})


def _settings(table: Any) -> dict[str, Any]:
    """The settings of a table, each validated, under their present names."""
    if not isinstance(table, dict):
        raise InputError("must be a table")
    settings = upgrade_settings(table)
    for name, value in settings.items():
        if name in _DECIDED:
            raise InputError(f"{name} is not a setting of a plan; {_DECIDED[name]} decides it")
        check_setting(name, value)
    return settings


def _check_parser(trees: object) -> None:
    """Validate that a parser of another library is named, not a path: what lies there may run when it is loaded."""
    library, _, model = str(trees).partition(":")
    if library in ("benepar", "spacy", "stanza") and not re.fullmatch(r"[\w-]*", model):
        raise InputError(f'trees = "{trees}": after the colon, a plan takes the name of a model, no path')


def _check_keys(table: Mapping[str, Any], known: Sequence[str]) -> None:
    for key in table:
        if key not in known:
            raise InputError(f"{key}: no such key; there are {', '.join(known)}")


@contextmanager
def _at(where: str) -> Iterator[None]:
    """Put a place of the file before the messages of errors."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{where}: {error.message}") from error
