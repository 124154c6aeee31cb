"""The shipped models: size and predictions."""

import subprocess
import sys
from pathlib import Path

import pytest

import treenn

PACKAGE = Path(treenn.__file__).parent


@pytest.fixture(scope="module")
def model():
    return treenn.load_sentiment()


def test_shipped_models_are_within_16_mb():
    folders = PACKAGE / "models/weights", PACKAGE / "parsers/weights"
    assert sum(file.stat().st_size for folder in folders for file in folder.rglob("*") if file.is_file()) < 16e6


@pytest.mark.parametrize(
    ("text", "positive"),
    [
        ("A warm and funny film with a wonderful cast.", True),
        ("It's not a great movie.", False),
        ("Dull, lifeless and far too long.", False),
        ("The plot is thin, but the acting is superb.", True),
    ],
)
def test_plain_opinions_come_out_on_their_side(model, text, positive):
    found = model.predict(text)
    assert (found.label > 2) == positive
    assert sum(found.probabilities) == pytest.approx(1, abs=1e-4)
    assert found.tree.labels[-1] == found.label


def test_foreign_script_is_not_judged(model):
    found = model.predict("Хороший фильм")
    assert found.tree.words == ("Хороший", "фильм")
    assert found.tree.labels == (None, None, None)
    assert (found.label, found.name, found.probabilities, found.warning) == (None, None, (), "not English")


def test_short_foreign_sentences_are_not_judged(model):
    text = "Muy aburrida. Perdí dos horas de mi vida. No me gustó nada."
    found = model.predict(text)
    assert [sentence.not_judged for sentence in found.sentences] == ["not English"] * 3
    assert model.predict("Muy aburrida.").not_judged is None
    assert repr(found).endswith("not judged: not English, sentences=3)")


def test_foreign_quotation_does_not_count(model):
    english = "It is a dull and lifeless film, but there are some funny moments in it."
    found = model.predict(f"{english} Perdí dos horas de mi vida viendo esta tontería.")
    assert [sentence.not_judged for sentence in found.sentences] == [None, "not English"]
    assert found.probabilities == pytest.approx(model.predict(english).probabilities, abs=1e-5)
    assert found.warning is None


def test_english_sentence_of_a_foreign_text_is_judged(model):
    found = model.predict("A wonderful film! Perdí dos horas de mi vida viendo esta aburrida y larga tontería.")
    assert [sentence.not_judged for sentence in found.sentences] == [None, "not English"]
    assert found.label == model.predict("A wonderful film!").label


def test_prediction_imports_no_training():
    code = "import sys, treenn; treenn.load_sentiment(); import treenn.sentiment.named_models; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "torch" in loaded
    assert not {"lightning_fabric", "torch._dynamo", "treenn.training.train_step", "sklearn", "pandas"} & loaded


def test_third_of_unknown_words_is_warned_of(model):
    assert model.predict("A bloviate film.").warning is None
    assert model.predict("Bloviate schlockfest.").warning == "many unknown words"
