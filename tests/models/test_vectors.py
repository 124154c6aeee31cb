import gzip
import io
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from treenn.models.vectors import WordVectors, initial_embedding, read_vectors
from treenn.models.vocabulary import Vocabulary
from treenn.trees import InputError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "vectors.txt"
    path.write_text("the 0.1 -0.2\n( 1 2\nfilm 3e-1 .4\nFilm 5 6\nsoup 7 8\n", encoding="utf-8")
    return path


def test_lookup_tries_exact_then_unescaped_then_casefolded(file: Path) -> None:
    vectors = read_vectors(file, ["The", "-LRB-", "film", "Film", "FILM"])
    assert vectors.find("The").tolist() == pytest.approx([0.1, -0.2])
    assert vectors.find("-LRB-").tolist() == vectors.find("(").tolist() == [1, 2]
    assert vectors.find("film").tolist() == vectors.find("FILM").tolist() == pytest.approx([0.3, 0.4])
    assert vectors.find("Film").tolist() == [5, 6]
    assert "soup" not in vectors  # in the file, but not asked for
    assert (len(vectors), vectors.size, vectors.source) == (4, 2, str(file))


def test_headers_blank_lines_and_inner_spaces_are_read(tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_bytes("3 2\nnaïve 1 2\r\n\n. . 3 4\na\u00a0b 5 6 \n".encode())
    vectors = read_vectors(path, ["naïve", ". .", "a\u00a0b"])
    assert [vectors.find(word).tolist() for word in ("naïve", ". .", "a\u00a0b")] == [[1, 2], [3, 4], [5, 6]]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("soup 7", r"vectors.txt:6: this row has 1 numbers, the first row has 2"),
        ("soup 7 8 9", r"vectors.txt:6: this row has 3 numbers, the first row has 2"),
        ("soup", r"vectors.txt:6: this row has 0 numbers, the first row has 2"),
        ("soup 7 nan", r"vectors.txt:6:8: 'nan' is not a finite number"),
        ("soup -inf 7", r"vectors.txt:6:6: '-inf' is not a finite number"),
        ("film 1.2.3 7", r"vectors.txt:6:6: '1.2.3' is not a finite number"),
        ("film 1e999 7", r"vectors.txt:6:6: '1e999' is not a finite number"),
    ],
)
def test_malformed_row_error_names_file_and_line(file: Path, row: str, message: str) -> None:
    with file.open("a", encoding="utf-8") as more:
        more.write(row + "\n")
    with pytest.raises(InputError, match=message):
        read_vectors(file, ["film"])


@pytest.mark.parametrize(
    ("text", "vectors"),
    [
        ("\ufefffilm 1 2 3\n", {"film": [1, 2, 3]}),
        ("\ufeff2 3\nfilm 1 2 3\n", {"film": [1, 2, 3]}),
        ("2 3\nnew york 7 8 9\nfilm 1 2 3\n", {"new york": [7, 8, 9], "film": [1, 2, 3]}),
        ("2 3\n10 000 7 8 9\nfilm 1 2 3\n", {"10 000": [7, 8, 9], "film": [1, 2, 3]}),
        ("new york 7 8 9\nfilm 1 2 3\n", {"new york": [7, 8, 9], "film": [1, 2, 3]}),
        ("2\t3\nfilm\t1\t2\t3\n", {"film": [1, 2, 3]}),
        ("the 1\t2\nfilm\t3 4\n", {"the": [1, 2], "film": [3, 4]}),
        ("the  1  2\nfilm 3\t 4 \t\n", {"the": [1, 2], "film": [3, 4]}),
        ("  the 1 2\n 5 6\nfilm 3 4\n", {"the": [1, 2], "film": [3, 4]}),
        ("the 1 2\rfilm 3 4\r", {"the": [1, 2], "film": [3, 4]}),
        ("the 1 2\r\n\r\nfilm 3 4", {"the": [1, 2], "film": [3, 4]}),
        ("the 1\nfilm 3\n", {"the": [1], "film": [3]}),
        ("\u2028film\x0b 1 2\n", {"\u2028film\x0b": [1, 2]}),
    ],
)
@pytest.mark.parametrize("packed", ["plain", "gz", "zip"])
def test_ways_to_write_a_table(text: str, vectors: dict[str, list[float]], packed: str, tmp_path: Path) -> None:
    path = tmp_path / "vectors"
    path.write_bytes(pack(text.encode(), packed))
    read = read_vectors(path, vectors)
    assert {word: read.find(word).tolist() for word in vectors} == vectors
    assert read.size == len(next(iter(vectors.values())))


def pack(data: bytes, how: str) -> bytes:
    if how == "zip":
        with zipfile.ZipFile(buffer := io.BytesIO(), "w") as archive:
            archive.writestr(zipfile.ZipInfo("folder/"), "")
            archive.writestr(zipfile.ZipInfo("folder/vectors.txt"), data)
        return buffer.getvalue()
    return gzip.compress(data, mtime=0) if how == "gz" else data


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"the 1\t2\nfilm 3\n", "vectors:2: this row has 1 numbers, the first row has 2"),
        (b"the\t1 2\nfilm\t3\n", "vectors:2: this row has 1 numbers, the first row has 2"),
        (b"2 3\nthe 1 2\n", "vectors:2: this row has 2 numbers, the header says 3"),
        (b"10 000 7 8 9\nfilm 1 2 3\n", "vectors:2: this row has 3 numbers, the first row has 4"),
        (b"film\n", "vectors:1: this row has 0 numbers, the first row has 0"),
        (b"the 1 2\nthe\xff 1 inf\n", "vectors:2:8: 'inf' is not a finite number"),
        (b"film 1 nan\n", "vectors:1:8: 'nan' is not a finite number"),
        (b"the 1 2\nsoup\t1  1e99\nfilm 1 1e99\n", "vectors:3:8: '1e99' is not a finite number"),
        (b"the 1 2\rfilm 1\r", "vectors:2: this row has 1 numbers"),
        (b"3 2\nfilm \0\0\x80\x3f\0\0\0\0", "vectors:2: this row has a zero byte; word vectors are read as text"),
        (b"\xff\xfet\0h\0e\0 \0001\0", "vectors:1: this row has a zero byte"),
        (b"", "vectors: this file has no row"),
        (b"3 2\n\n", "vectors: this file has no row"),
        (pack(b"film 1 2\n" * 99, "gz")[:-12], "vectors: cannot read this file: Compressed file ended before"),
        (b"\x1f\x8b\x08\x00nonsense", "vectors: cannot read this file: "),
        (pack(b"film 1 2", "zip").replace(b"folder/", b"\0older/"), "vectors: cannot read this file: "),
        (b"PK\x03\x04nonsense", "vectors: cannot read this file: File is not a zip file"),
    ],
)
def test_a_table_that_cannot_be_read(data: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "vectors").write_bytes(data)
    with pytest.raises(InputError) as error:
        read_vectors(tmp_path / "vectors", ["film", "the"])
    assert str(error.value).removeprefix(f"{tmp_path}/").startswith(message)


def test_an_archive_of_several_files_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "glove.zip", "w") as archive:
        archive.writestr("glove.50d.txt", "film 1 2")
        archive.writestr("glove.100d.txt", "film 1 2")
    with pytest.raises(InputError, match=r"this archive has 2 files, glove.50d.txt, glove.100d.txt; unpack the one"):
        read_vectors(tmp_path / "glove.zip", ["film"])


def test_bad_rows_are_skipped_and_told(tmp_path: Path) -> None:
    (tmp_path / "vectors").write_text("the 1 2\nsoup\nfilm nan 2\nfilm 3 4\n")
    errors: list[InputError] = []
    vectors = read_vectors(tmp_path / "vectors", ["film", "soup"], on_error=errors.append)
    assert vectors.find("film").tolist() == [3, 4]
    assert [error.line for error in errors] == [2, 3]


def test_lone_surrogate_has_no_vector(file: Path) -> None:
    assert read_vectors(file, ["film", "\ud800"]).find("\ud800") is None


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        ({}, "vectors is empty; at least one word must have a vector"),
        ({"a": np.ones(2), "b": np.ones(1)}, r"the vector of 'b' has the shape \(1,\); all must have one shape"),
        ({"a": np.ones((2, 2))}, r"the vector of 'a' has the shape \(2, 2\)"),
        ({"a": np.ones(0)}, r"the vector of 'a' has the shape \(0,\)"),
        ({"a": np.float32(1)}, r"the vector of 'a' has the shape \(\)"),
    ],
)
def test_vectors_are_rows_of_one_width(vectors: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(InputError, match=message):
        WordVectors(vectors)


def test_missing_file_or_zero_coverage_is_refused(tmp_path: Path, file: Path) -> None:
    with pytest.raises(InputError, match=r"none\.txt: cannot read this file: No such file"):
        read_vectors(tmp_path / "none.txt", ["film"])
    with pytest.raises(InputError, match="no vector for any word"):
        read_vectors(file, ["Zwiebel"])


def test_files_are_concatenated_and_missing_entries_are_random(file: Path) -> None:
    vectors = [read_vectors(file, ["film", "soup"]), read_vectors(file, ["film", "the"])]
    vocabulary = Vocabulary(["film", "soup"])
    table = initial_embedding(vocabulary, vectors, size=99, generator=torch.Generator().manual_seed(1))
    assert table.shape == (3, 4)
    np.testing.assert_allclose(table[1], [0.3, 0.4, 0.3, 0.4], rtol=1e-6)
    np.testing.assert_allclose(table[2, :2], [7, 8])
    random = torch.cat([table[0], table[2, 2:]])
    assert ((random.abs() <= 0.05) & (random != 0)).all()
    again = initial_embedding(vocabulary, vectors, size=99, generator=torch.Generator().manual_seed(1))
    assert torch.equal(table, again)


def test_embedding_without_files_is_random() -> None:
    table = initial_embedding(Vocabulary(["film"]), [], size=7, generator=torch.Generator().manual_seed(1))
    assert table.shape == (2, 7)
    assert (table.abs() <= 0.05).all()


@pytest.mark.parametrize("kind", [set, frozenset, dict.fromkeys, tuple, np.array, iter])
def test_the_wanted_words_may_be_any_collection(file: Path, kind: Callable[[list[str]], Iterable[str]]) -> None:
    assert len(read_vectors(file, kind(["film", "soup"]))) == 2


@pytest.mark.parametrize("words", ["film", None, 3, {1}, [None]])
def test_the_wanted_words_are_texts(file: Path, words: Any) -> None:
    with pytest.raises(InputError, match=r"^words"):
        read_vectors(file, words)


def test_first_words_are_in_file_order(file: Path, tmp_path: Path) -> None:
    vectors = read_vectors(file, ["soup"], frequent_words=3)
    assert vectors.first(2) == ("the", "(")
    assert vectors.first(3) == ("the", "(", "film")
    assert ["the" in vectors, "film" in vectors, "Film" in vectors] == [True, True, True]
    assert vectors.find("soup").tolist() == [7, 8]
    assert len(vectors) == 4
    assert read_vectors(file, [], frequent_words=100).first(100) == ("the", "(", "film", "Film", "soup")
    (headed := tmp_path / "headed.txt").write_text("2 3\nnew york 1 2 3\nsoup 4 5 6\n", encoding="utf-8")
    assert read_vectors(headed, [], frequent_words=2).first(2) == ("new york", "soup")


def test_more_first_words_than_read_are_refused(file: Path) -> None:
    vectors = read_vectors(file, ["soup"], frequent_words=2)
    with pytest.raises(
        InputError, match=r"vectors .*: the first 2 words were read: must be read with frequent_words 3"
    ):
        vectors.first(3)
    by_hand = WordVectors({"the": np.ones(2, dtype=np.float32), "film": np.ones(2, dtype=np.float32)})
    assert by_hand.first(50) == ("the", "film")
