from __future__ import annotations

import json
import math
from copy import deepcopy
from dataclasses import replace

import pytest
import torch

from treebanks.parsing import ParsingTreebank
from treenn.parsers.chart import ChartParser, train
from treenn.parsers.chart.chart_parser import MAX_WORDS
from treenn.parsers.chart.chart_trees import tree_of_best
from treenn.parsers.chart.tree_probability import tree_probability
from treenn.testing import check_parser
from treenn.trees import InputError


def test_keeps_the_rules_of_parsers(parser):
    check_parser(parser, longest=MAX_WORDS + 1)


def test_tree_is_independent_of_batch(parser, reviews):
    sentences = [tree.words for tree in reviews.splits["dev"]]
    assert parser.parse_batch(sentences) == [parser.parse(words) for words in sentences]


def test_large_scores_are_parsed_in_double_precision(parser, reviews):
    large, words = deepcopy(parser), list(reviews.splits["dev"][0].words)
    with torch.no_grad():
        large.network.node.weight.mul_(1e5)
    (best,) = large.distribution(words).expected_best()
    assert large.distribution(words).scores.nodes.dtype == torch.float64
    assert large.parse(words).merges == tree_of_best(words, best).merges


def test_words_never_seen_are_parsed(parser):
    assert parser.parse(["Zyxxing", "😀", "\ud800", "qwz-9"]).words == ("Zyxxing", "😀", "\ud800", "qwz-9")


def test_longest_sentence_is_parsed(parser):
    tree = parser.parse(["the", "film"] * (MAX_WORDS // 2))
    assert len(tree.words) == MAX_WORDS


def test_over_the_limit_the_message_says_it(parser):
    with pytest.raises(
        InputError, match=rf"^sentences\[1\] has {MAX_WORDS + 1} words; this parser takes at most {MAX_WORDS};"
    ):
        parser.parse_batch([["fine"], ["a"] * (MAX_WORDS + 1)])


def test_no_words_is_said_with_the_sentences_number(parser):
    with pytest.raises(InputError, match=r"sentences\[1\] has no words"):
        parser.parse_batch([["fine"], []])


def test_best_trees_are_sorted_and_sum_to_one(parser):
    found = parser.best(["A", "good", "film", "."], 10)
    chances = [chance for _, chance in found]
    assert len({tree.spans for tree, _ in found}) == 5
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) == pytest.approx(1, abs=1e-4)
    assert parser.best(["one"], 3)[0][1] == pytest.approx(1)


def test_best_wants_one_tree_or_more(parser):
    with pytest.raises(InputError, match="count 0: must be 1 or more"):
        parser.best(["a", "b"], 0)


def test_a_distribution_knows_its_entropy(parser):
    words = ["A", "good", "film", "."]
    chances = torch.tensor([chance for _, chance in parser.best(words, 5)])
    assert float(parser.distribution(words).entropy) == pytest.approx(-float((chances * chances.log()).sum()), abs=1e-3)


def test_saved_and_loaded_it_gives_the_same_trees(parser, reviews, tmp_path):
    parser.save(tmp_path / "parser")
    assert {path.name for path in (tmp_path / "parser").iterdir()} == {
        "config.json",
        "vocabulary.json",
        "model.safetensors",
    }
    again = ChartParser.load(tmp_path / "parser")
    sentences = [tree.words for tree in reviews.splits["dev"]]
    assert again.parse_batch(sentences) == parser.parse_batch(sentences)
    assert again.network.settings == parser.network.settings
    for name, tensor in parser.network.state_dict().items():
        assert torch.equal(again.network.state_dict()[name], tensor)


def test_keep_words_preserves_scores(parser, tmp_path):
    parser.save(tmp_path)
    words = parser.vocabulary.words[5:9]
    before = parser.distribution(words).scores
    fewer = ChartParser.load(tmp_path)
    fewer.keep_words(words[::-1])
    assert fewer.vocabulary.words[1:] == words[::-1]
    torch.testing.assert_close(fewer.distribution(words).scores, before)
    assert not torch.equal(fewer.distribution(parser.vocabulary.words[1:5]).scores.nodes, before.nodes)


@pytest.fixture
def joined(parser, reviews, tiny, tmp_path):
    """An ensemble of two parsers that differ in size and vocabulary, and the two parsers."""
    few = ParsingTreebank("few", {"train": reviews.splits["train"][:40], "dev": reviews.splits["dev"][:5]})
    other, _ = train(few, replace(tiny, epochs=1, size=7, word_size=5, seed=1))
    parser.save(tmp_path / "one")
    other.save(tmp_path / "two")
    alone = [ChartParser.load(tmp_path / name) for name in ("one", "two")]
    return ChartParser.joined([ChartParser.load(tmp_path / name) for name in ("one", "two")]), alone


def test_joined_parsers_average_scores(joined, reviews):
    both, alone = joined
    assert len(alone[0].vocabulary) == len(both.vocabulary) > len(alone[1].vocabulary)
    for tree in reviews.splits["dev"][:5]:
        scores = [each.distribution(tree.words).scores for each in alone]
        found = both.distribution(tree.words).scores
        torch.testing.assert_close(found.nodes, (scores[0].nodes + scores[1].nodes) / 2)
        torch.testing.assert_close(found.splits, (scores[0].splits + scores[1].splits) / 2)


def test_joined_parsers_round_trip(joined, reviews, tmp_path):
    both, _ = joined
    check_parser(both, longest=MAX_WORDS + 1)
    both.save(tmp_path / "both")
    again = ChartParser.load(tmp_path / "both")
    assert [network.settings.size for network in again.networks] == [12, 7]
    sentences = [tree.words for tree in reviews.splits["dev"]]
    assert again.parse_batch(sentences) == both.parse_batch(sentences)
    assert len(ChartParser.joined([again, again]).networks) == 4


def test_parsers_with_and_without_labels_are_not_joined(parser, tmp_path):
    parser.save(tmp_path)
    other = ChartParser.load(tmp_path)
    other.labels = True
    with pytest.raises(InputError, match="some of these parsers predict labels and others do not"):
        ChartParser.joined([ChartParser.load(tmp_path), other])


def test_loading_leaves_random_numbers_alone(parser, tmp_path):
    parser.save(tmp_path)
    state = torch.get_rng_state()
    ChartParser.load(tmp_path)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("config.json", '{"format": 2, "parser": "pcfg"}', "this folder holds a parser of kind 'pcfg', not 'chart'"),
        ("config.json", "{", r"config.json:1:2: not JSON"),
        ("model.safetensors", "", r"model.safetensors: these weights cannot be read"),
        ("vocabulary.json", '["the"]', r"model.safetensors: 0.words.weight has the shape \d+ x \d+; .* give 2 x"),
        ("vocabulary.json", '{"the": 1}', r"vocabulary.json: this file holds an object; it must be a list"),
        ("vocabulary.json", '["the", "the"]', r"vocabulary.json: words contains 'the' twice"),
        ("config.json", "[]", r"config.json: this file holds \[\]; it must be a JSON object"),
        ("config.json", '{"format": 2, "parser": "chart"}', r"config.json: the key 'networks' is missing"),
    ],
)
def test_malformed_folders_are_refused(parser, tmp_path, name, content, message):
    parser.save(tmp_path)
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=message):
        ChartParser.load(tmp_path)


def test_settings_named_by_010_are_upgraded(parser, tmp_path):
    network = parser.network
    network.settings = replace(network.settings, distill_weight=0.25, auxiliary_share=0.75, ema_decay=0.875)
    parser.save(tmp_path)
    config = (tmp_path / "config.json").read_text()
    for old, new in {"taught": "distill_weight", "helper_share": "auxiliary_share", "average": "ema_decay"}.items():
        assert f'"{new}"' in config
        config = config.replace(f'"{new}"', f'"{old}"')
    (tmp_path / "config.json").write_text(config)
    assert ChartParser.load(tmp_path).network.settings == network.settings


def test_a_missing_file_is_named(parser, tmp_path):
    parser.save(tmp_path)
    (tmp_path / "vocabulary.json").unlink()
    with pytest.raises(InputError, match=r"vocabulary\.json: cannot read this file"):
        ChartParser.load(tmp_path)


def test_the_config_says_what_it_is(parser, tmp_path):
    parser.save(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    assert (config["parser"], config["format"], config["labels"]) == ("chart", 2, False)


def test_sampled_trees_have_their_log_probabilities(parser):
    words = ("the", "movie", "is", "not", "bad")
    samples = parser.sample(words, 5, torch.Generator().manual_seed(0))
    distribution = parser.distribution(words)
    for tree, log_p in samples:
        assert tree.words == words
        assert math.exp(log_p) == pytest.approx(tree_probability(distribution, tree))
