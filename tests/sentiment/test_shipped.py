"""The shipped models: size and predictions."""

from pathlib import Path

import pytest

import treenn

SHIPPED = Path(treenn.__file__).parent / "models"


@pytest.fixture(scope="module")
def model():
    return treenn.load_sentiment()


def test_shipped_models_are_within_20_mb():
    folders = SHIPPED / "weights", SHIPPED / "parsers/weights"
    assert sum(file.stat().st_size for folder in folders for file in folder.rglob("*") if file.is_file()) < 20e6


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


def test_foreign_script_is_predicted(model):
    assert model.predict("Хороший фильм").tree.words == ("Хороший", "фильм")
