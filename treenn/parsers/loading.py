"""Parsers by name or folder, and the kinds of parser that can be trained."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from treenn.parsers.parser import Parser
from treenn.trees.arguments import AnyPath, checked
from treenn.trees.errors import InputError
from treenn.trees.files import read_json

SHIPPED = "chart"
"""The parser that ships with treenn, and that is used where none is named."""


class Kind(NamedTuple):
    """Where a kind of parser that can be trained is found.

    Args:
        package: the package that has its `train`, its parser and its settings.
        parser: the name of the `Parser`, which has `load` and `save`.
        settings: the name of the dataclass that `train` takes.
    """

    package: str
    parser: str
    settings: str

    def of(self, name: str) -> Any:
        """What the package has by this name; the package, with torch behind it, is imported only now."""
        return getattr(import_module(self.package), name)


KINDS: Mapping[str, Kind] = {
    "chart": Kind("treenn.parsers.chart", "ChartParser", "ChartSettings"),
    "pcfg": Kind("treenn.parsers.pcfg", "PCFGParser", "Settings"),
    "recursive": Kind("treenn.parsers.recursive", "RecursiveNetworkParser", "Settings"),
}
"""What `treenn parser train` can train, and what a folder's config.json can be of."""


class _Named(NamedTuple):
    """A parser that a name is enough for: its module, its class, and what its name may be followed by."""

    module: str
    parser: str
    option: type[int] | type[str] | None = None


_NAMED: Mapping[str, _Named] = {
    "balanced": _Named("shapes", "Balanced"),
    "benepar": _Named("benepar_parser", "BeneparParser", str),
    "left": _Named("shapes", "Left"),
    "random": _Named("shapes", "Random", int),
    "right": _Named("shapes", "Right"),
    "right-punctuation": _Named("shapes", "RightPunctuation"),
    "spacy": _Named("spacy_parser", "SpacyParser", str),
    "stanza": _Named("stanza_parser", "StanzaParser", str),
}


@checked
def load_parser(name: AnyPath) -> Parser:
    """The parser of a name, or the one that a folder holds.

    Names are `chart`, which ships with treenn; the shapes `balanced`, `left`, `random`, `right` and
    `right-punctuation`; and `benepar`, `spacy` and `stanza`, where these are installed. After a colon there can be the
    seed (`random:7`), the model (`spacy:en_core_web_md`, `benepar:benepar_en3_large`) or the language (`stanza:de`).

    Raises:
        InputError: where there is no such parser, where a folder holds none, and where what it needs is not installed.

    >>> print(load_parser("left").parse_text("not very good"))
    (X (X (X not) (X very)) (X good))
    """
    known, _, option = str(name).partition(":")
    if known in _NAMED:
        return _named(_NAMED[known], str(name), option)
    folder = Path(__file__).parent / "weights" / SHIPPED if str(name) == SHIPPED else Path(name)
    if not folder.is_dir():
        raise InputError(f"{name} is neither a folder nor the name of a parser; names are {', '.join(parser_names())}")
    return _saved(folder)


def parser_names() -> tuple[str, ...]:
    """What `load_parser` knows by name."""
    return tuple(sorted((*_NAMED, SHIPPED)))


def find_kind(name: str) -> Kind:
    """The kind of parser that is trained by this name.

    Raises:
        InputError: where there is no such kind; the message names all.
    """
    if name not in KINDS:
        raise InputError(f"{name} is not a parser that can be trained; these are {', '.join(KINDS)}")
    return KINDS[name]


def _named(named: _Named, name: str, option: str) -> Parser:
    make: Callable[..., Parser] = getattr(import_module(f"treenn.parsers.{named.module}"), named.parser)
    if not option:
        return make()
    if named.option is None:
        raise InputError(f"{name}: nothing can stand after this parser's name")
    if named.option is int and not option.isdecimal():
        raise InputError(f"{name}: a whole number must stand after the colon")
    return make(named.option(option))


def _saved(folder: Path) -> Parser:
    path = folder / "config.json"
    config = read_json(path)
    kind = str(config.get("parser")) if isinstance(config, dict) else ""
    if kind not in KINDS:
        raise InputError(f'no parser: "parser" is {kind!r}, it can be {", ".join(KINDS)}', source=path)
    parser: Parser = KINDS[kind].of(KINDS[kind].parser).load(folder)
    return parser
