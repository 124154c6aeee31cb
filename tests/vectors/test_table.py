"""Neighbours and analogies against plain formulas."""

from pathlib import Path

import numpy as np
import pytest

from treenn.models.vectors import read_vectors
from treenn.trees import InputError
from treenn.vectors.table import VectorTable, read_table
from treenn.vectors.vector_file import write_vectors

WORDS = ["king", "queen", "man", "woman", "zero", "1999"]
VECTORS = np.array([[3, 1, 0.1], [3, -1, 0], [0.2, 1, 1], [0.1, -1, 1], [0, 0, 0], [-1, 0, 2]], dtype=np.float32)
TABLE = VectorTable(WORDS, VECTORS, "some.txt")


def cosine(a: str, b: str) -> float:
    x, y = VECTORS[WORDS.index(a)].astype(float), VECTORS[WORDS.index(b)].astype(float)
    norm = np.linalg.norm(x) * np.linalg.norm(y)
    return float(x @ y / norm) if norm else 0.0


def test_neighbours_are_sorted_by_cosine() -> None:
    found = TABLE.similar("King", 3)
    expected = sorted(((cosine("king", word), word) for word in WORDS if word != "king"), reverse=True)
    assert [near.word for near in found] == [word for _, word in expected[:3]]
    assert [near.score for near in found] == pytest.approx([score for score, _ in expected[:3]], abs=1e-6)


def test_analogies_follow_both_formulas() -> None:
    rest = [word for word in WORDS if word not in ("man", "woman", "king")]
    add = {d: cosine(d, "woman") - cosine(d, "man") + cosine(d, "king") for d in rest}
    plus = {(d, x): (cosine(d, x) + 1) / 2 for d in rest for x in ("man", "woman", "king")}
    mul = {d: plus[d, "woman"] * plus[d, "king"] / (plus[d, "man"] + 0.001) for d in rest}
    assert dict(TABLE.analogy("man", "woman", "king")) == pytest.approx(add, abs=1e-6)
    assert dict(TABLE.analogy("man", "woman", "king", method="3CosMul")) == pytest.approx(mul, abs=1e-5)
    assert TABLE.analogy("man", "woman", "king", 1)[0].word == "queen"


def test_an_unknown_word_lists_similar_spellings() -> None:
    with pytest.raises(InputError) as caught:
        TABLE.similar("womann")
    wanted = "word 'womann': is not one of the 6 words of some.txt; similar spellings there: woman"
    assert str(caught.value) == wanted
    with pytest.raises(InputError, match=r"b 'xxxxx': is not one of the 6 words of some\.txt$"):
        TABLE.analogy("man", "xxxxx", "king")


def test_written_vectors_are_read_again(tmp_path: Path) -> None:
    write_vectors(tmp_path / "v.txt", WORDS, VECTORS)
    table = read_table(tmp_path / "v.txt")
    assert table.words == tuple(WORDS)
    np.testing.assert_allclose(table.unit, TABLE.unit, atol=1e-6)
    found = read_vectors(tmp_path / "v.txt", ["1999"]).find("1999")
    np.testing.assert_allclose(found, VECTORS[5], rtol=1e-5)  # type: ignore[arg-type]
    assert read_table(tmp_path / "v.txt", 2).words == ("king", "queen")


def test_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "v.txt").write_text("good very bad\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"v\.txt:1"):
        read_table(tmp_path / "v.txt")


def test_repeated_words_count_once(tmp_path: Path) -> None:
    (tmp_path / "v.txt").write_text("a 1 2\na 3 4\nb 1 2\n")
    assert read_table(tmp_path / "v.txt").words == ("a", "b")


def test_a_word_of_other_encodings_is_refused(tmp_path: Path) -> None:
    (tmp_path / "v.txt").write_bytes(b"a 1 2\nb\xff 1 2\n")
    with pytest.raises(InputError, match=r"v.txt:2:2: byte 0xff is not UTF-8; save the file as UTF-8"):
        read_table(tmp_path / "v.txt")
