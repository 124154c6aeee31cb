from pathlib import Path

import pytest
from dependencies import chain
from strategies import DEPTHS

from treenn.trees import InputError, format_conllu, parse_conllu, read_conllu

SENTENCE = """\
# sent_id = 1
# text = Vámonos al mar
1-2	Vámonos	_	_	_	_	_	_	_	SpaceAfter=No
1	Vamos	ir	VERB	_	_	0	root	_	_
2	nos	nosotros	PRON	_	_	1	obj	_	_
2.1	vamos	ir	VERB	_	_	_	_	0:root	_
3-4	al	_	_	_	_	_	_	_	_
3	a	a	ADP	_	_	5	case	_	_
4	el	el	DET	_	_	5	det	_	_
5	mar	mar	NOUN	_	_	1	_	_	_
"""


def test_comments_and_empty_nodes_are_ignored() -> None:
    [tree] = parse_conllu(SENTENCE)
    assert tree.words == ("Vamos", "nos", "a", "el", "mar")
    assert tree.heads == (-1, 0, 4, 4, 0)
    assert tree.relations == ("root", "obj", "case", "det", None)
    assert tree.labels == (None,) * 5


@pytest.mark.parametrize("end", ["", "\n", "\n\n\n"])
def test_the_end_of_the_file_ends_a_sentence(end: str) -> None:
    assert len(parse_conllu(f"{SENTENCE}\n\n{SENTENCE.removesuffix(chr(10))}{end}")) == 2


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_are_read(end: str) -> None:
    assert parse_conllu(f"{SENTENCE}\n{SENTENCE}".replace("\n", end)) == parse_conllu(SENTENCE) * 2


def test_no_other_character_ends_a_line() -> None:
    assert parse_conllu(SENTENCE.replace("\tmar\t", "\tm\u2028r\x0b\t", 1))[0].words[4] == "m\u2028r\x0b"


def test_escapes_are_undone_in_words() -> None:
    tree = parse_conllu(SENTENCE.replace("\tVamos\t", "\t-LRB-\t").replace("\tmar\t", "\t1\\/2\t", 1))[0]
    assert (tree.words[0], tree.words[4]) == ("(", "1/2")


def test_bad_sentences_are_skipped_and_told(tmp_path: Path) -> None:
    two_roots, cut = SENTENCE.replace("1\tobj", "0\tobj"), SENTENCE.replace("\t_\t_\n", "\n")
    (tmp_path / "x.conllu").write_bytes("\n".join([two_roots, SENTENCE, cut, SENTENCE]).encode("latin-1"))
    errors: list[InputError] = []
    trees = read_conllu(tmp_path / "x.conllu", encoding="latin-1", on_error=errors.append)
    assert trees == parse_conllu(SENTENCE) * 2
    assert [(error.line, error.column) for error in errors] == [(5, 25), (26, 23)]
    with pytest.raises(InputError, match="x:5:25: all 2 sentences are malformed; the first: words 1 and 2 are"):
        parse_conllu(f"{two_roots}\n{cut}", source="x", on_error=errors.append)
    assert len(errors) == 2


def test_a_sentence_of_empty_nodes_alone_is_refused() -> None:
    with pytest.raises(InputError, match="x:1: this sentence has no word, only"):
        parse_conllu("8.1\tword" + "\t_" * 8, source="x")


def test_forms_with_spaces_and_underscores() -> None:
    tree = parse_conllu(SENTENCE.replace("\tVamos\t", "\t10 000\t").replace("\tmar\t", "\t_\t", 1))[0]
    assert (tree.words[0], tree.words[4]) == ("10 000", "_")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("5\tcase", "6\tcase", "x:8:15: the head of word 3 is 6; it must be a word of the sentence, 1 to 5, or 0"),
        ("1\tobj", "0\tobj", "x:5:25: words 1 and 2 are both roots, their head is 0; a sentence has one root"),
        ("0\troot", "5\troot", "x:4:21: no word is the root; the head of one word must be 0"),
        ("5\tdet", "4\tdet", "x:9:17: word 4 is on a cycle, 4 → 4; heads must lead to the root"),
        ("1\t_\t_\t_", "4\t_\t_\t_", "x:9:17: word 4 is on a cycle, 4 → 5 → 4; heads must lead to the root"),
        ("5\tdet\t_\t_", "5\tdet\t_", "x:9:23: this line has 9 columns; CoNLL-U has 10, separated by tabs"),
        ("5\tdet\t_\t_", "5\tdet\t_\t_\t_", "x:9:27: this line has 11 columns; CoNLL-U has 10, separated by tabs"),
        ("# sent_id = 1", "sent_id = 1", "x:1:1: this line has 1 column; CoNLL-U has 10, separated by tabs"),
        ("3\ta\t", "4\ta\t", "x:8:1: the ID of this word is '4'; it must be 3, as words are numbered from 1"),
        ("1\tVamos", "2\tVamos", "x:4:1: the ID of this word is '2'; it must be 1, as words are numbered from 1"),
        ("3\ta\t", "3\t\t", "x:8:3: the FORM of this word is empty; every word needs at least one character"),
        ("3\ta\t", "3\t \t", "x:8:3: the FORM of this word consists of spaces; every word needs at least one"),
        ("5\tcase", "5\t", "x:8:17: the DEPREL of this word is empty; it must be a relation, or _ for none"),
        ("5\tcase", "5\t ", "x:8:17: the DEPREL of this word is empty; it must be a relation, or _ for none"),
        ("3\ta\t", "\n3\ta\t", "x:9:1: the ID of this word is '3'; it must be 1, as words are numbered from 1"),
        ("5\tcase", "_\tcase", "x:8:15: the HEAD of this word is '_'; it must be the ID of a word, or 0"),
        ("5\tcase", f"{'9' * 5000}\tcase", "x:8:15: the HEAD of this word is '999"),
    ],
)
def test_every_fault_is_told_with_its_place(old: str, new: str, message: str) -> None:
    assert SENTENCE.count(old) == 1
    with pytest.raises(InputError) as error:
        parse_conllu(SENTENCE.replace(old, new), source="x")
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_a_file_without_a_sentence_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="x: there is no sentence; CoNLL-U has a line of 10 columns per word"):
        parse_conllu(text, source="x")


def test_files_are_read_as_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "es.conllu"
    path.write_text(SENTENCE, encoding="utf-8")
    assert read_conllu(path) == parse_conllu(SENTENCE)
    path.write_text(SENTENCE, encoding="latin-1")
    with pytest.raises(InputError, match=r"es.conllu:2:11: byte 0xe1 is not UTF-8"):
        read_conllu(path)
    with pytest.raises(InputError, match="cannot read this file"):
        read_conllu(tmp_path / "missing.conllu")


@pytest.mark.parametrize("depth", DEPTHS)
def test_deep_trees_are_read(depth: int) -> None:
    assert parse_conllu(format_conllu([chain(depth)])) == [chain(depth)]
