"""The file of `treenn label`: resumed, edited by hand, of version 0.1.0, of other kinds, and changed meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from treenn.labelling.annotations import read_annotations
from treenn.labelling.entry import Entry
from treenn.labelling.label_file import LabelFile
from treenn.trees import InputError, parse_tree, read_trees

CLASSES = ("bad", "so-so", "good")
TITLE = "# labels: 0 bad, 1 so-so, 2 good\n"
TREE = parse_tree("(1 (1 a) (2 film))", classes=3)
FINE = parse_tree("(2 fine)", classes=3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trees.txt"


def opened(path: Path, *texts: str, annotator: str | None = None) -> LabelFile:
    return LabelFile(path, CLASSES, texts, annotator)


def test_entries_are_read_as_they_are_written(path: Path) -> None:
    entries = [
        Entry.labelled("A film", TREE),
        Entry("a  film", TREE, frozenset([(0, 2), (1, 2)])),
        Entry("skipped", skipped=True),
        Entry("begun and skipped", TREE, frozenset([(0, 1)]), skipped=True),
        Entry(
            "( ? # x",
            parse_tree(r"(X (\X -LRB-) (X (2 ?) (1 #)))").with_labels([None, 2, 1, None, 0]),
            frozenset([(1, 3)]),
        ),
    ]
    file = opened(path, *(entry.text for entry in entries), annotator="ann")
    for number, entry in enumerate(entries):
        file.put(number, entry)
    again = opened(path, *(entry.text for entry in entries))
    assert [entry and (entry.tree, entry.answered, entry.skipped) for entry in again.entries] == [
        (entry.tree, entry.answered, entry.skipped) for entry in entries
    ]
    assert [again.count(state) for state in ("labelled", "skipped", "unfinished")] == [1, 2, 2]
    assert again.annotator == "ann"
    assert read_trees(path, classes=3) == [TREE]  # as a treebank: finished trees only


def test_files_of_version_0_1_are_read(path: Path) -> None:
    path.write_text(
        f"{TITLE}# sentence: a film\n(1 (1 a) (2 film))\n# skipped: x\n"
        "# unfinished after 2: so good\n# (2 (1 so) (2 good))\n"
    )
    entries = opened(path, "a film", "x", "so good").entries
    assert entries[0] == Entry.labelled("a film", TREE)
    assert entries[1] == Entry("x", skipped=True)
    assert entries[2] is not None
    assert entries[2].answered == {(0, 2), (0, 1)}  # the first two questions
    assert entries[2].tree == parse_tree("(2 (1 so) (2 good))", classes=3)


def test_the_input_may_change(path: Path) -> None:
    file = opened(path, "a film", "fine", "other")
    file.put(0, Entry.labelled("a film", TREE))
    file.put(1, Entry.labelled("fine", FINE))
    changed = opened(path, "new", "fine", "a \t film", "fine")
    assert [entry and entry.tree for entry in changed.entries] == [None, FINE, TREE, None]
    changed = opened(path, "fine")
    assert [entry.text for entry in changed.others] == ["a film"]
    changed.put(0, Entry("fine", skipped=True))
    assert [entry and entry.state for entry in opened(path, "a film", "fine").entries] == ["labelled", "skipped"]


def test_equal_sentences_keep_their_order(path: Path) -> None:
    path.write_text(f"{TITLE}# sentence: fine\n(1 fine)\n# skipped: x\n# sentence: fine\n(2 fine)\n")
    file = opened(path, "fine", "new")
    others = list(map(str, file.others))
    assert others == ["# skipped: x\n", "# sentence: fine\n(2 fine)\n"]
    file.put(1, Entry("new", skipped=True))
    again = opened(path, "fine", "new")
    assert again.entries == file.entries
    assert list(map(str, again.others)) == others


def test_an_entry_is_removed(path: Path) -> None:
    file = opened(path, "fine")
    file.put(0, Entry.labelled("fine", FINE))
    file.put(0, None)
    assert path.read_text() == TITLE


def test_a_file_edited_by_hand(path: Path) -> None:
    path.write_bytes(
        b"\xef\xbb\xbf# labels: 0 bad, 1 so-so, 2 good\r\n# annotator: bea \r\n# check with ann\r\n\r\n"
        b"# sentence: a film\r\n# why 1?\r\n(1\r\n  (1 a)\r\n\r\n  (2 film))\r\n"
        b"# unfinished:fine\r\n# (X? fine)\r\n# (see above)\r\n"
    )
    file = opened(path, "a film", "fine", "new")
    assert file.annotator == "bea"
    assert [entry and (entry.tree, entry.state) for entry in file.entries[:2]] == [
        (TREE, "labelled"),
        (parse_tree("(X fine)"), "unfinished"),
    ]
    file.put(2, Entry("new", skipped=True))
    assert path.read_text() == (
        f"{TITLE}# annotator: bea\n# check with ann\n# sentence: a film\n(1 (1 a) (2 film))\n# why 1?\n"
        "# unfinished: fine\n# (? fine)\n# (see above)\n# skipped: new\n"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(1 fine)\n", " this file exists and is not a file of treenn label; name another out"),
        ("# labels: 0 bad, 1 good\n", "1: the classes of this file are bad, good, not bad, so-so, good; pass classes="),
        ("{}# sentence: fine\n", "2: there is no tree"),
        ("{}(1 fine)\n", "2: a tree needs the line '# sentence: …' above it"),
        ("{}# sentence: fine\n(1 fine)\n(2 fine)\n", "2: there are 2 trees below this line; must be one"),
        ("{}# skipped: fine\n\n(1 fine)\n", "2: a tree below '# skipped: …' must be a comment"),
        ("{}# sentence: x\n(1 x)\n# sentence: fine\n#\n(7 fine)\n", "6:1: label 7 is outside the scale, 0 to 2"),
        ("{}# sentence: fine\n(1 (1 fine)\n", "3:1: "),
        ("{}# unfinished after 1: fine\n", "2: there is no tree"),
        ("{}# unfinished: fine\n# (2 fine) (2 too)\n", "2: there are 2 trees below this line; must be one"),
        ("{}# unfinished: fine\n# (3? fine)\n", "3: label 3 is outside the scale, 0 to 2"),
        ("{}# unfinished: fine\n# ((2 fine)\n", "3:3: "),
        ("{}# skipped: fine\n# (2 fine\n", "3:3: "),
    ],
)
def test_other_and_broken_files_are_left_alone(path: Path, text: str, message: str) -> None:
    path.write_text(text.format(TITLE))
    before = path.read_bytes()
    with pytest.raises(InputError) as error:
        opened(path, "fine")
    assert str(error.value).startswith(f"{path}:{message}")
    assert path.read_bytes() == before


def test_pipes_and_folders_are_refused(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(InputError, match="must be a file, not a pipe or a device"):
        opened(path, "fine")
    with pytest.raises(InputError, match="cannot read this file: Is a directory"):
        opened(path.parent, "fine")


def test_an_empty_file_is_a_new_one(path: Path) -> None:
    path.touch()
    opened(path, "fine").put(0, Entry.labelled("fine", FINE))
    assert path.read_text() == f"{TITLE}# sentence: fine\n(2 fine)\n"


def test_reading_a_file_of_another_kind(path: Path) -> None:
    path.write_text("(1 fine)\n")
    with pytest.raises(
        InputError, match="1: no file of treenn label, whose first line is as '# labels: 0 bad, 1 good'"
    ):
        read_annotations(path)


def test_the_scale_is_recorded(path: Path) -> None:
    LabelFile(path, CLASSES, ["fine"], scale="nominal").put(0, Entry("fine", skipped=True))
    assert path.read_text() == f"{TITLE}# scale: nominal\n# skipped: fine\n"
    again = opened(path, "fine", annotator="ann")
    again.put(0, None)
    assert (again.scale, read_annotations(path).scale) == ("nominal", "nominal")
    LabelFile(path, CLASSES, ["fine"], scale="ordinal").put(0, None)
    assert path.read_text() == f"{TITLE}# annotator: ann\n"


def test_the_annotator_is_recorded(path: Path) -> None:
    opened(path, "fine").put(0, Entry("fine", skipped=True))
    opened(path, "fine", annotator="ann").put(0, Entry("fine", skipped=True))
    assert read_annotations(path).annotator == "ann"
    with pytest.raises(InputError, match="annotator bea: the annotator of this file is ann; name another out"):
        opened(path, "fine", annotator="bea")
    for name in ("", "  ", "a\nb", "\x1b[1m"):
        with pytest.raises(InputError, match="must be a name of printable characters"):
            opened(path, "fine", annotator=name)
    assert opened(path.parent / "new.txt", annotator=" ann  b ").annotator == "ann b"


def test_changes_of_other_programs_are_not_overwritten(path: Path) -> None:
    first, second = opened(path, "fine", "a film"), opened(path, "fine", "a film")
    first.put(0, Entry.labelled("fine", FINE))
    with pytest.raises(InputError, match="another program has changed this file"):
        second.put(1, Entry("a film", skipped=True))
    assert second.entries == [None, None]
    assert read_trees(path, classes=3) == [FINE]
    first.put(1, Entry("a film", skipped=True))
    path.unlink()
    with pytest.raises(InputError, match="another program has changed this file"):
        first.put(1, None)


def test_a_symbolic_link_is_kept(path: Path) -> None:
    (path.parent / "link").symlink_to(path)
    file = opened(path.parent / "link", "fine", "a film")
    file.put(0, Entry.labelled("fine", FINE))
    file.put(1, Entry("a film", skipped=True))
    assert (path.parent / "link").is_symlink()
    assert read_trees(path, classes=3) == [FINE]


def test_a_failed_write_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = opened(path, "fine")

    def fail(*arguments: object) -> None:
        raise InputError("cannot write here: No space left on device", source=path)

    monkeypatch.setattr("treenn.labelling.label_file.write_text", fail)
    with pytest.raises(InputError, match="No space left"):
        file.put(0, Entry.labelled("fine", FINE))
    assert file.entries == [None]


def test_names_of_classes_with_commas(path: Path) -> None:
    names = ("a, b", "c, 1 d", "e")
    file = LabelFile(path, names, ["fine"])
    file.put(0, Entry.labelled("fine", FINE))
    assert LabelFile(path, names, ["fine"]).entries == file.entries
