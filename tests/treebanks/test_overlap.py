from treebanks import Treebank, load_trees
from treebanks.overlap import Repeat, overlap
from treenn.trees import parse_trees

TREES = parse_trees("(3 (2 a) (2 b)) (3 (2 b) (2 a)) (1 (2 a) (1 b)) (2 c) (2 C)", classes=5)


def test_repeats_do_not_depend_on_labels():
    treebank = Treebank("x", ("",) * 5, {"train": TREES[:3], "dev": TREES[2:4], "test": TREES[3:4], "deep": TREES[1:2]})
    assert overlap(treebank) == [Repeat("dev", 1, (1, 3)), Repeat("deep", 1, (2,))]


def test_case_counts():
    assert overlap(Treebank("x", ("",) * 5, {"train": TREES[3:4], "dev": TREES[4:]})) == []


def test_overlap_of_sst(sst_home):
    found = overlap(load_trees("sst"))
    assert found == [
        Repeat("dev", 625, (8178,)),
        Repeat("dev", 664, (8178,)),
        Repeat("test", 880, (5289,)),
        Repeat("test", 1670, (6983, 8288)),
    ]
