"""`Space`: which settings are searched for, and what they may be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import numpy as np

from treenn.contextual import check_permitted
from treenn.models import check_recipe
from treenn.settings import Settings
from treenn.trees import InputError
from treenn.trees.files import read_toml

SHIPPED = Path(__file__).with_name("space.toml")
"""The space that is searched where no other is given."""

_DIGITS = 3  # so that a drawn number is as short in a command as it is exact
_DECIDED = ("model", "seed")


@dataclass(frozen=True)
class Range:
    """Numbers between two others, each order of magnitude as likely as the next.

    Args:
        low: the least, more than 0.
        high: the greatest.
    """

    low: float
    high: float

    def draw(self, rng: np.random.Generator) -> float | int:
        """A number to three digits, a whole one between two whole ones."""
        drawn = math.exp(rng.uniform(math.log(self.low), math.log(self.high)))
        if isinstance(self.low, int) and isinstance(self.high, int):
            return round(drawn)
        return min(max(float(f"{drawn:.{_DIGITS}g}"), self.low), self.high)


@dataclass(frozen=True)
class Space:
    """Settings, and for each the range or the choices that it is drawn from.

    >>> space = Space({"learning_rate": Range(0.01, 0.1), "dropout": (0.0, 0.5)})
    >>> space.draw(trial=0, seed=0) == space.draw(trial=0, seed=0)
    True
    """

    settings: Mapping[str, Range | tuple[Any, ...]]

    def draw(self, trial: int, seed: int) -> dict[str, Any]:
        """The settings of a trial; each is drawn by itself, whatever else is in the space.

        Choices come in random order, all of them before one comes again: few trials would else spend some on the same.
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
        """The space in JSON's types.

        >>> Space({"learning_rate": Range(0.01, 0.1), "dropout": (0.0, 0.5)}).as_dict()
        {'learning_rate': {'low': 0.01, 'high': 0.1}, 'dropout': [0.0, 0.5]}
        """
        return {
            name: asdict(values) if isinstance(values, Range) else list(values)
            for name, values in self.settings.items()
        }

    def without(self, names: Iterable[str]) -> Space:
        """The space with these settings left as they are."""
        return Space({name: values for name, values in self.settings.items() if name not in set(names)})

    def of(self, model: str) -> Space:
        """The space without the settings that a model has no use for."""
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


def read_space(path: Path = SHIPPED) -> Space:
    """The space of a TOML file: `setting = { low = 0.01, high = 0.1 }` or `setting = [0.0, 0.5]`.

    Raises:
        InputError: where the file cannot be read, names no setting, or gives one what it cannot be.

    >>> read_space().settings["learning_rate"]
    Range(low=0.01, high=0.2)
    """
    table = read_toml(path)
    if not table:
        raise InputError("names no setting; such as learning_rate = { low = 0.01, high = 0.1 }", source=path)
    try:
        return Space({name: _values(name, entry) for name, entry in table.items()})
    except InputError as error:
        raise InputError(error.message, source=path) from error


def _values(name: str, entry: Any) -> Range | tuple[Any, ...]:
    hint = get_type_hints(Settings).get(name)
    if hint is None or name in _DECIDED:
        raise InputError(f"{name}: no setting that can be searched for; `treenn tune --help` lists them")
    is_range = isinstance(entry, dict)
    if not (is_range and set(entry) == {"low", "high"}) and not (isinstance(entry, list) and entry):
        raise InputError(f"{name}: must be {{ low = ..., high = ... }} or a list of values")
    values = tuple(entry.values() if is_range else entry)
    for value in values:
        _check(name, value, hint)
        if name == "contextual" and value is not None:
            check_permitted(value, ())
    if not is_range:
        return values
    if isinstance(values[0], str) or not 0 < entry["low"] <= entry["high"]:
        raise InputError(f"{name}: a range runs from a low above 0 to a high that is no less")
    return Range(entry["low"], entry["high"])


def _check(name: str, value: Any, hint: Any) -> None:
    """Refuse a value that is not of its setting's kind, or not what the setting may be."""
    kinds = {str} if get_origin(hint) is Literal else set(get_args(hint) or (hint,))  # of `int | None` both
    if float in kinds:
        kinds.add(int)
    if type(value) not in kinds:
        raise InputError(f"{name}: {value!r} is none of what it can be")
    chosen: dict[str, Any] = {name: value}
    Settings(**chosen)
