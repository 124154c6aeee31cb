"""`read_parsing`: treebanks for parsers from the files of a user."""

import pytest

from treebanks.own_data import DatasetSpec
from treebanks.parsing import load_parsing, read_parsing
from treenn.trees import InputError, Tree

PENN = "( (S (NP-SBJ (-NONE- *PRO*)) (VP (VB go))) )\n(NP (-NONE- *))\n(S (NP (NN a) (NN b) (NN c)))\n"


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.mrg").write_text(text)
    return folder


def test_trees_of_a_folder_are_cleaned(tmp_path):
    treebank = load_parsing(str(write(tmp_path, train=PENN, dev="(X (VB go))")))
    assert [str(tree) for tree in treebank.train] == ["(S (VP (VB go)))", "(S (NP (NN a) (NN b) (NN c)))"]
    assert [str(tree) for tree in treebank.dev] == ["(X (VB go))"]
    assert treebank.name == tmp_path.name


def test_classes_of_sentiment_are_removed(tmp_path):
    folder = write(tmp_path, train="(3 (2 so) (2 very) (4 good))", dev="(X a)")
    treebank = read_parsing(folder)
    assert treebank.train == (Tree(("so", "very", "good"), ((1, 2), (0, 3))),)
    assert read_parsing(folder, DatasetSpec(binarize="left")).train[0].merges == ((0, 1), (3, 2))


def test_file_is_split_by_the_specification(tmp_path):
    file = write(tmp_path, x="".join(f"(NP (NN w{index % 18}))" for index in range(20))) / "x.mrg"
    treebank = read_parsing(file, DatasetSpec(split="80/10/10", name="mine"))
    assert [len(treebank.train), len(treebank.dev), len(treebank.test)] == [16, 2, 2]
    assert {tree.words for tree in treebank.train}.isdisjoint(tree.words for tree in treebank.dev + treebank.test)
    assert treebank.name == "mine"
    assert len(read_parsing(file, for_training=False).test) == 20


def test_other_forms_are_refused(tmp_path):
    for name in ("train.csv", "dev.csv"):
        (tmp_path / name).write_text("text,label\na,b\n")
    with pytest.raises(InputError, match="these files are csv; must be brackets or conllu, for parsers"):
        read_parsing(tmp_path)


def test_dependency_trees_are_binarized(tmp_path):
    rows = [("dogs", 2), ("like", 0), ("old", 4), ("bones", 2)]
    lines = [f"{n}\t{word}\t_\t_\t_\t_\t{head}\tdep\t_\t_" for n, (word, head) in enumerate(rows, start=1)]
    file = tmp_path / "web.conllu"
    file.write_text("\n".join([*lines, "", "1\tYes\t_\t_\t_\t_\t0\troot\t_\t_", ""]))
    treebank = read_parsing(file, for_training=False)
    assert treebank.test == (Tree(("dogs", "like", "old", "bones"), ((2, 3), (1, 4), (0, 5))), Tree(("Yes",), ()))


def test_files_of_traces_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"train\.mrg: every tree of this file has only traces"):
        read_parsing(write(tmp_path, train="(NP (-NONE- *))", dev=PENN))
