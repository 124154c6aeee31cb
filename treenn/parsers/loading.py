"""Parsers by name or folder, and the trainable kinds of parser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from treenn.parsers.parser import Parser
from treenn.trees.arguments import AnyPath, checked
from treenn.trees.errors import InputError, argument
from treenn.trees.files import read_json

SHIPPED = "chart"
"""The parser that ships with treenn, the default of commands and functions."""


class Kind(NamedTuple):
    """A trainable kind of parser, imported lazily.

    Args:
        package: the package with `train`, the parser and its settings.
        parser: the name of the `Parser` class, with the methods `load` and `save`.
        settings: the name of the dataclass of its settings.
    """

    package: str
    parser: str
    settings: str

    def of(self, name: str) -> Any:
        """Import the package, which imports torch, and return its attribute `name`."""
        return getattr(import_module(self.package), name)


KINDS: Mapping[str, Kind] = {
    "chart": Kind("treenn.parsers.chart", "ChartParser", "ChartSettings"),
    "pcfg": Kind("treenn.parsers.pcfg", "PCFGParser", "PCFGSettings"),
    "recursive": Kind("treenn.parsers.recursive", "RecursiveNetworkParser", "RecursiveSettings"),
}
"""The trainable kinds of parser by name, as in `treenn parser train` and in `config.json`."""


class _Named(NamedTuple):
    """A parser that is loaded by name.

    Args:
        module: the module in `treenn.parsers`.
        parser: the name of the class.
        option: the type of the option after the colon (default: None, no option).
    """

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
    """Load a parser by its name or from its folder.

    The name `chart` is the shipped parser. The names `balanced`, `left`, `random`, `right` and `right-punctuation` are
    fixed shapes. The names `benepar`, `spacy` and `stanza` need these packages. A colon introduces the seed
    (`random:7`), the model (`spacy:en_core_web_md`, `benepar:benepar_en3_large`) or the language (`stanza:de`).

    Raises:
        InputError: if there is no such parser, the folder holds none, or a required package is not installed.

    >>> print(load_parser("left").parse_text("not very good"))
    (X (X (X not) (X very)) (X good))
    """
    folder = parser_folder(name)
    if folder is None:
        return _named(str(name))
    if not folder.is_dir():
        names = ", ".join(parser_names())
        raise InputError(f"{argument('parser')} {name}: must be the folder of a parser, or one of {names}")
    return _saved(folder)


def parser_folder(name: AnyPath) -> Path | None:
    """The folder of a saved parser, which need not exist; None for the names of other parsers."""
    if str(name).partition(":")[0] in _NAMED:
        return None
    return Path(__file__).parent / "weights" / SHIPPED if str(name) == SHIPPED else Path(name)


def is_shape(name: str) -> bool:
    """Return True for the name of a fixed shape, such as `right`, whose trees are independent of syntax."""
    known = name.partition(":")[0]
    return known in _NAMED and _NAMED[known].module == "shapes"


def parser_names() -> tuple[str, ...]:
    """Return the names that `load_parser` accepts."""
    return tuple(sorted((*_NAMED, SHIPPED)))


def find_kind(name: str) -> Kind:
    """Return the trainable kind of parser of this name.

    Raises:
        InputError: if there is none; the message lists all names.
    """
    if name not in KINDS:
        raise InputError(f"{argument('parser')} {name}: must be one of {', '.join(KINDS)}")
    return KINDS[name]


def _named(name: str) -> Parser:
    known, _, option = name.partition(":")
    named = _NAMED[known]
    make: Callable[..., Parser] = getattr(import_module(f"treenn.parsers.{named.module}"), named.parser)
    if not option:
        return make()
    if named.option is None:
        raise InputError(f"{argument('parser')} {name}: must have no colon, since this parser has no option")
    if named.option is int and not option.isdecimal():
        raise InputError(f"{argument('parser')} {name}: must have a whole number after the colon, such as random:7")
    return make(named.option(option))


def _saved(folder: Path) -> Parser:
    path = folder / "config.json"
    config = read_json(path)
    kind = str(config.get("parser")) if isinstance(config, dict) else ""
    if kind not in KINDS:
        raise InputError(
            f'this folder has no parser: "parser" is {kind!r}; must be one of {", ".join(KINDS)}', source=path
        )
    parser: Parser = KINDS[kind].of(KINDS[kind].parser).load(folder)
    return parser
