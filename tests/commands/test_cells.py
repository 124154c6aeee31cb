import json
import re
import sys

import pytest

from treenn.cli import main
from treenn.models.building import build
from treenn.models.names import DEPENDENCY_ENCODERS, ENCODERS, GRAMMARS
from treenn.models.settings import Settings
from treenn.models.vocabulary import Vocabulary


@pytest.fixture
def cells(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def run(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["treenn", "cells", *arguments])
        with pytest.raises(SystemExit) as stop:
            main()
        assert not stop.value.code
        return capsys.readouterr().out

    return run


def test_networks_are_listed_with_papers(cells) -> None:
    listed = json.loads(cells("--json", "--word-size", "8", "--size", "6"))
    assert [each["name"] for each in listed] == [*ENCODERS, *DEPENDENCY_ENCODERS, *GRAMMARS]
    assert all(re.search(r"\b(19|20)\d\d\b", each["paper"]) for each in listed)
    for each in listed:
        model = build(Settings(model=each["name"], size=6, word_size=8), 5, Vocabulary([]))
        head = 6 * 5 + 5
        assert each["parameters"] == model.parameter_counts()[0] - head


def test_the_table_names_every_network(cells) -> None:
    table = cells()
    assert all(name in table for name in ENCODERS | DEPENDENCY_ENCODERS | GRAMMARS)
