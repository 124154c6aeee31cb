"""The tokenizer and the parser of training texts, in a model's folder."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from toy import toy_treebank

from treebanks.own_data import DatasetSpec, Origin
from treenn import Settings, load_model, train
from treenn.models.text_parsing import TextParsing
from treenn.trees import InputError

SPEC = DatasetSpec(tokenizer="characters", trees="right")
SETTINGS = Settings(size=2, word_size=2, epochs=1, min_steps=0)


def test_models_of_texts_record_tokenizer_and_parser(tmp_path: Path) -> None:
    treebank = replace(toy_treebank(train=5, dev=2, test=0), origin=Origin("a.csv", SPEC, parsed=True))
    treebank = replace(treebank, splits={split: treebank.splits[split] for split in ("train", "dev")})
    train(treebank, SETTINGS, out=tmp_path / "texts")
    assert load_model(tmp_path / "texts").text_parsing == TextParsing("characters", "right")
    train(replace(treebank, origin=Origin("a.txt", SPEC)), SETTINGS, out=tmp_path / "trees")
    assert load_model(tmp_path / "trees").text_parsing is None
    assert not {"tokenizer", "trees"} & json.loads((tmp_path / "trees" / "config.json").read_text()).keys()


@pytest.mark.parametrize("config", [{"tokenizer": "treebank"}, {"trees": "chart"}, {"tokenizer": "x", "trees": None}])
def test_malformed_keys_are_refused(config: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"config\.json: (the key )?'(tokenizer|trees)'"):
        TextParsing.from_config(config, tmp_path / "config.json")


@pytest.mark.parametrize("trees", ["chart", "right-punctuation", "random:7", "spacy:en_core_web_sm", "stanza:de"])
def test_parsers_by_name_are_permitted(trees: str) -> None:
    TextParsing("treebank", trees).check_permitted()


@pytest.mark.parametrize(
    "trees", ["my/parser", "../x", "spacy:../x", "spacy:/x", "C:\\x", "spacy:a:b", "", "spacy:tests"]
)
def test_folders_are_named_by_the_caller(trees: str) -> None:
    parsing = TextParsing("treebank", trees)
    with pytest.raises(InputError, match="only if you name it, too: trees=FOLDER"):
        parsing.check_permitted()
    parsing.check_permitted("my/parser")
