"""`treenn vectors`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from saved_models import make_model
from topic_corpus import topic_sentences

Command = Callable[..., Any]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join(map(" ".join, topic_sentences())) + "\n", encoding="utf-8")
    return path


TRAIN = ("vectors", "train", "--corpus", "corpus.txt", "--out", "v.txt", "--size", "4")


def test_vectors_are_trained_and_searched(treenn: Command, corpus: Path, tmp_path: Path) -> None:
    assert treenn(*TRAIN, "--method", "ppmi-svd", "--window", "3").returncode == 0
    record = json.loads((tmp_path / "v.txt.json").read_text(encoding="utf-8"))
    assert (
        record["command"]
        == "treenn vectors train --corpus corpus.txt --out v.txt --size 4 --method ppmi-svd --window 3"
    )
    assert (record["words"], record["size"], record["settings"]["window"]) == (12, 4, 3)
    assert record["corpus"]["tokens"] == 1800
    near = json.loads(treenn("vectors", "similar", "v.txt", "cat", "--count", "5", "--json").stdout)
    assert {each["word"] for each in near} == {"dog", "mouse", "bird", "fish", "cow"}
    done = treenn("vectors", "analogy", "v.txt", "cat", "dog", "rain", "--method", "3CosMul")
    assert "3CosMul" in done.stdout


def test_vectors_are_replaced_on_request_only(treenn: Command, corpus: Path, tmp_path: Path) -> None:
    treenn(*TRAIN, "--method", "ppmi-svd")
    assert treenn(*TRAIN, "--method", "ppmi-svd").error == "v.txt: --out: exists; pass --overwrite to replace it"
    assert treenn(*TRAIN, "--method", "ppmi-svd", "--overwrite").returncode == 0
    (tmp_path / "v.txt").write_text("my notes\n", encoding="utf-8")
    refused = treenn(*TRAIN, "--method", "ppmi-svd", "--overwrite").error
    assert refused.startswith("v.txt: --out: is not replaced, because it is not a file of `treenn vectors train`")
    assert (tmp_path / "v.txt").read_text(encoding="utf-8") == "my notes\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--method", "word2vec"], "--method word2vec: must be skip-gram, cbow, glove, ppmi-svd"),
        (["--x-max", "0"], "--x-max 0.0: must be more than 0"),
        (["--negative", "5"], "--negative: no such option; options and defaults: --size 100, --window 20"),
        (["--corpus", "none.txt"], "none.txt: cannot read this file: No such file or directory"),
        (["--min-count", "9999"], "corpus.txt: none of its words occur 9999 times or more (--min-count 9999)"),
    ],
)
def test_bad_input_is_one_message(treenn: Command, corpus: Path, options: list[str], message: str) -> None:
    assert treenn(*TRAIN, *options).error.startswith(message)


def test_bad_files_are_one_message(treenn: Command, tmp_path: Path) -> None:
    (tmp_path / "v.txt").write_text("2 2\ncat 1 0\ndog 0 1\n", encoding="utf-8")
    (tmp_path / "model.txt").write_bytes(b"PK\x03\x04 no archive")
    unknown = "word 'dogs': is not one of the 2 words of v.txt; similar spellings there: dog"
    assert treenn("vectors", "similar", "v.txt", "dogs").error == unknown
    assert treenn("vectors", "similar", "model.txt", "dog").error.startswith("model.txt: cannot read this file")
    assert treenn("vectors", "similar", "none.txt", "dog").error.startswith("none.txt: cannot read this file")
    refused = treenn("vectors", "analogy", "v.txt", "cat", "dog", "cat", "--method", "add").error
    assert refused == "--method add: must be 3CosAdd or 3CosMul"


def test_files_are_evaluated_next_to_each_other(
    treenn: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TREEBANKS_HOME", str(tmp_path))
    (tmp_path / "sts").mkdir()
    pairs = "1\tcat\tdog\n2\tcat\tcow\n3\tcow\tdog\n4\tcow\tfly\n"
    for name in ("simlex", "wordsim-similarity", "wordsim-relatedness"):
        (tmp_path / f"sts/{name}.tsv").write_text(pairs, encoding="utf-8")
    (tmp_path / "a.txt").write_text("cat 1 0\ndog 0 1\ncow 1 1\nfly 1 2\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text("cat 1 0\ndog 0 1\ncow 1 -1\n", encoding="utf-8")
    done = treenn("vectors", "evaluate", "a.txt", "b.txt", "--out", "record.json", "--resamples", "50")
    assert done.returncode == 0, done.stderr
    assert "WordSim: 3 of 4 pairs" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    record = json.loads((tmp_path / "record.json").read_text(encoding="utf-8"))
    assert record["sets"]["SimLex"]["b.txt"]["covered"] == 3
    assert record["sets"]["SimLex"]["a.txt"]["difference"] is None
    assert record["trainings"] == {"a.txt": None, "b.txt": None}
    refused = treenn("vectors", "evaluate", "a.txt", "--half", "first").error
    assert refused == "--half first: must be even or odd"


def test_evaluations_have_the_record_of_the_training(
    treenn: Command, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TREEBANKS_HOME", str(tmp_path))
    (tmp_path / "sts").mkdir()
    for name in ("simlex", "wordsim-similarity", "wordsim-relatedness"):
        (tmp_path / f"sts/{name}.tsv").write_text("1\tcat\tdog\n", encoding="utf-8")
    treenn(*TRAIN, "--method", "ppmi-svd")
    record = json.loads(treenn("vectors", "evaluate", "v.txt", "--json").stdout)
    assert record["trainings"]["v.txt"]["method"] == "ppmi-svd"
    assert record["sets"]["SimLex"]["v.txt"]["spearman"] is None
    (tmp_path / "v.txt").write_text("cat 1\ndog 2\n", encoding="utf-8")
    record = json.loads(treenn("vectors", "evaluate", "v.txt", "--json").stdout)
    assert record["trainings"] == {"v.txt": None}


def test_maps_of_words_and_of_phrases_are_written(treenn: Command, tmp_path: Path) -> None:
    words = ["good", "bad", "film", "the", "a", "not", "is", "it"]
    rows = "".join(f"{word} {number} 1 {-number}\n" for number, word in enumerate(words))
    (tmp_path / "v.txt").write_text(rows, encoding="utf-8")
    assert treenn("vectors", "map", "v.txt").returncode == 0
    assert "good" in (tmp_path / "map.html").read_text(encoding="utf-8")
    make_model(tmp_path / "model", ("0", "1", "2", "3", "4"))
    done = treenn("vectors", "map", "model", "--treebank", "reviews", "--count", "20")
    assert done.stderr.endswith("written: map.html (20 points)\n"), done.stderr
    assert "10 sentences and 10 phrases of reviews dev" in (tmp_path / "map.html").read_text(encoding="utf-8")
    texts = b"Good film. Not good!\nIt is a film\nA film is not good.\n"
    done = treenn("vectors", "map", "model", "--file", "-", "--parser", "balanced", "--out", "t.html", stdin=texts)
    assert done.returncode == 0, done.stderr


def test_bad_maps_are_one_message(treenn: Command, tmp_path: Path) -> None:
    (tmp_path / "v.txt").write_text("cat 1 0\ndog 0 1\n", encoding="utf-8")
    make_model(tmp_path / "model")
    (tmp_path / "notes.html").write_text("<!doctype html><p>mine", encoding="utf-8")
    message = "a map of 2 points is not possible; it must have 5 or more"
    assert treenn("vectors", "map", "v.txt").error == message
    assert (
        treenn("vectors", "map", "v.txt", "--file", "x").error
        == "--file: needs a model; v.txt is a file of word vectors"
    )
    assert treenn("vectors", "map", "model").error == "a map of a model needs either --treebank or --file"
    refused = treenn("vectors", "map", "model", "--treebank", "reviews").error
    assert refused == "the labels of these trees are not those of the model, which has 3 classes"
    (tmp_path / "v.txt").write_text("".join(f"w{n} {n} 1\n" for n in range(9)), encoding="utf-8")
    refused = treenn("vectors", "map", "v.txt", "--out", "notes.html").error
    assert refused.startswith("notes.html: this file exists and is no map of treenn in HTML")
