"""benepar's constituents. Its models cannot be downloaded here, so fixed trees replace its parser."""

from collections.abc import Iterator
from typing import Any

import pytest

from treenn.parsers.benepar_parser import BeneparParser
from treenn.testing import check_parser
from treenn.trees import InputError

benepar = pytest.importorskip("benepar", reason="needs benepar: python -m pip install 'treenn[benepar]'")


class Flat:
    """A fake `benepar.Parser`: flat trees, with brackets escaped as by benepar."""

    def __init__(self, name: str) -> None:
        self.name = name

    def parse_sents(self, sentences: list[Any]) -> Iterator[Any]:
        import nltk

        for sentence in sentences:
            words = [nltk.Tree("UNK", [word.replace("(", "-LRB-")]) for word in sentence.words]
            yield nltk.Tree("TOP", [nltk.Tree("S", words)])


def test_constituents_become_a_binary_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benepar, "Parser", Flat)
    tree = BeneparParser().parse(["a", "(", "b"])
    assert str(tree) == "(TOP (UNK a) (X (UNK -LRB-) (UNK b)))"
    assert tree.words == ("a", "(", "b")


def test_it_keeps_the_rules_of_parsers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benepar, "Parser", Flat)
    check_parser(BeneparParser())


def test_a_model_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match=r"model 'nowhere': benepar has no such model here; .*benepar\.download"):
        BeneparParser("nowhere")
