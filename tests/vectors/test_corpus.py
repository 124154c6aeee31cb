"""Reading a corpus."""

from collections import Counter
from pathlib import Path

import pytest

from treenn.trees import InputError
from treenn.vectors.corpus import make_corpus, read_corpus


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "corpus.txt"
    path.write_bytes(text.encode())
    return path


def test_words_are_sorted_by_count(tmp_path: Path) -> None:
    corpus = read_corpus(written(tmp_path, "b A a\r\n\n c\tb rare\n"), min_count=1)
    assert corpus.words == ("a", "b", "c", "rare")
    assert corpus.counts.tolist() == [2, 2, 1, 1]
    assert corpus.lists() == [["b", "a", "a"], ["c", "b", "rare"]]


def test_rare_words_leave_no_gap(tmp_path: Path) -> None:
    corpus = read_corpus(written(tmp_path, "a rare b\nrarer\nb a\n"), min_count=2)
    assert corpus.lists() == [["a", "b"], ["b", "a"]]
    assert (corpus.n_tokens, len(corpus.tokens)) == (6, 4)


def test_case_may_be_kept(tmp_path: Path) -> None:
    assert read_corpus(written(tmp_path, "A a"), min_count=1, lower_case=False).words == ("A", "a")


def test_counts_equal_those_of_a_counter() -> None:
    lines = [list("abracadabra"), list("banana")]
    corpus = make_corpus(lines)
    counted = Counter(letter for line in lines for letter in line)
    assert dict(zip(corpus.words, corpus.counts.tolist(), strict=True)) == counted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "this file has no sentence; must have one per line"),
        (" \n\n", "this file has no sentence"),
        ("one one one", "1 of its words occurs 2 times or more (min_count=2); a corpus needs two different words"),
        ("a b c", "none of its words occur 2 times or more"),
        ("a b\nc\0 d", "corpus.txt:2: this line has a zero byte"),
    ],
)
def test_a_corpus_without_pairs_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_corpus(written(tmp_path, text), min_count=2)
    assert message in str(caught.value)


def test_a_missing_corpus_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.txt: cannot read this file"):
        read_corpus(tmp_path / "none.txt")
