"""`Space`: the settings of a search, each with its range or its choices."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from treenn.contextual import check_permitted
from treenn.models.building import check_recipe
from treenn.models.settings import Settings, check_setting
from treenn.trees.arguments import AnyPath, Natural, Positive, Seed, check_fields, check_list, checked, field_hints
from treenn.trees.errors import InputError, argument
from treenn.trees.files import read_toml

SHIPPED = Path(__file__).with_name("space.toml")
"""The default search space."""

_SPACES = Path(__file__).parent / "spaces"

_DIGITS = 3  # so that a drawn number is as short in a command as it is exact
_DECIDED = ("model", "seed")


@dataclass(frozen=True)
class Range:
    """A log-uniform range of numbers.

    Args:
        low: the minimum, more than 0.
        high: the maximum, at least `low`.

    Raises:
        InputError: if a bound is not finite, or the range is empty.
    """

    low: Positive
    high: Positive

    def __post_init__(self) -> None:
        check_fields(self)
        if self.low > self.high:
            raise InputError(f"{argument('low')} {self.low}: must be at most {argument('high')} {self.high}")

    def draw(self, rng: np.random.Generator) -> float | int:
        """Draw a number to three digits; an integer if both bounds are integers."""
        drawn = math.exp(rng.uniform(math.log(self.low), math.log(self.high)))
        if isinstance(self.low, int) and isinstance(self.high, int):
            return round(drawn)
        return min(max(float(f"{drawn:.{_DIGITS}g}"), self.low), self.high)


@dataclass(frozen=True)
class Space:
    """A search space: the range or the choices of each setting.

    Raises:
        InputError: if a name is not a setting that can be searched, or a value is invalid for its setting.

    >>> space = Space({"learning_rate": Range(0.01, 0.1), "dropout": (0.0, 0.5)})
    >>> space.draw(trial=0, seed=0) == space.draw(trial=0, seed=0)
    True
    """

    settings: Mapping[str, Range | Sequence[Any]]

    def __post_init__(self) -> None:
        check_fields(self)
        checked = {name: _checked(name, values) for name, values in self.settings.items()}
        object.__setattr__(self, "settings", checked)

    @checked
    def draw(self, trial: Natural, seed: Seed) -> dict[str, Any]:
        """Draw the settings of a trial, each independently of the others in the space.

        Choices are drawn without replacement until all have been drawn, so that few trials do not repeat one.
        """
        drawn = {}
        for name, values in self.settings.items():
            if isinstance(values, Range):
                drawn[name] = values.draw(np.random.default_rng([seed, trial, *name.encode()]))
            else:
                again, place = divmod(trial, len(values))
                drawn[name] = values[
                    np.random.default_rng([seed, again, *name.encode()]).permutation(len(values))[place]
                ]
        return drawn

    def as_dict(self) -> dict[str, Any]:
        """Return the space as JSON types.

        >>> Space({"learning_rate": Range(0.01, 0.1), "dropout": (0.0, 0.5)}).as_dict()
        {'learning_rate': {'low': 0.01, 'high': 0.1}, 'dropout': [0.0, 0.5]}
        """
        return {
            name: asdict(values) if isinstance(values, Range) else list(values)
            for name, values in self.settings.items()
        }

    def without(self, names: Iterable[str]) -> Space:
        """Return the space without these settings."""
        return Space({name: values for name, values in self.settings.items() if name not in set(names)})

    def of(self, model: str) -> Space:
        """Return the space without the settings that a model does not support."""
        return self.without([name for name in self.settings if not self._applies(name, model)])

    def _applies(self, name: str, model: str) -> bool:
        values = self.settings[name]
        most = values.high if isinstance(values, Range) else max(values, key=bool)
        # No setting but the width decides what a network has, and building a narrow one takes no time.
        narrow: dict[str, Any] = {"model": model, "word_size": 4, name: most} | {"size": 4}
        try:
            check_recipe(Settings(**narrow))
        except InputError:
            return False
        return True


def shipped_spaces() -> tuple[str, ...]:
    """The names of the search spaces that ship with treenn, without the default."""
    return tuple(sorted(path.stem for path in _SPACES.glob("*.toml")))


@checked
def read_space(path: AnyPath = SHIPPED) -> Space:
    """Read a space from a TOML file: `setting = { low = 0.01, high = 0.1 }` or `setting = [0.0, 0.5]`.

    Args:
        path: the file, or the name of a shipped space (default: the default space).

    Raises:
        InputError: if the file cannot be read, names no setting, or has an invalid value.

    >>> read_space().settings["learning_rate"]
    Range(low=0.01, high=0.2)
    """
    path = _SPACES / f"{path}.toml" if str(path) in shipped_spaces() else Path(path)
    if not path.exists() and not path.suffix:
        raise InputError(f"{path}: no such space; must be the name of a file, or one of {', '.join(shipped_spaces())}")
    table = read_toml(path)
    if not table:
        raise InputError("this file has no setting, such as learning_rate = { low = 0.01, high = 0.1 }", source=path)
    try:
        return Space({name: _values(name, entry) for name, entry in table.items()})
    except InputError as error:
        raise InputError(error.message, source=path) from error


def _values(name: str, entry: Any) -> Range | tuple[Any, ...]:
    if isinstance(entry, dict) and set(entry) == {"low", "high"}:
        try:
            return Range(**entry)
        except InputError as error:
            raise InputError(f"{name}: {error.message}") from error
    if not isinstance(entry, list):
        raise InputError(f"{name}: must be {{ low = ..., high = ... }} or a list of values")
    for value in entry if name == "contextual" else ():
        if value is not None:
            check_permitted(value, ())
    return tuple(entry)


def _checked(name: str, values: Any) -> Range | tuple[Any, ...]:
    """The values of a setting, each validated by `Settings`."""
    if name not in field_hints(Settings) or name in _DECIDED:
        raise InputError(f"{name}: not a setting that can be searched; `treenn tune --help` lists them")
    for value in (values.low, values.high) if isinstance(values, Range) else check_list(name, values):
        check_setting(name, value)
    if isinstance(values, Range):
        return values
    if not len(values):
        raise InputError(f"{name}: must be a range, or a list of at least one value")
    return tuple(check_list(name, values))
