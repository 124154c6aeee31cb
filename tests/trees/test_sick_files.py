from collections.abc import Callable
from pathlib import Path

import pytest
from dependencies import chain, dependency_trees
from hypothesis import given
from hypothesis import strategies as st
from strategies import DEPTHS, left_chain, right_chain, trees

from treenn.trees import DependencyTree, InputError, Tree, read_sick_constituents, read_sick_dependencies

PLAIN_WORDS = st.text("abc-'(é漢\u00a0", min_size=1, max_size=4)
GOOD = {
    "toks": "dogs like old bones\nyes\n",
    "parents": "2 0 4 2\n0\n",
    "rels": "nsubj root amod dobj\nroot\n",
    "cparents": "6 5 7 7 6 0 5\n0\n",
}

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def files(**changed: str) -> Path:
        for suffix, text in (GOOD | changed).items():
            (tmp_path / f"a.{suffix}").write_text(text, encoding="utf-8")
        return tmp_path / "a"

    return files


def test_dependencies_are_read(write: Write) -> None:
    assert read_sick_dependencies(write()) == [
        DependencyTree(("dogs", "like", "old", "bones"), (1, -1, 3, 1), ("nsubj", "root", "amod", "dobj")),
        DependencyTree(("yes",), (-1,), ("root",)),
    ]


def test_inner_nodes_may_have_any_order(write: Write) -> None:
    trees = [Tree(("dogs", "like", "old", "bones"), ((2, 3), (1, 4), (0, 5))), Tree(("yes",), ())]
    assert read_sick_constituents(write()) == trees
    assert read_sick_constituents(write(cparents="5 6 7 7 0 5 6\n0\n")) == trees


def test_all_line_ends_are_read(write: Write) -> None:
    expected = read_sick_dependencies(write())
    assert read_sick_dependencies(write(toks=GOOD["toks"].removesuffix("\n"))) == expected
    assert (
        read_sick_dependencies(write(**{name: text.replace("\n", "\r\n") for name, text in GOOD.items()})) == expected
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"parents": "2 0 5 2\n0\n"},
            "a.parents:1:5: the head of word 3 is 5; it must be a word of the sentence, 1 to 4",
        ),
        ({"parents": "2 0 -1 2\n0\n"}, "a.parents:1:5: the head of word 3 is -1; it must be a word of the sentence"),
        ({"parents": "2 0 0 2\n0\n"}, "a.parents:1:5: words 2 and 3 are both roots, their head is 0; a sentence has"),
        ({"parents": "2 0 4 3\n0\n"}, "a.parents:1:5: word 3 is on a cycle, 3 → 4 → 3; heads must lead to the root"),
        ({"parents": "2 0 4 2\n1\n"}, "a.parents:2:1: no word is the root; the head of one word must be 0"),
        ({"parents": "2 0 x 2\n0\n"}, "a.parents:1:5: 'x' is not the number of a node"),
        ({"parents": "2 0 4\n0\n"}, "a.parents:1: this line has 3 entries, but the one of a.toks has 4"),
        ({"rels": "a b c d\na b\n"}, "a.rels:2: this line has 2 entries, but the one of a.toks has 1"),
        ({"rels": "a b c d\n"}, "a.rels:1: this file ends at line 1, a.toks has 2 lines"),
        ({"toks": "dogs like old bones\n"}, "a.toks:1: this file ends at line 1, a.parents has 2 lines"),
        ({"toks": "dogs like old bones\n\n"}, "a.toks:2: this line is empty; every line is a sentence of one word"),
        ({"parents": ""}, "a.parents:1: this line is empty; every line is a sentence of one word or more"),
    ],
)
def test_dependency_errors_have_positions(write: Write, changed: dict[str, str], message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_sick_dependencies(write(**changed))
    assert str(error.value).removeprefix(f"{tmp_path}/").startswith(message)


@pytest.mark.parametrize(
    ("cparents", "message"),
    [
        ("6 5 7 7 6 0", "1: this line has 6 entries; a binary tree over the 4 words in a.toks has 7"),
        ("6 5 8 7 6 0 5", "1:5: the parent of node 3 is 8; it must be an inner node, 5 to 7, or 0 for the root"),
        ("6 5 4 7 6 0 5", "1:5: the parent of node 3 is 4; it must be an inner node, 5 to 7, or 0 for the root"),
        ("6 5 5 7 6 0 5", "1:9: node 5 is the parent of 3 nodes; it must be the parent of 2"),
        ("6 5 7 7 6 5 5", "1:9: node 5 is the parent of 3 nodes; it must be the parent of 2"),
        ("0 5 7 7 6 6 5", "1: this is not one binary tree over the words in order: a binary tree over 4 words has 3"),
        ("5 6 5 6 7 7 0", "1: this is not one binary tree over the words in order: merge 0 is (0, 2): the left child"),
        ("5 5 6 6 0 0 0", "1:13: node 7 is the parent of 0 nodes; it must be the parent of 2"),
    ],
)
def test_constituent_errors_have_positions(write: Write, cparents: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_sick_constituents(write(cparents=f"{cparents}\n0\n"))
    assert str(error.value).removeprefix(f"{tmp_path}/").startswith(f"a.cparents:{message}")


def test_escapes_are_undone_in_words(write: Write) -> None:
    prefix = write(toks="-LRB- like old 1\\/2\nyes\n")
    words = ("(", "like", "old", "1/2")
    assert read_sick_dependencies(prefix)[0].words == read_sick_constituents(prefix)[0].words == words


def test_bad_sentences_are_skipped_and_told(write: Write) -> None:
    prefix = write(toks="dogs like old bones\n\nyes\n", parents="2 0 4 2\n0\n0\n", rels="a b c d\nroot\nroot\n")
    errors: list[InputError] = []
    trees = read_sick_dependencies(prefix, on_error=errors.append)
    assert [tree.words for tree in trees] == [("dogs", "like", "old", "bones"), ("yes",)]
    assert [str(error).rpartition("/")[2][:10] for error in errors] == ["a.toks:2: "]
    prefix = write(cparents="5 6 5 6 7 7 0\n0\n")
    assert read_sick_constituents(prefix, on_error=errors.append) == [Tree(("yes",), ())]
    assert (errors[1].line, len(errors)) == (1, 2)
    with pytest.raises(InputError, match="all 2 sentences are malformed"):
        read_sick_constituents(write(cparents="0\n5\n"), on_error=errors.append)


def test_another_encoding(write: Write) -> None:
    prefix = write()
    prefix.with_suffix(".toks").write_bytes(b"dogs like old bones\ny\xe9s\n")
    assert read_sick_dependencies(prefix, encoding="latin-1")[1].words == ("y\xe9s",)


@pytest.mark.parametrize("read", [read_sick_dependencies, read_sick_constituents])
def test_only_line_ends_end_a_line(write: Write, read: Callable[[Path], list[Tree]]) -> None:
    changed = {name: text.replace("\n", "\r") for name, text in GOOD.items()} | {
        "toks": "d\u2028 like old b\x0b\ryes\r"
    }
    assert read(write(**changed))[0].words == ("d\u2028", "like", "old", "b\x0b")


def test_invalid_utf_8_is_refused(write: Write) -> None:
    prefix = write()
    prefix.with_suffix(".toks").write_bytes(b"dogs like old bones\ny\xe9s\n")
    with pytest.raises(InputError, match=r"a.toks:2:2: byte 0xe9 is not UTF-8"):
        read_sick_dependencies(prefix)


@given(data=st.data())
def test_what_is_written_is_read(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    tree, dependencies = data.draw(trees(labels=st.none(), words=PLAIN_WORDS)), data.draw(dependency_trees())
    prefix = tmp_path_factory.mktemp("sick") / "a"
    _write(prefix, "toks", tree.words)
    inner = data.draw(st.permutations(range(len(tree.words), len(tree))))
    numbers = [*range(len(tree.words)), *inner]  # of the tree's nodes, in the file
    parents = [0] * len(tree)
    for node, parent in enumerate(tree.parents):
        parents[numbers[node]] = 0 if parent < 0 else numbers[parent] + 1
    _write(prefix, "cparents", parents)
    assert read_sick_constituents(prefix) == [tree]
    words = tuple(f"w{word}" for word in range(len(dependencies)))
    _write(prefix, "toks", words)
    _write(prefix, "parents", [head + 1 for head in dependencies.heads])
    _write(prefix, "rels", ["r"] * len(words))
    assert read_sick_dependencies(prefix) == [DependencyTree(words, dependencies.heads, ("r",) * len(words))]


@pytest.mark.parametrize("n", DEPTHS)
def test_deep_trees_are_read(n: int, tmp_path: Path) -> None:
    for tree in (left_chain(n), right_chain(n)):
        _write(tmp_path / "a", "toks", tree.words)
        _write(tmp_path / "a", "cparents", [parent + 1 for parent in tree.parents])
        assert read_sick_constituents(tmp_path / "a") == [tree.map_labels(lambda _: None)]
    _write(tmp_path / "a", "toks", ["word"] * n)
    _write(tmp_path / "a", "parents", [head + 1 for head in chain(n).heads])
    _write(tmp_path / "a", "rels", ["r"] * n)
    assert read_sick_dependencies(tmp_path / "a")[0].heights == chain(n).heights


def _write(prefix: Path, suffix: str, entries: object) -> None:
    prefix.with_suffix(f".{suffix}").write_text(" ".join(map(str, entries)) + "\n", encoding="utf-8")


SICK = {  # sentences, words, longest, highest dependency tree, highest constituent tree
    "train/a": (4500, 44_015, 28, 10, 15),
    "train/b": (4500, 43_074, 36, 12, 15),
    "dev/a": (500, 5_071, 30, 9, 15),
    "dev/b": (500, 4_813, 26, 9, 15),
    "test/a": (4927, 48_019, 28, 10, 15),
    "test/b": (4927, 47_199, 30, 12, 15),
}


@pytest.mark.parametrize("name", SICK)
def test_sick_is_counted_right(name: str, treebanks_home: Path) -> None:
    prefix = treebanks_home / "sick" / name
    if not prefix.parent.is_dir():
        pytest.skip(f"needs {prefix.parent}, which is not there")
    dependencies, constituents = read_sick_dependencies(prefix), read_sick_constituents(prefix)
    sentences, words, longest, highest, highest_constituent = SICK[name]
    assert len(dependencies) == sentences
    assert sum(map(len, dependencies)) == words
    assert max(map(len, dependencies)) == longest
    assert max(tree.heights[tree.root] for tree in dependencies) == highest
    assert max(tree.heights[tree.root] for tree in constituents) == highest_constituent
    assert [tree.words for tree in constituents] == [tree.words for tree in dependencies]
    assert all(tree.relations[tree.root] == "root" for tree in dependencies)
