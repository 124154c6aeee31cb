"""The setting `frequent_words`: the vocabulary without the words of dev and test."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from toy import toy_treebank

from treebanks import Treebank
from treenn.experiment.run_spec import RunSpec
from treenn.models.settings import Settings
from treenn.models.vectors import WordVectors, read_vectors
from treenn.training import train
from treenn.training.data import build_vocabulary
from treenn.training.fine_tuning import fine_tuning_settings
from treenn.trees import InputError

TOY = toy_treebank(train=20, dev=5, test=5)
KNOWN = TOY.train[0].words[0]
SMALL = Settings(size=4, epochs=1, batch_size=10)


@pytest.fixture
def treebank() -> Treebank:
    """Dev has the words `zebra` and `lion`, which train lacks."""
    tree = replace(TOY.train[0], words=("zebra", "lion", *TOY.train[0].words[2:]))
    return replace(TOY, splits={**TOY.splits, "dev": (tree, *TOY.dev)})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "vectors.txt"
    path.write_text(f"the 1 2\nlion 3 4\n{KNOWN} 5 6\nzebra 7 8\n", encoding="utf-8")
    return path


def vectors(treebank: Treebank, file: Path, count: int = 0) -> list[WordVectors]:
    return [read_vectors(file, treebank.words(), frequent_words=count)]


def words(treebank: Treebank, file: Path, count: int | None) -> set[str]:
    """The words of the vocabulary that train lacks."""
    vocabulary, _ = build_vocabulary(treebank, vectors(treebank, file, count or 0), rare=False, frequent_words=count)
    return set(vocabulary.words[1:]) - {word for tree in treebank.train for word in tree.words}


def test_words_of_dev_are_not_looked_up(treebank: Treebank, file: Path) -> None:
    assert words(treebank, file, None) == {"lion", "zebra"}
    assert words(treebank, file, 0) == set()
    assert words(treebank, file, 1) == {"the"}
    assert words(treebank, file, 2) == {"the", "lion"}
    assert words(treebank, file, 100) == {"the", "lion", "zebra"}


def test_vocabulary_does_not_depend_on_dev(treebank: Treebank, file: Path) -> None:
    for count in (0, 2):
        some = [
            build_vocabulary(each, vectors(treebank, file, 2), rare=True, frequent_words=count)[0]
            for each in (TOY, treebank)
        ]
        assert some[0].words == some[1].words


def test_setting_decides_the_vocabulary(treebank: Treebank, file: Path, tmp_path: Path) -> None:
    settings = replace(SMALL, frequent_words=1)
    run = train(treebank, settings, vectors=vectors(treebank, file, 1), out=tmp_path / "model")
    assert run.model.vocabulary.unknown(["the", "zebra", KNOWN]) == ("zebra",)
    assert run.model.embedding.weight[run.model.vocabulary.encode(["the"])].tolist() == [[1.0, 2.0]]
    assert run.results.settings["frequent_words"] == 1
    with pytest.raises(InputError, match="has frequent_words=1, not 2"):
        train(
            treebank,
            replace(settings, frequent_words=2),
            vectors=vectors(treebank, file, 2),
            out=tmp_path / "model",
            resume=True,
        )
    again = train(treebank, settings, vectors=vectors(treebank, file, 1), out=tmp_path / "model", resume=True)
    assert again.results == run.results


def test_vectors_read_without_frequent_words_are_refused(treebank: Treebank, file: Path) -> None:
    with pytest.raises(InputError, match=r"vectors .*the first 0 words were read: must be read with frequent_words 3"):
        train(treebank, replace(SMALL, frequent_words=3), vectors=vectors(treebank, file))


def test_fine_tuning_adds_frequent_words(treebank: Treebank, file: Path) -> None:
    model = train(TOY, replace(SMALL, word_size=2)).model
    settings = fine_tuning_settings(model, epochs=1, frequent_words=1)
    tuned = train(treebank, settings, init=model, vectors=vectors(treebank, file, 1)).model
    assert tuned.vocabulary.unknown(["the", "zebra"]) == ("zebra",)


def test_default_changes_no_key() -> None:
    assert RunSpec(SMALL, "sst").key == RunSpec(replace(SMALL, frequent_words=None, spelling=0), "sst").key
    keys = {RunSpec(replace(SMALL, **change), "sst").key for change in ({}, {"frequent_words": 0}, {"spelling": 9})}
    assert len(keys) == 3
