"""The ListOps treebank, compared with the published test set; all labels checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random
from statistics import mean

import pytest

import treebanks
from treebanks import Treebank
from treebanks.listops import _distinct, _read, generate, with_fresh_tests
from treebanks.listops.expression_sampling import draw
from treebanks.listops.expressions import depth, value
from treenn.trees import InputError, Tree

SMALL = {"train": 3000, "dev": 100, "generalisation": 20}


@pytest.fixture(scope="module")
def small() -> Treebank:
    return generate(SMALL)


def test_split_sizes_and_distinct_trees(small: Treebank) -> None:
    sizes = {split: len(trees) for split, trees in small.splits.items()}
    assert (sizes["train"], sizes["dev"], sizes["test"], sizes["900-1000"]) == (3000, 100, 0, 20)
    trees = [tree.words for split in small.splits.values() for tree in split]
    assert len(set(trees)) == len(trees)
    assert small.classes == tuple("0123456789")


def test_roots_are_labelled_with_the_value(small: Treebank) -> None:
    for trees in small.splits.values():
        for tree in trees[:20]:
            assert set(tree.labels[:-1]) <= {None}
            assert tree.label == value(tree.words)


def test_generalisation_splits_are_what_their_names_say(small: Treebank) -> None:
    for split, trees in small.splits.items():
        if "-" in split and split[0].isdigit() and split[-1].isdigit():
            low, high = map(int, split.split("-"))
            assert all(low <= len(tree.words) < high for tree in trees)
    assert {depth(tree.words) for tree in small.splits["30-deep"]} == {30}
    assert all(100 <= len(tree.words) <= 1000 for tree in small.splits["15-arguments"])


def test_a_seed_fixes_every_tree(small: Treebank) -> None:
    assert generate(SMALL).splits["dev"] == small.dev
    assert generate(SMALL, seed=1).splits["dev"] != small.dev


def test_what_is_known_is_not_drawn_again(small: Treebank) -> None:
    again = generate(SMALL, known=small.train)
    assert not {tree.words for tree in again.train} & {tree.words for tree in small.train}


def test_short_ones_alone() -> None:
    treebank = generate({"train": 300, "dev": 300, "generalisation": 1}, longest=25)
    assert treebank.name == "listops-25"
    assert max(len(tree.words) for split in ("train", "dev") for tree in treebank.splits[split]) == 25


def test_fresh_test_sets_have_no_known_expression(small: Treebank) -> None:
    known = generate({"train": 400, "dev": 50, "generalisation": 10}, longest=12, known=small.dev)
    fresh = with_fresh_tests(known, {"train": 300, "dev": 0, "generalisation": 10}, seed=1)
    assert (fresh.name, fresh.train, fresh.dev) == ("listops-fresh", known.train, known.dev)
    assert list(fresh.splits) == list(known.splits)
    unseen = [tree for split in fresh.splits if split not in ("train", "dev") for tree in fresh.splits[split]]
    assert len(fresh.test) == 300 and len(unseen) == 300 + 10 * (len(fresh.splits) - 3)
    assert max(len(tree.words) for tree in fresh.test) <= 100
    assert not {tree.words for tree in unseen} & {tree.words for trees in known.splits.values() for tree in trees}
    again = generate({"train": 300, "dev": 0, "generalisation": 10}, seed=1, longest=100)
    assert {tree.words for tree in again.train} & {tree.words for tree in known.train}  # without the exclusion


@pytest.fixture(scope="module")
def published(treebanks_home: Path) -> Sequence[Tree]:
    if not (treebanks_home / "listops").is_dir():
        pytest.skip("needs ListOps' test set, which is not there")
    return tuple(_read(treebanks_home / "listops" / "test_d20s.tsv"))


def test_every_published_label_is_the_value(published: Sequence[Tree], treebanks_home: Path) -> None:
    lines = (treebanks_home / "listops" / "test_d20s.tsv").read_text().splitlines()
    assert [str(tree.label) for tree in published] == [line.split("\t")[0] for line in lines]
    assert len(published) == 10_000


@pytest.mark.slow  # draws 50,000 trees
def test_generated_trees_resemble_the_published_ones(published: Sequence[Tree]) -> None:
    # Half as many as the published training and test set hold together: with more, short ones are the rarer, being
    # there already.
    drawn = list(_distinct(set(), 50_000, draw, Random(0)))
    given = [tree.words for tree in published]
    assert mean(map(len, drawn)) == pytest.approx(mean(map(len, given)), abs=3.5)
    assert mean(map(depth, drawn)) == pytest.approx(mean(map(depth, given)), abs=0.25)
    short = [sum(len(each) <= 100 for each in some) / len(some) for some in (drawn, given)]
    assert short[0] == pytest.approx(short[1], abs=0.015)
    assert max(map(depth, drawn)) == max(map(depth, given)) == 19
    for digit in range(10):
        shares = [sum(value(each) == digit for each in some) / len(some) for some in (drawn[:10_000], given)]
        assert shares[0] == pytest.approx(shares[1], abs=0.02)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("4\t( ( ( [MAX 2 ) 3 ) ] )", "the value is 3, not '4'"),
        ("4", "this line must be a digit, TAB, and an expression"),
        ("4\t( [MAX 2 )", "this line must be a digit, TAB, and an expression"),
        ("7\t]", "this line must be a digit, TAB, and an expression; ] must follow an operator and its arguments"),
        ("7\t[SM", r"an expression; \[SM has no ]"),
        ("3\t( ( ( [MAX ]", "these brackets are not one tree"),
        ("3\t( [MAX ] )", r"an expression; \[MAX has no argument"),
        ("3\t( [MAX 2 )", "has no ]"),
        ("12\t12", "'12' is no digit, no ], and none of"),
        ("3\t\u0663", "'\u0663' is no digit"),
        ("3\tx", "'x' is no digit"),
        ("3\t( 3 3 )", "these are 2 expressions; there must be exactly one"),
        ("3\t3 3", "these brackets are not one tree"),
        ("3\t( [MAX ( 2 ( 3 ] ) ) )", "the round brackets are not those of the expression's operators"),
        ("\u0663\t3", "the value is 3, not '\u0663'"),
        ("", "this line must be a digit, TAB, and an expression"),
    ],
)
def test_a_wrong_line_is_named(line: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREEBANKS_HOME", str(tmp_path))
    (tmp_path / "listops").mkdir()
    (tmp_path / "listops" / "test_d20s.tsv").write_text(f"3\t( ( ( [MAX 2 ) 3 ) ] )\n{line}\n")
    with pytest.raises(InputError, match=message) as caught:
        treebanks.load("listops")
    assert caught.value.line == 2


def test_bad_lines_are_skipped_on_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "test_d20s.tsv"
    path.write_text("3\t3\n7\t]\n4\t5\n6\t6\n")
    errors: list[InputError] = []
    assert [tree.label for tree in _read(path, errors.append)] == [3, 6]
    assert [error.line for error in errors] == [2, 3]
    path.write_text("7\t]\n4\t5\n")
    with pytest.raises(InputError, match="all 2 sentences are malformed; the first: this line must be a digit"):
        _read(path, errors.append)


def test_missing_file_names_its_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREEBANKS_HOME", str(tmp_path))
    with pytest.raises(InputError, match=r"this file of listops is missing.*treenn data fetch listops"):
        treebanks.load("listops-100")
