"""`PCFGParser`: the interface's rules, its labels, fragments, limits, and its folder."""

import json
import subprocess
import sys

import pytest

from treenn.parsers.pcfg import PCFGParser, PCFGSettings
from treenn.parsers.pcfg.induction import induced
from treenn.parsers.pcfg.pcfg_parser import MAX_WORDS
from treenn.testing import check_parser
from treenn.trees import InputError, binarize, parse_nary, unbinarize

TREES = parse_nary("""
    (S (NP (DT the) (JJ old) (NN dog)) (VP (VBZ sees) (NP (NN food))) (. .))
    (S (NP (NN food)) (VP (VBZ pleases) (NP (DT the) (NN dog))) (. .))
    (S (NP (DT the) (NN dog)) (VP (VBZ eats) (PP (IN with) (NP (NN pleasure)))) (. .))
    (NP (NN food))
""")
SETTINGS = PCFGSettings(vertical=1, rare=1, common=1, retag=0)


@pytest.fixture(scope="module")
def parser():
    return PCFGParser(induced(TREES, SETTINGS), SETTINGS)


def test_it_keeps_the_rules(parser):
    check_parser(parser)


def test_labels_are_binarize_s(parser):
    [tree] = parse_nary("(S (NP (NN food)) (VP (VBZ eats) (NP (DT the) (JJ old) (NN dog))) (. .))")
    found = parser.parse(tree.words)
    assert unbinarize(found) == tree
    assert found == binarize(tree, "right")  # this sentence's heads happen to be where "right" joins


def test_unknown_words(parser):
    assert unbinarize(parser.parse(["the", "young", "cat", "loves", "food", "."])).labels[-1] == "S"


def test_first_word_falls_back_to_lower_case(parser):
    assert parser.parse(["The", "old", "dog", "."]).labels == parser.parse(["the", "old", "dog", "."]).labels


def test_fragments_stand_under_a_root_without_a_label(parser):
    tree = unbinarize(parser.parse(["the", "dog", "the", "dog", ".", "."]))
    assert tree.labels[-1] is None
    assert len(tree.children[-1]) >= 2
    assert [tree.labels[child] for child in tree.children[-1]][:2] == ["NP", "NP"]


def test_one_word(parser):
    assert parser.parse(["food"]).labels == ("NP+NN",)


def test_the_limit_is_named(parser):
    assert len(parser.parse(["dog"] * MAX_WORDS).words) == MAX_WORDS
    with pytest.raises(InputError, match=rf"sentences\[1\] has {MAX_WORDS + 1} words; .* at most {MAX_WORDS};"):
        parser.parse_batch([["dog"], ["dog"] * (MAX_WORDS + 1)])


def test_a_saved_parser_is_the_same(parser, tmp_path):
    parser.save(tmp_path)
    loaded = PCFGParser.load(tmp_path)
    assert loaded.settings == parser.settings
    assert {(p.lhs(), p.rhs(), p.prob()) for p in loaded.grammar.productions()} == {
        (p.lhs(), p.rhs(), p.prob()) for p in parser.grammar.productions()
    }
    sentences = [tree.words for tree in TREES] + [("a", "new", "dog", "(", "hot", ")")]
    assert loaded.parse_batch(sentences) == parser.parse_batch(sentences)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"parser": "chart"}, "holds a parser of kind 'chart', not 'pcfg'"),
        ({"format": 7}, "format is 7; must be 1"),
    ],
)
def test_another_folder_is_refused(parser, tmp_path, change, message):
    parser.save(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text()) | change
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match=message) as caught:
        PCFGParser.load(tmp_path)
    assert caught.value.source == tmp_path / "config.json"


def test_a_broken_file_is_named_with_its_line(parser, tmp_path):
    parser.save(tmp_path)
    (tmp_path / "grammar.json").write_text('{\n"rules": nothing')
    with pytest.raises(InputError, match=r"grammar\.json:2:10: not JSON"):
        PCFGParser.load(tmp_path)


@pytest.mark.parametrize(
    "wrong",
    [
        *({"horizontal": -1}, {"vertical": 0}, {"factor": "up"}, {"rare": -1}, {"common": 0}),
        *({"retag": float("nan")}, {"root": 0.0}, {"fragment": 0.0}, {"fragment": 1.0}),
    ],
)
def test_settings_out_of_range_are_refused(wrong):
    [name] = wrong
    with pytest.raises(InputError, match=f"^{name} "):
        PCFGSettings(**wrong)


def test_parsing_does_without_torch():
    program = "import sys, treenn.parsers.pcfg; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "False\n"
