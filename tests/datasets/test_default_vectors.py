"""Default word vectors: GloVe, for English text, if its files are there."""

from pathlib import Path

import pytest

from treebanks.catalogue import entry
from treenn.datasets.default_vectors import default_vectors, is_english


def test_files_are_those_of_glove(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREEBANKS_HOME", str(tmp_path))
    assert default_vectors(["film"]) == ()
    folder = tmp_path / entry("glove").folder
    folder.mkdir()
    for file in entry("glove").files:
        (folder / file.path).write_text("film 1\n", encoding="utf-8")
    names = [path.name for path in default_vectors(["film"])]
    assert names == ["glove.6B.50d.txt", "glove.6B.100d.txt"]
    assert default_vectors(["film"], "de") == default_vectors(["фильм"]) == ()


@pytest.mark.parametrize(
    ("words", "language", "expected"),
    [
        (["film", "naïve"], None, True),
        (["film"], "en-GB", True),
        (["film"], "", True),
        (["film"], "nl", False),
        (["春", "眠", "film"], None, False),
        ([], None, True),
    ],
)
def test_english_is_undeclared_ascii(words: list[str], language: str | None, expected: bool) -> None:
    assert is_english(words, language) == expected
