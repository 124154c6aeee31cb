"""Predictions for texts equal separate parsing and prediction, single or batched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from limited_parser import AtMostFive

from treenn.evaluation.predictions import predict
from treenn.models.building import build
from treenn.models.saving import save_model
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary
from treenn.parsers.shapes import Left, Right
from treenn.sentiment.document import Document, Sentiment
from treenn.sentiment.model import SentimentModel, load_sentiment
from treenn.trees import InputError, Tree, parse_tree

CLASSES = ("bad", "so-so", "good")
TEXTS = ["It's not a good film.", "Awful", "A good, good film (really)!"]


@pytest.fixture(scope="module")
def model() -> SentimentModel:
    network = build(
        Settings(size=6, word_size=5), make_task("nodes", CLASSES), Vocabulary(["good", "not", "film", "."])
    ).eval()
    return SentimentModel(network, CLASSES, Left())


def test_node_classes_equal_evaluation(model: SentimentModel) -> None:
    trees = [model.parser.parse_text(text) for text in TEXTS]
    found = model.predict_batch(TEXTS)
    wanted = predict(model.network, trees)
    assert [label for each in found for label in each.tree.labels] == wanted.classes.tolist()
    rows = np.concatenate([each.node_probabilities for each in found])
    np.testing.assert_array_equal(rows.astype(np.float32), wanted.probabilities)
    np.testing.assert_allclose(rows.sum(axis=1), 1, rtol=1e-5)
    for text, tree, each in zip(TEXTS, trees, found, strict=True):
        assert (each.text, each.tree.words, each.tree.merges) == (text, tree.words, tree.merges)
        assert each.label == each.tree.label == np.argmax(each.probabilities)
        assert each.name == CLASSES[each.label]
        assert each.probabilities == each.node_probabilities[-1]


def test_one_at_a_time_is_the_same(model: SentimentModel) -> None:
    for text, each in zip(TEXTS, model.predict_batch(TEXTS), strict=True):
        alone = model.predict(text)
        assert alone.tree == each.tree
        np.testing.assert_allclose(alone.node_probabilities, each.node_probabilities, rtol=1e-5)


def test_given_trees_are_kept(model: SentimentModel) -> None:
    tree = parse_tree("(very-odd (2 not) (X (X good) (X film)))")
    found = model.predict_tree(tree)
    assert found.text == "not good film"
    assert (found.tree.words, found.tree.merges) == (tree.words, tree.merges)
    assert set(found.tree.labels) <= {0, 1, 2}
    assert model.predict_trees([]) == model.predict_batch([]) == []


BLANK = ["fine", " ", "not good", "", "\u200b"]


def test_blank_texts_do_not_reject_a_batch(model: SentimentModel) -> None:
    found = model.predict_batch(BLANK)
    assert [each.text for each in found] == BLANK
    assert [each.label for each in found[1::2]] == [1, 1]
    for each in (found[1], found[3], found[4], model.predict(" ")):
        assert (each.sentences, each.probabilities, each.name) == ((), (0, 1, 0), "so-so")
    assert [found[0], found[2]] == model.predict_batch(BLANK, blank="skip")
    assert model.predict_batch(["", " "], blank="skip") == []
    with pytest.raises(InputError, match=r"^texts\[1\] has no words$"):
        model.predict_batch(BLANK, blank="error")
    with pytest.raises(InputError, match=r"^blank drop: must be neutral, skip or error$"):
        model.predict_batch(BLANK, blank="drop")  # type: ignore[arg-type]


@pytest.mark.parametrize("classes", [2, 4])
def test_blank_text_without_neutral_class(classes: int) -> None:
    network = build(Settings(size=4, word_size=4), classes, Vocabulary(["good"])).eval()
    found = SentimentModel(network, "abcd"[:classes], Left()).predict("")
    assert (found.label, found.name, sum(found.probabilities)) == (None, None, 1)
    assert found.probabilities[classes // 2 - 1 : classes // 2 + 1] == (0.5, 0.5)


def test_a_text_has_a_tree_for_each_sentence(model: SentimentModel) -> None:
    found = model.predict("A good film! It's not good. Awful")
    assert [each.text for each in found.sentences] == ["A good film!", "It's not good.", "Awful"]
    assert [each.tree for each in found.sentences] == [model.predict(each.text).tree for each in found.sentences]
    p = np.array([each.probabilities for each in found.sentences])
    np.testing.assert_allclose(found.probabilities, np.average(p, axis=0, weights=1 - p[:, 1]))
    assert found.label == np.argmax(found.probabilities)
    for name in ("tree", "node_probabilities"):
        with pytest.raises(InputError, match=r"^this text has 3 sentences; each of `sentences` has its own tree$"):
            getattr(found, name)


def test_reprs_and_displays_are_short(model: SentimentModel) -> None:
    document = model.predict("A good film! It's <b>not</b> good. Awful")
    assert repr(document) == (
        f"Document({document.text!r}, {document.name!r} {max(document.probabilities):.2f}, sentences=3)"
    )
    last = document.sentences[-1]
    assert repr(last) == f"Sentiment('Awful', {last.name!r} {max(last.probabilities):.2f}, nodes=1)"
    assert repr(model.predict("word " * 500)).startswith("Document('word word")
    assert len(repr(model.predict("word " * 500))) < 200
    assert repr(model).startswith("SentimentModel(classes=('bad', 'so-so', 'good'), parser=Left(), parameters=")
    shown = document._repr_html_()
    assert (shown.count("<svg"), shown.count("<tr>")) == (3, 5)
    assert "&lt;b&gt;" in shown and "<b>" not in shown
    assert f"{document.probabilities[0]:.0%}" in shown
    assert last._repr_html_().count("<svg") == 1
    assert "<svg" not in model.predict(" ")._repr_html_()


def leaf(*probabilities: float) -> Sentiment:
    return Sentiment("a", Tree(("a",), ()), (probabilities,), tuple("abcde"[: len(probabilities)]))


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ([(0.2, 0.3, 0.5)], (0.2, 0.3, 0.5)),  # one sentence: its own
        ([(0.2, 0.3, 0.5)] * 3, (0.2, 0.3, 0.5)),
        ([(0, 1, 0), (0.75, 0.25, 0)], (0.75, 0.25, 0)),  # a sentence without an opinion does not count
        ([(0, 1, 0), (0, 1, 0)], (0, 1, 0)),  # unless all are so
        ([(1, 0, 0), (0, 0.5, 0.5)], (2 / 3, 1 / 6, 1 / 6)),
        ([(0.5, 0.5), (1, 0)], (0.75, 0.25)),  # an even number of classes: the mean
        ([(1,), (1,)], (1,)),
    ],
)
def test_document_mean_downweights_neutral_sentences(rows: Any, verdict: tuple[float, ...]) -> None:
    found = Document.of("a", [leaf(*row) for row in rows], tuple("abcde"[: len(verdict)]))
    np.testing.assert_allclose(found.probabilities, verdict)


def test_a_text_of_any_length_is_answered(model: SentimentModel) -> None:
    found = SentimentModel(model.network, CLASSES, AtMostFive()).predict("A film; good and long, is it not? " * 100)
    assert [each.text for each in found.sentences[:3]] == ["A film ;", "good and long ,", "is it not ?"]
    assert len(found.sentences) == 300


@pytest.mark.parametrize("kind", [list, tuple, iter, np.array, lambda texts: np.array(texts, dtype=object)])
def test_texts_come_in_any_container(model: SentimentModel, kind: Any) -> None:
    found = model.predict_batch(kind(TEXTS))
    assert found == model.predict_batch(TEXTS)
    assert {type(each.text) for each in found} == {str}
    assert model.predict(np.str_(TEXTS[0])) == model.predict(TEXTS[0])


def test_texts_come_in_a_pandas_series(model: SentimentModel) -> None:
    pandas = pytest.importorskip("pandas")
    for dtype in (object, "string"):
        assert model.predict_batch(pandas.Series(TEXTS, index=[3, 1, 2], dtype=dtype)) == model.predict_batch(TEXTS)
    with pytest.raises(InputError, match=r"^texts: must be a list, not an array of 2 dimensions$"):
        model.predict_batch(pandas.DataFrame({"text": TEXTS}))
    with pytest.raises(InputError, match=r"^texts\[1\] (None|nan|of type NAType): must be text$"):
        model.predict_batch(pandas.Series(["good", None]))


@pytest.mark.parametrize("text", [None, float("nan"), 3, ["a", "b"], b"good", parse_tree("(X good)")])
def test_what_is_no_text_is_named(model: SentimentModel, text: Any) -> None:
    with pytest.raises(InputError, match=r"^text .*: must be text$"):
        model.predict(text)
    with pytest.raises(InputError, match=r"^texts\[1\] .*: must be text$"):
        model.predict_batch(["good", text])


@pytest.mark.parametrize("texts", ["a good film", None, 3, b"good", {"a": 1}, np.array("good"), np.array([["good"]])])
def test_what_is_no_list_of_texts_is_named(model: SentimentModel, texts: Any) -> None:
    with pytest.raises(
        InputError,
        match=r"^texts.*: must be a list( of texts|, not an array of \d dimensions)",
    ):
        model.predict_batch(texts)


def test_trees_are_checked_too(model: SentimentModel) -> None:
    with pytest.raises(InputError, match=r"^tree 'good': must be a Tree; "):
        model.predict_tree("good")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"^trees\[0\] 'good': must be a Tree; "):
        model.predict_trees(["good"])  # type: ignore[list-item]
    with pytest.raises(InputError, match=r"^there are 1 trees, but 2 texts; there must be one text per tree$"):
        model.predict_trees([parse_tree("(X good)")], ["a", "b"])
    for texts in ("a", [None]):
        with pytest.raises(InputError, match=r"texts(\[0\])? .*: must be"):
            model.predict_trees([parse_tree("(X good)")], texts)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="sentences has 1 items, but there are 2 texts"):
        model.predict_parsed(["a", "b"], [[("a", parse_tree("(X a)"))]])
    with pytest.raises(InputError, match=r"sentences\[0\] must be a list of pairs"):
        model.predict_parsed(["a"], [["a"]])  # type: ignore[list-item]
    with pytest.raises(InputError, match=r"^classes has 2 names, but the network has 3 classes$"):
        SentimentModel(model.network, ("bad", "good"), model.parser)


def test_half_precision_weights_compute_in_single(model: SentimentModel, tmp_path: Path) -> None:
    network = model.network
    for name, half in (("whole", False), ("half", True)):
        save_model(tmp_path / name, network, half=half)
    sizes = [(tmp_path / name / "model.safetensors").stat().st_size for name in ("half", "whole")]
    count = sum(parameter.numel() for parameter in network.parameters())
    assert sizes[1] - sizes[0] == pytest.approx(2 * count, abs=64)
    halved = load_sentiment(tmp_path / "half", parser="left")
    assert {parameter.dtype for parameter in halved.network.parameters()} == {torch.float32}
    ours, theirs = halved.predict(TEXTS[0]), model.predict(TEXTS[0])
    np.testing.assert_allclose(ours.node_probabilities, theirs.node_probabilities, atol=2e-3)


def test_parser_by_name_or_itself(model: SentimentModel, tmp_path: Path) -> None:
    save_model(tmp_path, model.network)
    right = Right()
    assert load_sentiment(tmp_path, right).parser is right
    assert load_sentiment(tmp_path, "right").predict("a b c").tree.merges == ((1, 2), (0, 3))
    with pytest.raises(InputError, match="must be the folder of a parser, or one of"):
        load_sentiment(tmp_path, "nowhere")
    with pytest.raises(InputError, match="cannot read this file"):
        load_sentiment(tmp_path / "nowhere")


@pytest.mark.parametrize("kind", ["bilstm", "tree-lstm"])
def test_a_contextual_model_reads_texts_too(tmp_path: Path, kind: str) -> None:
    pytest.importorskip("transformers")
    from tiny_encoder import make_encoder

    encoder = make_encoder(tmp_path / "encoder", seed=0)
    settings = Settings(model=kind, size=6, word_size=5, contextual=str(encoder), contextual_layers="1,2")
    network = build(settings, make_task("nodes", CLASSES), Vocabulary(["good", "film"])).eval()
    save_model(tmp_path / "model", network, half=True)
    loaded = load_sentiment(tmp_path / "model", "right", contextual=str(encoder))
    texts = ["not good", "a good film"]
    wanted = SentimentModel(network, CLASSES, Right()).predict_batch(texts)
    for one, other in zip(loaded.predict_batch(texts), wanted, strict=True):
        np.testing.assert_allclose(one.node_probabilities, other.node_probabilities, atol=2e-3)
    goods = [each.node_probabilities[1] for each in loaded.predict_batch(texts)]
    assert goods[0] != goods[1]  # the same word in another sentence


def test_unknown_words_are_those_without_a_vector(model: SentimentModel) -> None:
    found = model.predict("A GOOD film. Awful, awful film.")
    assert [each.unknown_words for each in found.sentences] == [("A",), ("Awful", ",", "awful")]
    assert (found.unknown_words, found.word_count) == (("A", "Awful", ",", "awful"), 9)
    assert found.unknown_share == pytest.approx(4 / 9)
    blank = model.predict(" ")
    assert (blank.unknown_words, blank.unknown_share) == ((), 0)


def test_nominal_classes_have_equal_weights(tmp_path: Path) -> None:
    task = make_task("nodes", CLASSES, scale="nominal")
    save_model(tmp_path, build(Settings(size=6, word_size=5), task, Vocabulary(["good"])))
    nominal = load_sentiment(tmp_path, "right")
    found = nominal.predict("Good film. Not good!")
    rows = np.array([each.probabilities for each in found.sentences])
    np.testing.assert_allclose(found.probabilities, rows.mean(axis=0))
    assert {found.scale, *(each.scale for each in found.sentences)} == {"nominal"}
    blank = nominal.predict(" ")
    assert (blank.label, blank.name, blank.probabilities) == (None, None, (1 / 3,) * 3)


def test_tokenizer_and_parser_of_the_training_texts(model: SentimentModel, tmp_path: Path) -> None:
    save_model(tmp_path, model.network)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"tokenizer": "characters", "trees": "left"}))
    recorded = load_sentiment(tmp_path)
    assert recorded.predict("春眠。不覺").sentences[0].tree.words == ("春", "眠", "。")
    assert [each.words for each in recorded.find_sentences("春眠。不覺", split=False)] == [
        ("春", "眠", "。", "不", "覺")
    ]
    assert recorded.predict("abc").tree.merges == ((0, 1), (3, 2))
    assert load_sentiment(tmp_path, "right").predict("abc").tree.merges == ((1, 2), (0, 3))
    (tmp_path / "config.json").write_text(json.dumps(config | {"tokenizer": "characters", "trees": "../parser"}))
    with pytest.raises(InputError, match=r"read only if you name it, too: parser=FOLDER$"):
        load_sentiment(tmp_path)


@pytest.mark.parametrize(
    ("task", "noun"), [("pairs", "pairs"), ("relatedness", "pairs"), ("dependencies", "dependency trees")]
)
def test_models_of_other_inputs_are_refused(tmp_path: Path, task: str, noun: str) -> None:
    model = "dependency-tree-lstm" if task == "dependencies" else "tree-lstm"
    classes = None if task == "relatedness" else CLASSES
    made = make_task(task, classes, **({"score_range": (1, 5)} if classes is None else {}))
    save_model(tmp_path, build(Settings(model=model, size=6, word_size=5), made, Vocabulary(["good"])))
    with pytest.raises(InputError, match=f"this model reads {noun}, not single texts; `treenn evaluate"):
        load_sentiment(tmp_path, "right")
