"""Stanza's dependencies. Its models cannot be downloaded here, so a fake pipeline returns real documents."""

from typing import Any

import pytest

from treenn.parsers.stanza_parser import StanzaParser
from treenn.testing import check_parser
from treenn.trees import InputError

stanza = pytest.importorskip("stanza", reason="needs Stanza: python -m pip install 'treenn[stanza]'")


def pipeline(language: str, **options: Any) -> Any:
    """A fake `stanza.Pipeline`: the head of a word is the next word; the last before a full stop is the root."""
    from stanza.models.common.doc import Document

    assert options["tokenize_pretokenized"]

    def run(sentences: list[list[str]]) -> Any:
        return Document([[row(words, number) for number in range(1, len(words) + 1)] for words in sentences])

    def row(words: list[str], number: int) -> dict[str, Any]:
        root = len(words) - (words[-1] == "." and len(words) > 1)
        head = 0 if number == root else min(number + 1, root)
        return {"id": number, "text": words[number - 1], "head": head, "deprel": "dep" if head else "root"}

    return run


def test_dependencies_become_a_binary_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stanza, "Pipeline", pipeline)
    assert str(StanzaParser().parse(["so", "it", "goes", "."])) == "(X (X (X so) (X it)) (X (X goes) (X .)))"


def test_it_keeps_the_rules_of_parsers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stanza, "Pipeline", pipeline)
    check_parser(StanzaParser())


def test_models_that_are_not_there_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(stanza.pipeline.core, "DEFAULT_MODEL_DIR", str(tmp_path))
    with pytest.raises(InputError, match=r"language 'en': Stanza has no models of it here; .*stanza\.download"):
        StanzaParser()
