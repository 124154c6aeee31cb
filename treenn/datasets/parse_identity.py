"""Identity of a parse: the parser's weights, the tokenizer, their code and packages."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import treenn.datasets
import treenn.parsers
import treenn.text
from treenn.parsers.loading import parser_folder
from treenn.trees.file_hash import hash_files

_SPACY_MODEL = "en_core_web_sm"  # the default of SpacyParser


def identify_parse(trees: str, tokenizer: str) -> dict[str, str]:
    """Identify the trees that a tokenizer and a parser make of texts.

    A saved parser is identified by its files, a spaCy model by its version or files, and a Stanza or benepar model by
    the version of the package.

    Args:
        trees: the parser, by its name or folder.
        tokenizer: the tokenizer, by its name.

    Returns:
        Names, versions and hashes. Equal values imply equal trees of equal texts.

    Raises:
        InputError: if a file of the parser cannot be read.
    """
    packages = {"regex", *(name.partition(":")[0] for name in (trees, tokenizer))} & {"regex", *_ADAPTED}
    return {
        "tokenizer": tokenizer,
        "parser": _parser(trees),
        "code": _code(),
        "packages": ", ".join(f"{name} {_version(name)}" for name in sorted(packages)),
    }


_ADAPTED = ("benepar", "spacy", "stanza")


def _parser(trees: str) -> str:
    """The hash of a saved parser's files, whatever their folder; else the parser's name and the model's version."""
    if folder := parser_folder(trees):
        paths = (path for path in folder.glob("*") if path.suffix in (".json", ".safetensors"))
        return hash_files(sorted(path for path in paths if path.is_file() and path.name != "results.json"))
    kind, _, option = trees.partition(":")
    if kind != "spacy":
        return trees
    model = Path(option or _SPACY_MODEL)
    if not (model / "meta.json").is_file():
        return f"{trees} {_version(model.name)}"
    return hash_files(sorted(path for path in model.rglob("*") if path.is_file()))


@cache
def _code() -> str:
    """A hash of the code and rules of tokenizers and parsers."""
    folders = [Path(str(package.__file__)).parent for package in (treenn.datasets, treenn.parsers, treenn.text)]
    paths = (path for folder in folders for path in folder.rglob("*") if path.suffix in (".py", ".json"))
    return hash_files(sorted(path for path in paths if "weights" not in path.parts))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "is not installed"
