"""The published logic task: labels, compared with truth tables, and sizes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import treebanks
from treebanks import Pair, PairTreebank
from treebanks.logic import RELATIONS
from treebanks.logic.formulas import EVERY_ROW, VARIABLES, relation, truth_table
from treenn.trees import InputError


@pytest.fixture(scope="module")
def logic(treebanks_home: Path) -> PairTreebank:
    if not (treebanks_home / "logic").is_dir():
        pytest.skip("needs the logic task, which is not there")
    treebank = treebanks.load("logic")
    assert isinstance(treebank, PairTreebank)
    return treebank


def test_sampled_labels_are_the_relations(logic: PairTreebank) -> None:
    pairs = [pair for split in logic.splits.values() for pair in split]
    for pair in random.Random(0).sample(pairs, 2000):
        tables = [truth_table(tree) for tree in pair.trees]
        assert not {0, EVERY_ROW} & set(tables)
        assert RELATIONS[int(pair.target)] == relation(*tables), str(pair)


def test_sizes_are_the_published_ones(logic: PairTreebank) -> None:
    sizes = {split: len(pairs) for split, pairs in logic.splits.items()}
    assert (sizes["train"], sizes["dev"]) == (121_977, 13_552)
    tests = [sizes[f"{n}-operators"] for n in range(1, 13)]
    assert tests == [410, 2198, 4104, 5361, 6027, 5816, 4707, 3347, 2230, 1444, 864, 853]
    assert logic.words() == set(VARIABLES) | {"and", "or", "not"}


def test_operator_counts_of_all_splits(logic: PairTreebank) -> None:
    def operators(pair: Pair) -> int:
        return max(sum(word in ("and", "or", "not") for word in tree.words) for tree in pair.trees)

    assert all(operators(pair) == pair.group <= 6 for split in (logic.train, logic.dev) for pair in split[::50])
    assert all(operators(pair) == pair.group == 7 for pair in logic.splits["7-operators"])
    assert all(operators(pair) >= pair.group == 12 for pair in logic.splits["12-operators"])


def test_missing_file_names_its_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREEBANKS_HOME", str(tmp_path))
    with pytest.raises(InputError, match=r"this file of logic is missing.*vector-entailment") as caught:
        treebanks.load("logic")
    assert caught.value.source == tmp_path / "logic" / "train0"


def test_bad_lines_are_skipped_on_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREEBANKS_HOME", str(tmp_path))
    (tmp_path / "logic").mkdir()
    for name in [f"train{n}" for n in range(7)] + [f"test{n}" for n in range(1, 13)]:
        (tmp_path / "logic" / name).write_text("#\ta\tb\n#\ta\n")
    errors: list[InputError] = []
    treebank = treebanks.load("logic", on_error=errors.append)
    assert (len(treebank.splits["train"]), len(treebank.splits["7-operators"])) == (7, 1)
    assert [error.line for error in errors] == [2] * 19


@pytest.mark.parametrize("line", ["#\ta", "?\ta\tb", "#\ta\t( b", "# a b", "", "#\ta\t", "#\ta\tb\tc"])
def test_a_line_that_is_no_pair_is_named(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREEBANKS_HOME", str(tmp_path))
    (tmp_path / "logic").mkdir()
    (tmp_path / "logic" / "train0").write_text(f"#\ta\tb\n{line}\n")
    with pytest.raises(InputError) as caught:
        treebanks.load("logic")
    assert (caught.value.source, caught.value.line) == (tmp_path / "logic" / "train0", 2)
