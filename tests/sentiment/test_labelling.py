"""The dialogue and the file of `treenn label`; no interruption loses an answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from treenn.parsers.shapes import Right
from treenn.sentiment.label_file import Entry, LabelFile
from treenn.sentiment.labelling import KEYS, Dialogue, top_down
from treenn.trees import InputError, Tree, parse_tree, read_trees

CLASSES = ("bad", "so-so", "good")
TEXTS = ["not very good", "a film", "fine"]


class Sitting:
    """Run the dialogue with these answers, followed by the end of input."""

    def __init__(self, path: Path, answers: list[str], texts: list[str] = TEXTS) -> None:
        self.file, self.asked, self.shown = LabelFile(path, CLASSES, texts), list[str](), list[str]()
        self.answers: Iterator[str] = iter(answers)
        dialogue = Dialogue(
            self.file,
            texts,
            CLASSES,
            propose=lambda number: self.propose(texts[number]),
            ask=self.ask,
            show=self.shown.append,
            draw=str,
        )
        self.stopped = False
        try:
            dialogue.run()
        except EOFError:
            self.stopped = True

    def propose(self, text: str) -> Tree:
        tree = Right().parse(text.split())
        return tree.with_labels([1] * len(tree))

    def ask(self, question: str) -> str:
        self.asked.append(question)
        try:
            return next(self.answers)
        except StopIteration:
            raise EOFError from None


def trees(path: Path) -> list[str]:
    return [str(tree) for tree in read_trees(path, classes=3)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trees.txt"


def test_enter_takes_what_is_proposed(path: Path) -> None:
    sitting = Sitting(path, ["", "", ""])
    assert not sitting.stopped
    assert sitting.asked == ["not very good  [1 so-so] ", "a film  [1 so-so] ", "fine  [1 so-so] "]
    assert trees(path) == ["(1 (1 not) (1 (1 very) (1 good)))", "(1 (1 a) (1 film))", "(1 fine)"]


def test_numbers_correct_top_down(path: Path) -> None:
    sitting = Sitting(path, ["0", "2", "y", "y", "2", "s", "q"])
    assert sitting.asked[:5] == [
        f"{phrase}  [1 so-so] " for phrase in ("not very good", "very good", "not", "very", "good")
    ]
    assert trees(path) == ["(0 (1 not) (2 (1 very) (2 good)))"]
    assert sitting.file.count("skipped") == 1
    assert Sitting(path, ["0"]).asked == ["fine  [1 so-so] "]
    assert trees(path)[1:] == ["(0 fine)"]


def test_whatever_else_is_typed_is_told_the_keys(path: Path) -> None:
    sitting = Sitting(path, ["3", "-1", "what", " Q "])
    assert sitting.shown[1:] == [f"{KEYS}; labels: 0 bad, 1 so-so, 2 good"] * 3
    assert not path.exists()


def test_back_among_nodes_and_among_sentences(path: Path) -> None:
    sitting = Sitting(path, ["2", "b", "0", "", "b", "", "b", "b", "b", "2"])
    assert sitting.asked == [
        "not very good  [1 so-so] ",
        "very good  [1 so-so] ",
        "not very good  [2 good] ",
        "very good  [1 so-so] ",
        "a film  [1 so-so] ",
        "not very good  [0 bad] ",
        "a film  [1 so-so] ",
        "not very good  [0 bad] ",
        "not very good  [0 bad] ",
        "not very good  [0 bad] ",
        "very good  [1 so-so] ",
    ]
    assert sitting.stopped
    assert sitting.file.count("sentence") == 0  # the first is unfinished again
    Sitting(path, ["", "", ""])
    assert trees(path)[0] == "(2 (1 not) (1 (1 very) (1 good)))"


@pytest.mark.parametrize("cut", range(7))
def test_no_answer_is_lost_wherever_the_input_ends(tmp_path: Path, cut: int) -> None:
    answers = ["0", "2", "", "2", "", "0"]
    whole, cut_off = tmp_path / "whole.txt", tmp_path / "cut.txt"
    Sitting(whole, answers)
    first = Sitting(cut_off, answers[:cut])
    assert first.stopped == (cut < 6)
    assert Sitting(cut_off, answers[cut:]).stopped is False
    assert cut_off.read_text() == whole.read_text()


def test_unfinished_trees_are_not_trained_on(path: Path) -> None:
    Sitting(path, ["", "2"])
    assert len(trees(path)) == 1
    assert path.read_text().splitlines()[-2:] == ["# unfinished after 1: a film", "# (2 (1 a) (1 film))"]


def test_the_input_may_change_between_two_sittings(path: Path) -> None:
    Sitting(path, ["0", "", "s", ""])
    changed = Sitting(path, ["2"], ["new", "fine", "a  film", "fine"])
    assert [str(each.text) for each in changed.file.others] == ["not very good"]
    assert changed.asked == ["new  [1 so-so] ", "fine  [1 so-so] "]  # the second "fine" is a sentence of its own
    assert set(trees(path)) == {"(0 (1 not) (1 (1 very) (1 good)))", "(2 new)", "(1 fine)"}


def test_duplicate_entries_keep_their_order(path: Path) -> None:
    path.write_text("# labels: 0 bad, 1 so-so, 2 good\n# sentence: fine\n(1 fine)\n# sentence: fine\n(2 fine)\n")
    labels = LabelFile(path, ("bad", "so-so", "good"), ["fine", "new"])
    labels.put(1, Entry("new", "skipped"))
    again = LabelFile(path, ("bad", "so-so", "good"), ["fine", "new"])
    assert again.entries == labels.entries
    assert again.others == labels.others


def test_saving_keeps_the_order_of_others(path: Path) -> None:
    title = "# labels: 0 bad, 1 so-so, 2 good\n"
    path.write_text(f"{title}# sentence: fine\n(1 fine)\n# skipped: x\n# sentence: fine\n(2 fine)\n", encoding="utf-8")
    labels = LabelFile(path, ("bad", "so-so", "good"), ["fine"])
    others = list(map(str, labels.others))
    assert labels.entries[0] is not None
    labels.put(0, labels.entries[0])
    again = LabelFile(path, ("bad", "so-so", "good"), ["fine"])
    assert list(map(str, again.others)) == others == ["# skipped: x\n", "# sentence: fine\n(2 fine)\n"]


def test_hand_edited_file_is_read(path: Path) -> None:
    Sitting(path, ["", "", ""])
    path.write_text(path.read_text().replace("(1 fine)", "(2\n  fine)").replace("\n", "\r\n"))
    assert Sitting(path, []).file.entries[2] == Entry("fine", "sentence", parse_tree("(2 fine)", classes=3))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(1 fine)\n", "1: this file does not begin with '# labels: 0 bad, 1 so-so, 2 good'"),
        ("# labels: 0 bad, 1 good\n", "1: this file does not begin with"),
        ("{}# sentence: fine\n", " there are 0 trees for 1 lines '# sentence: …'"),
        ("{}(1 fine)\n", " there are 1 trees for 0 lines"),
        ("{}# sentence: fine\n(7 fine)\n", "3:1: label 7 is outside the scale, 0 to 2"),
        ("{}# unfinished after 1: fine\n", " there is no tree"),
        ("{}# unfinished after 1: fine\n# (2 fine) (2 too)\n", "3: must be one tree, not 2"),
    ],
)
def test_another_file_is_left_alone(path: Path, text: str, message: str) -> None:
    path.write_text(text.format("# labels: 0 bad, 1 so-so, 2 good\n"))
    before = path.read_bytes()
    with pytest.raises(InputError) as error:
        Sitting(path, [""])
    assert str(error.value).startswith(f"{path}:{message}")
    assert path.read_bytes() == before


def test_long_phrases_and_deep_trees(path: Path) -> None:
    words = [f"word{number}" for number in range(3000)]
    assert top_down(Right().parse(words))[:2] == [5998, 5997]
    sitting = Sitting(path, ["q"], [" ".join(words[:40])])
    assert len(sitting.asked[0]) < 80
    assert sitting.asked[0].startswith("word0 word1")
