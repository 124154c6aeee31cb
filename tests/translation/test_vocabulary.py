"""Units of source and target: round trips, sharing, files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from treenn.models.text_vocabulary import END_ID
from treenn.translation.vocabulary import SPACE, Segmentation, TranslationVocabulary, learn_merges
from treenn.trees import InputError

pytest.importorskip("tokenizers", reason="needs tokenizers: pip install 'treenn[translation]'")

SOURCES = [["the", "dog", "barks", "."], ["the", "dogs", "bark", "."]] * 3
TARGETS = ["der Hund bellt.", "die Hunde bellen (laut)."] * 3


def learned(**units: str) -> TranslationVocabulary:
    return TranslationVocabulary.learn(SOURCES, TARGETS, ("en", "de"), size=80, **units)  # type: ignore[arg-type]


@pytest.mark.parametrize("target_units", ["subwords", "characters"])
def test_targets_are_restored(target_units: str) -> None:
    vocabulary = learned(target_units=target_units)
    for text in TARGETS:
        assert vocabulary.text([*vocabulary.target_units(text), END_ID]) == text


def test_subwords_are_shared_by_both_sides() -> None:
    vocabulary = learned()
    assert vocabulary.source_units(["the"]) != [[0]]
    joint = {unit for words in SOURCES for units in vocabulary.source_units(words) for unit in units}
    assert joint & {unit for text in TARGETS for unit in vocabulary.target_units(text)}
    assert vocabulary.words[vocabulary.source_units(["dog"])[0][0]].startswith(SPACE)


def test_a_merge_joins_the_most_frequent_pair() -> None:
    units, merges = learn_merges(["ab ab ab b"], 6)
    assert merges == (("a", "b"), (SPACE, "ab"))
    assert units == ["a", "b", SPACE, "ab", f"{SPACE}ab"]


def test_words_of_the_source_occur_twice() -> None:
    vocabulary = TranslationVocabulary.learn(
        [["the", "cat"], ["the"]], ["die", "die"], ("en", "de"), size=20, source_units="words"
    )
    the, cat = vocabulary.source_units(["the", "cat"])
    assert vocabulary.words[the[0]] == f"{SPACE}the"
    assert cat == [0]


def test_targets_have_the_first_units() -> None:
    vocabulary = learned(source_units="words")
    assert vocabulary.target_size < len(vocabulary)
    units = [unit for text in TARGETS for unit in vocabulary.target_units(text)]
    assert min(units) > END_ID
    assert max(units) < vocabulary.target_size
    assert vocabulary.target_units("ß")[-1] == 0


def test_only_train_gives_units() -> None:
    assert 0 in learned().target_units("Ωmega")
    assert learned().source_units(["Ω"])[0][-1] == 0


def test_the_same_text_gives_the_same_units(tmp_path: Path) -> None:
    first, second = learned(), learned()
    assert first.segmentation == second.segmentation
    first.write(tmp_path / "vocabulary.json")
    read = TranslationVocabulary.read(tmp_path / "vocabulary.json")
    assert (read.words, read.segmentation) == (first.words, first.segmentation)
    assert [read.target_units(text) for text in TARGETS] == [first.target_units(text) for text in TARGETS]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"targets": 0}, "'targets' is 0; it must be 1 to"),
        ({"merges": [["q", "z"]]}, "'merges' does not fit 'symbols'"),
        ({"symbols": ["a", "a"], "targets": 1, "merges": []}, "contains 'a' twice"),
        ({"languages": "en"}, "languages"),
    ],
)
def test_malformed_files_are_refused(tmp_path: Path, change: dict[str, object], message: str) -> None:
    path = tmp_path / "vocabulary.json"
    learned().write(path)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(InputError, match=message):
        TranslationVocabulary.read(path)


def test_the_end_is_no_text() -> None:
    vocabulary = TranslationVocabulary(Segmentation(("a", "b"), "subwords", "characters", ("<", "/", "s", ">"), 4, ()))
    assert END_ID not in vocabulary.target_units("</s>")
    assert vocabulary.text(vocabulary.target_units("</s>")) == "</s>"
