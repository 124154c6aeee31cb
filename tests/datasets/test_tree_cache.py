"""The cache of parsed texts: its identity, broken files, and its size."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from treenn.datasets import parse_identity, text_trees, tree_cache
from treenn.datasets.parse_identity import identify_parse
from treenn.datasets.text_trees import trees_of_texts
from treenn.datasets.tree_cache import cache_file, read_cached, write_cached
from treenn.parsers.loading import SHIPPED, parser_folder
from treenn.parsers.shapes import Left, Right
from treenn.trees import Tree

TEXTS = ["春眠不覺。曉", "A good film.", 'a\ud800 "\n']


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TREENN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "trees"


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of sentences of each call of the parser."""
    calls: list[int] = []

    def parse(self: Right, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        calls.append(len(sentences))
        return Left().parse_batch(sentences)

    monkeypatch.setattr(Right, "parse_batch", parse)
    return calls


def parse(texts: Sequence[str] = TEXTS, tokenizer: str = "whitespace") -> list[Tree]:
    return trees_of_texts(texts, trees="right", tokenizer=tokenizer)


def test_texts_are_parsed_once(parsed: list[int], home: Path) -> None:
    first = parse(["a b", "c", "a b"])
    assert parse(["a b", "c", "a b"]) == first
    assert parsed == [2]
    assert len(list(home.iterdir())) == 1


def test_surrogates_and_line_breaks_survive() -> None:
    texts = ["春 眠\u2028不 覺", "\ud800 \x85 a\x1cb"]
    trees = [Right().parse(["春", "眠", "\ud800"]), Right().parse(["\x00", "a\u2028b", '"']), Right().parse(["x"])]
    path = cache_file({}, texts)
    write_cached(path, trees)
    assert read_cached(path) == trees


@pytest.mark.parametrize(
    ("texts", "tokenizer"), [(["b", "a"], "whitespace"), (["ab"], "whitespace"), (["a", "b"], "characters")]
)
def test_other_texts_or_tokenizers_are_parsed_again(texts: list[str], tokenizer: str, parsed: list[int]) -> None:
    parse(["a", "b"])
    parse(texts, tokenizer)
    assert len(parsed) == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data[:100],
        lambda data: data.replace(b'"good"', b'"goof"'),
        lambda data: b"",
        lambda data: data[:-65],
        lambda data: b"\xff" * 100,
    ],
)
def test_broken_files_are_parsed_again(damage, parsed: list[int], home: Path) -> None:  # type: ignore[no-untyped-def]
    first = parse()
    [path] = home.iterdir()
    data = path.read_bytes()
    path.write_bytes(damage(data))
    assert parse() == first
    assert len(parsed) == 2
    assert path.read_bytes() == data


@pytest.mark.parametrize("line", ["1", "[]", '[["a"], [[0, 0]]]', '[["a", "b"], []]', "[" * 100_000, '{"a": 1}'])
def test_malformed_lines_with_checksum_are_missing(line: str, tmp_path: Path) -> None:
    body = line.encode() + b"\n"
    (tmp_path / "a.jsonl").write_bytes(body + tree_cache._checksum(body))
    assert read_cached(tmp_path / "a.jsonl") is None


def test_folder_instead_of_file_is_no_error(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    parse()
    [path] = home.iterdir()
    path.unlink()
    path.mkdir()
    assert len(parse()) == 3
    assert "the parsed texts are not cached" in caplog.text


def test_an_unwritable_cache_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TREENN_CACHE", str(tmp_path / "file"))
    assert len(parse()) == 3
    assert "the parsed texts are not cached" in caplog.text


def test_files_used_least_recently_are_removed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [cache_file({}, [str(number)]) for number in range(3)]
    for number, path in enumerate(paths):
        write_cached(path, [Right().parse(["word"])])
        os.utime(path, (number, number))
    assert read_cached(paths[0]) is not None  # now the newest
    monkeypatch.setattr(tree_cache, "MOST_BYTES", 2 * paths[0].stat().st_size)
    write_cached(paths[2], [Right().parse(["word"])])
    assert [path.exists() for path in paths] == [True, False, True]


def _parse_in_process(texts: list[str]) -> list[Tree]:
    return trees_of_texts(texts, trees="right")


def test_processes_share_a_cache(home: Path) -> None:
    texts = [f"film {number}" for number in range(50)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        results = list(pool.map(_parse_in_process, [texts] * 4))
    assert all(result == trees_of_texts(texts, trees="right") for result in results)
    assert len(list(home.iterdir())) == 1


def test_identity_is_that_of_the_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = parser_folder(SHIPPED)
    assert shipped is not None
    shutil.copytree(shipped, tmp_path / "copy")
    assert identify_parse(str(tmp_path / "copy"), "treebank") == identify_parse("chart", "treebank")
    (tmp_path / "copy" / "vocabulary.json").write_text(json.dumps(["a"]))
    assert identify_parse(str(tmp_path / "copy"), "treebank") != identify_parse("chart", "treebank")


def test_identity_has_seeds_versions_and_code(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["right", "left", "random:1", "random:2", "spacy:a", "spacy:b", "stanza:en"]
    assert len({json.dumps(identify_parse(name, "treebank")) for name in names}) == len(names)
    before = {name: identify_parse("right", name) for name in ("treebank", "spacy:en")}
    monkeypatch.setattr(parse_identity, "version", lambda package: "0")
    assert all(identify_parse("right", name) != old for name, old in before.items())
    monkeypatch.undo()
    monkeypatch.setattr(parse_identity, "_code", lambda: "other")
    assert identify_parse("right", "treebank") != before["treebank"]


def test_cached_trees_equal_parsed_ones() -> None:
    texts = ["It isn't funny. Dull!", "A good film"]
    first = trees_of_texts(texts)
    assert trees_of_texts(texts) == first
    assert [tree.labels for tree in first] == [(None,) * len(tree) for tree in first]
    assert text_trees.read_cached(cache_file(identify_parse("chart", "treebank"), texts)) == first
