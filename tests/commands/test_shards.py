"""`treenn parse|predict --out`: chunks in order, shards, and runs that are interrupted anywhere."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from corpus_runs import CHUNK, LINES, in_reverse, interrupted_after, written
from saved_models import make_model

from treenn.commands.shards import run
from treenn.commands.shards.shard import Shard

Command = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("small_chunks")


def test_rows_are_those_of_standard_output(parse_corpus: Command, whole: bytes, tmp_path: Path) -> None:
    assert parse_corpus("--file", "in.txt", "--json").stdout.encode() == whole
    done = parse_corpus("--file", "in.txt", "--out", "trees.txt", "--jobs", "1")
    assert (tmp_path / "trees.txt").read_text() == parse_corpus("--file", "in.txt", "--brackets").stdout
    assert done.stderr == "records without words: 4\nwritten: trees.txt (21 records)\n"


def test_predictions_are_those_of_standard_output(treenn: Command, tmp_path: Path) -> None:
    make_model(tmp_path / "model")
    (tmp_path / "in.csv").write_text("id,text\n1,not good. Good!\n2,\n3,not bad\n4,a film\n5,zzz yyy\n")
    predict = ("predict", "--model", "model", "--parser", "right", "--file", "in.csv")
    expected = [json.loads(line) for line in treenn(*predict, "--json").stdout.splitlines()]
    assert treenn(*predict, "--out", "out.jsonl", "--keep", "id").returncode == 0
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    trees = ["\n".join(sentence["tree"] for sentence in row["sentences"]) for row in rows]
    assert [row.pop("id") for row in rows] == ["1", "2", "3", "4", "5"]
    for row, each in zip(rows, expected, strict=True):
        assert row.pop("probabilities") == pytest.approx(each.pop("probabilities"), abs=2e-6)
        for sentence, other in zip(row.pop("sentences"), each.pop("sentences"), strict=True):
            assert sentence.pop("probabilities") == pytest.approx(other.pop("probabilities"), abs=2e-6)
            assert sentence == other
        assert row == each
    assert treenn(*predict, "--out", "out.txt").returncode == 0
    assert (tmp_path / "out.txt").read_text().splitlines() == "\n".join(trees).split("\n")


@pytest.mark.parametrize("count", [3, 9])
def test_shards_together_equal_the_whole(parse_corpus: Command, whole: bytes, tmp_path: Path, count: int) -> None:
    numbers = range(1, count + 1)
    parts = [written(tmp_path / f"{index}.jsonl", Shard(index, count)) for index in numbers]
    assert b"".join(parts) == whole
    assert parse_corpus("--file", "in.txt", "--out", "1.jsonl", "--shard", f"1/{count}").returncode == 0  # no other run


def test_shards_are_balanced_in_chunks() -> None:
    for total in (0, 1, 17, 100):
        bounds = [Shard(index, 7).records(total) for index in range(1, 8)]
        assert [first for first, _ in bounds] == [0, *(last for _, last in bounds[:-1])]
        assert bounds[-1][1] == total
        assert max(last - first for first, last in bounds) <= -(-total // (7 * CHUNK)) * CHUNK


def cuts(whole: bytes, lines: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """The rows and the journal of runs that are killed at any write."""
    ends = [0, *(json.loads(line)["end"] for line in lines[1:-1])]
    for chunk, (start, end) in enumerate(itertools.pairwise(ends)):
        before, line = b"".join(lines[: chunk + 1]), lines[chunk + 1]
        for rows in (start, start + 1, (start + end) // 2, end):
            yield whole[:rows], before
        yield whole[:end], before + line[: len(line) // 2]
        yield whole[: end - 1], before + line  # as after a power failure
        yield whole[: end - 1] + b"\0", before + line
    yield whole, b"".join(lines[:-1])
    yield whole, b"".join(lines)


def test_kill_at_any_byte_gives_the_same_bytes(whole: bytes, tmp_path: Path) -> None:
    lines = (tmp_path / "whole.jsonl.run/journal.jsonl").read_bytes().splitlines(keepends=True)
    assert len(lines) == 2 + -(-len(LINES) // CHUNK)
    for rows, journal_so_far in cuts(whole, lines):
        folder = tmp_path / "cut.jsonl.run"
        folder.mkdir(exist_ok=True)
        (folder / "rows").write_bytes(rows)
        (folder / "journal.jsonl").write_bytes(journal_so_far)
        assert written(tmp_path / "cut.jsonl") == whole
        assert (folder / "journal.jsonl").read_bytes() == b"".join(lines)
        assert [path.name for path in folder.iterdir()] == ["journal.jsonl"]
        (tmp_path / "cut.jsonl").unlink()


def test_chunks_that_end_early_wait(
    parse_corpus: Command, whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "run_side_by_side", in_reverse)
    assert parse_corpus("--file", "in.txt", "--out", "reverse.jsonl").returncode == 0
    assert (tmp_path / "reverse.jsonl").read_bytes() == whole


def test_chunks_of_interrupted_runs_are_used(
    parse_corpus: Command, whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "run_side_by_side", interrupted_after(slice(3, None)))
    assert parse_corpus("--file", "in.txt", "--out", "out.jsonl").returncode == 130
    folder = tmp_path / "out.jsonl.run"
    assert sorted(path.name for path in folder.glob("rows*")) == ["rows", "rows-3", "rows-4", "rows-5"]
    (folder / "rows-4").write_bytes((folder / "rows-4").read_bytes()[:-1])  # as after a power failure
    computed = []

    def counted(transform: Any, chunk: int, *others: Any) -> Any:
        computed.append(chunk)
        return compute(transform, chunk, *others)

    compute = run.compute
    monkeypatch.setattr(run, "compute", counted)
    monkeypatch.setattr(run, "run_side_by_side", in_reverse)
    assert parse_corpus("--file", "in.txt", "--out", "out.jsonl").returncode == 0
    assert (tmp_path / "out.jsonl").read_bytes() == whole
    assert computed == [4, 2, 1, 0]


def test_finished_runs_are_not_repeated(
    parse_corpus: Command, whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "compute", None)
    assert parse_corpus("--file", "in.txt", "--out", "whole.jsonl").stderr.endswith(
        "written: whole.jsonl (21 records)\n"
    )
    assert (tmp_path / "whole.jsonl").read_bytes() == whole
