import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from treenn.models.vocabulary import Vocabulary
from treenn.parsers.recursive import PAPER, RecursiveNetworkParser, RecursiveSettings
from treenn.parsers.recursive.merge_scorer import build
from treenn.parsers.recursive.recursive_parser import MAX_WORDS
from treenn.testing import check_parser
from treenn.trees import InputError

SMALL = RecursiveSettings(size=6, hidden=5, word_size=4, context_size=6)
KINDS = {
    "neighbours": SMALL,
    "tree-lstm": replace(SMALL, cell="tree-lstm"),
    "paper": replace(PAPER, size=6, word_size=4),
    "beam": replace(SMALL, width=4),
    "paper, beam": replace(PAPER, size=6, word_size=4, width=4),
}


def make(settings: RecursiveSettings) -> RecursiveNetworkParser:
    """Set weights large enough that trees differ."""
    network = build(settings, Vocabulary(["very", "good", "not", "the", "cat", "It", "."]))
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.7)
    return RecursiveNetworkParser(network, settings)


@pytest.fixture(params=KINDS)
def parser(request: pytest.FixtureRequest) -> RecursiveNetworkParser:
    return make(KINDS[request.param])


def test_it_is_a_parser(parser: RecursiveNetworkParser) -> None:
    check_parser(parser, longest=150)


def test_tree_is_independent_of_batch(parser: RecursiveNetworkParser) -> None:
    draw = random.Random(0)
    words = [*parser.network.vocabulary.words, "unheard"]
    sentences = [[draw.choice(words) for _ in range(draw.randint(1, 25))] for _ in range(120)]
    together = parser.parse_batch(sentences)
    assert together[:40] == [parser.parse(sentence) for sentence in sentences[:40]]
    assert together == parser.parse_batch(sentences[::-1])[::-1]
    assert len({str(tree) for tree in together}) > 80


def test_all_sentences_may_be_single_words(parser: RecursiveNetworkParser) -> None:
    assert [tree.merges for tree in parser.parse_batch([["good"], ["bad"]])] == [(), ()]


def test_a_saved_parser_comes_back(parser: RecursiveNetworkParser, tmp_path: Path) -> None:
    sentences = [["not", "very", "very", "good", ".", "the", "dog"], ["the", "cat"]]
    parser.save(tmp_path / "new" / "folder")
    state = torch.random.get_rng_state()
    again = RecursiveNetworkParser.load(tmp_path / "new" / "folder")
    assert torch.equal(state, torch.random.get_rng_state())
    assert again.settings == parser.settings
    assert again.parse_batch(sentences) == parser.parse_batch(sentences)
    assert {path.name for path in (tmp_path / "new" / "folder").iterdir()} == {
        "config.json", "vocabulary.json", "model.safetensors",
    }  # fmt: skip


def test_settings_of_010_are_upgraded(tmp_path: Path) -> None:
    make(RecursiveSettings(size=4, hidden=4, context_size=4, objective="max-violation")).save(tmp_path)
    config = (tmp_path / "config.json").read_text().replace("max-violation", "violation")
    (tmp_path / "config.json").write_text(config)
    assert RecursiveNetworkParser.load(tmp_path).settings.objective == "max-violation"


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    make(SMALL).save(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    for change, message in (
        ({"parser": "chart"}, r"config\.json: this folder holds a parser of kind 'chart', not 'recursive'"),
        ({"format": 9}, r"this parser's format is 9; must be 1"),
        ({"settings": {**config["settings"], "cell": "soup"}}, "must be recursive-tanh"),
        (
            {"settings": {**config["settings"], "size": 7}},
            r"model\.safetensors: outside has the shape 6; config\.json and vocabulary\.json give 7",
        ),
        ({"settings": {**config["settings"], "size": 10**9}}, r"model\.safetensors: |config\.json: "),
        (
            {"settings": {**config["settings"], "context": "lstm", "context_layers": 10**9}},
            "context_layers 1000000000: ",
        ),
        ({"word_size": "4"}, r"config\.json: 'word_size' is \"4\"; it must be a whole number"),
    ):
        (tmp_path / "config.json").write_text(json.dumps(config | change))
        with pytest.raises(InputError, match=message):
            RecursiveNetworkParser.load(tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(InputError, match=r"config\.json:1:2: not JSON"):
        RecursiveNetworkParser.load(tmp_path)
    with pytest.raises(InputError, match="cannot read this file"):
        RecursiveNetworkParser.load(tmp_path / "nowhere")


def test_what_it_does_not_take() -> None:
    parser = make(SMALL)
    with pytest.raises(InputError, match=r"sentences\[1\] has no words"):
        parser.parse_batch([["a"], []])
    with pytest.raises(InputError, match=f"words has {MAX_WORDS + 1} words; this parser takes at most {MAX_WORDS};"):
        parser.parse(["a"] * (MAX_WORDS + 1))


@pytest.mark.parametrize(
    "change, message",
    [
        ({"cell": "lstm"}, "cell lstm: must be recursive-tanh, "),
        ({"context": "much"}, "context much: must be none or lstm"),
        ({"train_width": 0}, "train_width 0: must be 1 to 10000"),
        ({"kappa": float("nan")}, "kappa nan: must be a finite number, 0 or more"),
        ({"dropout": 1.0}, "dropout 1.0: must be at least 0 and below 1"),
        ({"explore": 1.5}, "explore 1.5: must be 0 to 1"),
        ({"context_size": 7}, "context_size 7: must be even"),
    ],
)
def test_settings_out_of_range_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(SMALL, **change)
