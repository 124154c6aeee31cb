"""Parsers by name and folder, and error messages for missing ones."""

import json
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from treenn.parsers import Parser
from treenn.parsers.loading import KINDS, find_kind, load_parser, parser_names
from treenn.parsers.shapes import Balanced, Left, Random, Right, RightPunctuation
from treenn.trees import InputError

SHAPES = {
    "balanced": Balanced,
    "left": Left,
    "random": Random,
    "right": Right,
    "right-punctuation": RightPunctuation,
}


@pytest.mark.parametrize(("name", "shape"), SHAPES.items())
def test_shapes_have_names(name: str, shape: type[Parser]) -> None:
    assert isinstance(load_parser(name), shape)
    assert name in parser_names()


def test_a_seed_follows_the_name() -> None:
    words = ["w"] * 30
    assert load_parser("random:7").parse(words) == Random(7).parse(words) != load_parser("random").parse(words)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_imported(kind: str) -> None:
    found = find_kind(kind)
    assert issubclass(found.of(found.parser), Parser)
    assert found.of(found.settings)().__dataclass_fields__
    assert callable(found.of("train"))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere", "parser nowhere: must be the folder of a parser, or one of balanced, "),
        ("left:2", "parser left:2: must have no colon, since this parser has no option"),
        ("random:x", "parser random:x: must have a whole number after the colon"),
    ],
)
def test_names_that_are_none_are_refused(name: str, message: str) -> None:
    with pytest.raises(InputError) as refused:
        load_parser(name)
    assert str(refused.value).startswith(message)


def test_a_kind_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="parser right: must be one of chart, pcfg, recursive"):
        find_kind("right")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (None, "config.json: cannot read this file: No such file"),
        ("{\n{", "config.json:2:1: not JSON: Expecting property name"),
        ("[]", "config.json: this folder has no parser: \"parser\" is ''; must be one of chart, pcfg, recursive"),
        (json.dumps({"format": 1, "model": "lstm"}), "config.json: this folder has no parser: \"parser\" is 'None'"),
    ],
)
def test_folders_without_a_parser_are_refused(tmp_path: Path, config: str | None, message: str) -> None:
    if config is not None:
        (tmp_path / "config.json").write_text(config)
    with pytest.raises(InputError) as refused:
        load_parser(tmp_path)
    assert str(refused.value).startswith(str(tmp_path / message))


@pytest.mark.parametrize("package", ["spacy", "stanza", "benepar"])
def test_a_package_that_is_not_installed_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(
        InputError, match=rf"is not installed; install it by python -m pip install 'treenn\[{package}\]'"
    ):
        load_parser(package)


def test_text_after_colon_is_the_model() -> None:
    if not find_spec("spacy"):
        pytest.skip("needs spaCy: python -m pip install 'treenn[spacy]'")
    with pytest.raises(InputError, match="model 'nowhere': spaCy has no such pipeline"):
        load_parser("spacy:nowhere")
