import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from toy import toy_treebank

from treenn.cli import main
from treenn.models.settings import Settings
from treenn.training import train

RECIPE = Settings(model="bilstm-attention", size=12, word_size=12, epochs=8, batch_size=5, dropout=0.0)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    train(toy_treebank(), RECIPE, out=folder / "attention")
    train(toy_treebank(train=5), Settings(size=2, word_size=2, epochs=1), out=folder / "tree-lstm")
    train(toy_treebank(train=5), Settings(model="lstm", size=2, word_size=2, epochs=1), out=folder / "lstm")
    return folder


@pytest.fixture
def attention(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], models: Path):
    def run(model: str, *arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["treenn", "attention", str(models / model), *arguments])
        with pytest.raises(SystemExit) as stop:
            main()
        return int(stop.value.code or 0), *capsys.readouterr()

    return run


def test_attention_weights_are_drawn(attention, tmp_path: Path) -> None:
    code, out, _ = attention("attention", "lovely soup", "--svg", str(tmp_path / "weights.svg"))
    assert code == 0
    first, second, last = out.splitlines()
    assert first.startswith("lovely ")
    assert second.startswith("soup   ")
    assert last in ("predicted class: positive", "predicted class: very positive")
    weights = [float(line.split()[-1]) for line in (first, second)]
    assert sum(weights) == pytest.approx(1, abs=2e-3)
    assert weights[0] > weights[1], "the sentiment is in the adjective"
    picture = ElementTree.parse(tmp_path / "weights.svg").getroot()
    assert [e.text for e in picture.iter() if e.tag.endswith("text")][::2] == ["lovely", "soup"]


def test_json_says_the_same(attention) -> None:
    said = json.loads(attention("attention", "not bad film", "--json")[1])
    assert said["words"] == ["not", "bad", "film"]
    assert sum(said["weights"]) == pytest.approx(1)
    assert said["class"] in toy_treebank().classes


@pytest.mark.parametrize(
    ("model", "sentence", "message"),
    [
        ("tree-lstm", "bad soup", "error: DIR: must be a model with attention pooling"),
        ("lstm", "bad soup", "error: this encoder has no attention weights: its readout is LastPooling"),
        ("attention", " ", "error: "),
        ("nothing", "bad soup", "cannot read this file"),
    ],
)
def test_model_without_attention_is_refused(attention, model: str, sentence: str, message: str) -> None:
    code, out, error = attention(model, sentence)
    assert (code, out, error.count("\n")) == (2, "", 1)
    assert message in error
