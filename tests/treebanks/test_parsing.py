"""`load_parsing`: normalization of Penn-style treebanks, splits, and errors for missing files."""

import pytest

from treebanks.catalogue import entry
from treebanks.parsing import load_parsing, parsing_names
from treebanks.verify import state
from treenn.trees import InputError, NaryTree

SIZES = {
    "questionbank": {"train": 3200, "dev": 400, "test": 400},
    "craft": {"train": 25095, "dev": 3123, "test": 2612},
}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("TREEBANKS_HOME", str(tmp_path))
    (tmp_path / "parsing" / "craft").mkdir(parents=True)
    return tmp_path / "parsing"


def write_craft(home, text):
    for file in entry("craft").files:
        (home / "craft" / file.path).write_text(text.replace("article", file.path.removesuffix(".tree")))


def first_question(home, *lines):
    (home / "4000qs.txt").write_text("\n".join(lines) + "\n")
    return str(load_parsing("questionbank").splits["train"][0])


def test_questions_are_split_by_tenths(home):
    first_question(home, *(f"(SBARQ (WP q{number}) (. ?))" for number in range(1, 26)))
    words = {split: [t.words[0] for t in trees] for split, trees in load_parsing("questionbank").splits.items()}
    assert words["dev"] == ["q9", "q19"]
    assert words["test"] == ["q10", "q20"]
    assert len(words["train"]) == 21


@pytest.mark.parametrize(
    ("line", "mended"),
    [
        ("(SBARQ (WP Who)(SQ ( )(VP (VBD won)))(. ?))", "(SBARQ (WP Who) (SQ (VP (VBD won))) (. ?))"),
        ("(NP (NP (NNP O<Hara)(POS <s))(NN hat))", "(NP (NP (NNP O'Hara) (POS 's)) (NN hat))"),
        ("(NP ( -LRB-)(NN tic)( -RRB-))", "(NP (-LRB- -LRB-) (NN tic) (-RRB- -RRB-))"),
        ("(SQ (VB Go)(! !))", "(SQ (VB Go) (. !))"),
    ],
)
def test_questions_are_mended(home, line, mended):
    assert first_question(home, line) == mended


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("( (S (NP-SBJ (-NONE- *PRO*)) (VP (VB go))) )", "(S (VP (VB go)))"),
        ("( (S=2 (S (NP-1 (NP (-NONE- *)))\n (VP-TPC-1 (VB go)))) )", "(S (S (VP (VB go))))"),
        ("( (NP (-LRB- -LRB-) (HYPH -) (NNS mice-1)) )", "(NP (-LRB- -LRB-) (HYPH -) (NNS mice-1))"),
    ],
)
def test_traces_and_function_tags_go(home, text, clean):
    write_craft(home, text)
    assert str(load_parsing("craft").splits["dev"][0]) == clean


def test_no_article_is_in_two_splits(home):
    write_craft(home, "(NP (NN article)) (NP (NN article))")
    articles = {split: {t.words[0] for t in trees} for split, trees in load_parsing("craft").splits.items()}
    assert {split: len(some) for split, some in articles.items()} == {"train": 79, "dev": 9, "test": 9}
    assert len(set.union(*articles.values())) == 97


@pytest.mark.parametrize("name", ["questionbank", pytest.param("craft", marks=pytest.mark.slow)])
def test_the_real_treebanks(name, parsing_home):
    if state(entry(name)) != "here":
        pytest.skip(f"{name} is not under TREEBANKS_HOME")
    treebank = load_parsing(name)
    assert {split: len(trees) for split, trees in treebank.splits.items()} == SIZES[name]
    for tree in treebank.splits["dev"]:
        tags, categories = tree.labels[: len(tree.words)], tree.labels[len(tree.words) :]
        assert isinstance(tree, NaryTree)
        assert "-NONE-" not in tags
        assert None not in tags
        assert not any("-" in (label or "") or "=" in (label or "") for label in categories)


def test_sentiment_treebanks_come_without_labels():
    treebank = load_parsing("reviews")
    assert {"train", "dev", "test"} <= treebank.splits.keys()
    assert {label for trees in treebank.splits.values() for tree in trees for label in tree.labels} == {None}


def test_unknown_name_lists_the_known_ones():
    assert parsing_names() == ("craft", "questionbank", "reviews", "sst")
    with pytest.raises(InputError, match="'ptb'; it must be craft, questionbank, reviews, sst, a folder or a file"):
        load_parsing("ptb")


@pytest.mark.parametrize(("name", "missing"), [("questionbank", "4000qs.txt"), ("craft", "craft/11319941.tree")])
def test_missing_treebank_names_its_source(home, name, missing):
    with pytest.raises(InputError, match=r"is missing; take.*under TREEBANKS_HOME") as caught:
        load_parsing(name)
    assert caught.value.source == home / missing
