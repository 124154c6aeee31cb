"""Predictions of models of scores: values, drawings and files."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from made_up_predictions import Page, document
from saved_models import make_score_model

from treenn.sentiment.alignment import align
from treenn.sentiment.json_objects import document_object
from treenn.sentiment.model import SentimentModel, load_sentiment
from treenn.sentiment.models_drawing import draw_models
from treenn.sentiment.models_picture import draw_aligned
from treenn.sentiment.page import render
from treenn.sentiment.phrase_drawing import draw_sentiment
from treenn.sentiment.table_columns import PredictionColumns
from treenn.trees import InputError


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> SentimentModel:
    return load_sentiment(make_score_model(tmp_path_factory.mktemp("model"), 1, 9), "right")


def test_nodes_have_the_scores_of_the_network(model: SentimentModel) -> None:
    found = model.predict("not a good film")
    wanted = model.network.predict([found.tree.with_labels([None] * len(found.tree))]).scores
    np.testing.assert_allclose(found.tree.labels, wanted, rtol=1e-5)
    assert found.label == found.score == found.tree.label
    assert (found.probabilities, found.classes, found.score_range) == ((), (), (1.0, 9.0))
    assert repr(found) == f"Document('not a good film', score={found.score:.3g}, sentences=1)"
    assert repr(found.sentences[0]) == f"Sentiment('not a good film', score={found.score:.3g}, nodes=7)"
    assert f"{found.score:.3g}" in found._repr_html_()


def test_score_of_a_text_is_the_mean(model: SentimentModel) -> None:
    found = model.predict("A good film. Not good!")
    assert found.score == pytest.approx(np.mean([each.score for each in found.sentences]))
    blank = model.predict(" ")
    assert (blank.label, blank.name, blank.score) == (None, None, None)
    assert repr(blank) == "Document(' ', score=None, sentences=0)"


def test_json_and_table_have_the_score(model: SentimentModel) -> None:
    found, blank = model.predict("good film"), model.predict(" ")
    assert found.score is not None
    assert {name: document_object(found)[name] for name in ("label", "class", "probabilities")} == {
        "label": round(found.score, 6), "class": None, "probabilities": []
    }  # fmt: skip
    assert document_object(blank)["label"] is None
    columns = PredictionColumns(("text",), {"x": model.classes})
    assert columns.header == ("text", "score", "unknown_words", "unknown_share", "warning")
    assert columns.cells({"x": found}) == [f"{found.score:.6g}", "", "0", ""]
    assert columns.cells({"x": blank}) == ["", "", "0", ""]


def test_drawings_have_the_score(model: SentimentModel) -> None:
    found = model.predict("good film")
    assert found.score is not None
    line = draw_sentiment(found, color=True).splitlines()[-1]
    assert line.startswith(f"score {found.score:.3g} (1 to 9) ")
    assert line.count("█") == round(20 * (found.score - 1) / 8)
    page = Page(render([found, model.predict("A good film. Not good!")]))
    assert page.texts["th"] == ["score, 1 to 9"] * 2
    assert "2 sentences; the text's score is the mean of theirs." in page.texts["p"]
    assert page.texts["td"][0] == f"{found.score:.3g}"


def test_scores_and_classes_side_by_side(model: SentimentModel) -> None:
    both = {
        "scores": model.predict("not bad"),
        "other": model.predict("not bad"),
        "classes": document("(0 (1 not) (2 bad))"),
    }
    [sentence] = align(both)
    assert not sentence.is_compared
    assert {name: sentence.differing(name) for name in both} == dict.fromkeys(both, frozenset())
    assert "the models" not in draw_models(both)
    texts = [
        text.text for text in ElementTree.fromstring(draw_aligned(sentence)).iter("{http://www.w3.org/2000/svg}text")
    ]
    assert len([text for text in texts if re.fullmatch(r"(scores|other): score [\d.]+ \(1 to 9\)", str(text))]) == 2


def test_score_model_has_no_classes(model: SentimentModel, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^classes has 1 names, but the network has 0 classes$"):
        SentimentModel(model.network, ("good",), model.parser)
