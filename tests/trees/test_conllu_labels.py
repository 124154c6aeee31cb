"""Labels of sentences and words in CoNLL-U, and its writer."""

import re
from dataclasses import replace

import pytest
from dependencies import dependency_trees
from hypothesis import given
from hypothesis import strategies as st

from treenn.trees import DependencyTree, InputError, format_conllu, parse_conllu, read_conllu, write_conllu

SENTENCE = """\
# label = very good
1\tdogs\t_\tNOUN\tNNS\t_\t2\tnsubj\t_\tLabel=a=b|SpaceAfter=No
2\tbark\t_\tVERB\t_\t_\t0\troot\t_\tXLabel=no
"""
ANY_TEXT = st.text(min_size=1, max_size=6)


def is_plain(*texts):
    return all(re.fullmatch(r"[a-z(\\/-]+", text) for text in texts)


@pytest.mark.parametrize(
    ("key", "level", "labels"),
    [
        (None, "sentence", (None, None)),
        ("label", "sentence", (None, "very good")),
        ("Label", "words", ("a=b", None)),
        ("UPOS", "words", ("NOUN", "VERB")),
        ("XPOS", "words", ("NNS", None)),
        ("DEPREL", "words", ("nsubj", "root")),
    ],
)
def test_labels_are_read_on_request(key, level, labels):
    assert parse_conllu(SENTENCE, label=key, label_level=level)[0].labels == labels


def test_sentence_without_label_is_an_error(tmp_path):
    path = tmp_path / "x.conllu"
    path.write_text(f"{SENTENCE}\n# sent_id = 2\n{SENTENCE.replace('label', 'class')}")
    with pytest.raises(InputError, match=r"x\.conllu:5: this sentence has no label; it must have a comment # label ="):
        read_conllu(path, label="label")
    errors = []
    assert len(read_conllu(path, label="label", on_error=errors.append)) == len(errors) == 1


def test_empty_label_has_its_column():
    with pytest.raises(InputError, match="<text>:2:31: the label is empty"):
        parse_conllu(SENTENCE.replace("a=b", ""), label="Label", label_level="words")


@given(st.lists(dependency_trees(), min_size=1, max_size=4))
def test_words_are_written_and_read(trees):
    texts = [tree.map_labels(lambda label: None if label is None else f"class {label}") for tree in trees]
    text = format_conllu(texts, label="Class")
    assert parse_conllu(text, label="Class", label_level="words") == texts
    assert parse_conllu(text) == [tree.map_labels(lambda _: None) for tree in trees]


@given(dependency_trees(), ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_any_text_is_read_back_or_refused(tree, word, relation, label):
    at_root = tuple(label if head == -1 else None for head in tree.heads)
    odd = DependencyTree((word, *tree.words[1:]), tree.heads, (relation, *tree.relations[1:]), at_root)
    for key, level in (("Label", "words"), ("label", "sentence")):
        try:
            text = format_conllu([odd], label=key, label_level=level)
        except InputError:
            assert not is_plain(word, relation, label)
        else:
            assert parse_conllu(text, label=key, label_level=level) == [odd]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"words": ("a\tb", "c")}, r"word 'a\tb': must not be blank"),
        ({"words": (" ", "c")}, "word ' ': must not be blank"),
        ({"relations": ("_", None)}, "relation ''"),
        ({"labels": ("a|b", None)}, "label 'a|b'"),
    ],
)
def test_unwritable_text_is_refused(change, message, tmp_path):
    tree = replace(DependencyTree(("a", "b"), (1, -1)), **change)
    with pytest.raises(InputError, match=re.escape(message)):
        write_conllu(tmp_path / "x.conllu", [tree])
    assert not list(tmp_path.iterdir())


def test_ambiguous_words_keep_their_text(tmp_path):
    tree = DependencyTree(("(", "-LRB-", "_", "10 000", "#x", "1/2"), (1, -1, 1, 1, 1, 1))
    write_conllu(tmp_path / "x.conllu", [tree])
    assert read_conllu(tmp_path / "x.conllu") == [tree]
    assert "1\t(\t" in (tmp_path / "x.conllu").read_text()


@pytest.mark.parametrize("key", ["", "a=b", "a|b", " a", "UPOS"])
def test_invalid_key_is_refused(key):
    with pytest.raises(InputError, match=r"label '.*': must be a key"):
        format_conllu([], label=key)
