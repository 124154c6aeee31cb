"""The page of one training run."""

from dataclasses import replace
from pathlib import Path

import pytest
from reading import Page
from toy import toy_treebank

from treebanks import Pair, PairTreebank
from treenn.models.settings import Settings
from treenn.report.html import as_html
from treenn.report.training_page import build_training_page
from treenn.training import train
from treenn.training.run_dir import kind_in
from treenn.training.run_marker import TRAINING
from treenn.training.run_results import InitialModel, MajorityClass, TrainingResults
from treenn.trees import InputError, Tree

SMALL = Settings(model="lstm", size=5, word_size=4, epochs=3, batch_size=20)
TOY = toy_treebank(train=40, dev=12)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run") / "model"
    train(TOY, SMALL, out=folder, command="treenn train --treebank toy")
    return folder


@pytest.fixture(scope="module")
def results() -> TrainingResults:
    return train(TOY, replace(SMALL, supervision="roots")).results


def page_of(results: TrainingResults) -> str:
    return as_html(build_training_page(results))


def test_page_has_curves_settings_and_provenance(results: TrainingResults) -> None:
    text = page_of(results)
    page = Page(text)
    assert page.texts("h1") == ["lstm on toy"]
    assert page.texts("h4")[:3] == ["Training loss", "Root on dev", "All nodes on dev"]
    assert "Gradient norm" in page.texts("h4")
    assert f"epoch {results.best_epoch} of 3, the best on dev" in text
    assert "learning_rate" in text and str(results.environment["torch"]) in text
    assert "A training run made by treenn" in text


def test_page_opens_offline(results: TrainingResults) -> None:
    text = page_of(results)
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert "https://" not in text
    assert text.count("<script") == text.count("<script>") == 1


def test_table_has_every_epoch_and_the_kept_one(results: TrainingResults) -> None:
    [table] = [table for table in build_training_page(results).tables() if table.name == "learning-curve/epochs"]
    assert [(row["epoch"], row["loss"], row["root"]) for row in table.records] == [
        (epoch.epoch, epoch.loss, epoch.dev.values["root"]) for epoch in results.history
    ]
    assert [row["epoch"] for row in table.records if row["kept"]] == [results.best_epoch]


@pytest.mark.parametrize(("value", "exceeds"), [(0.6, True), (0.5, False)])
def test_headline_compares_with_the_majority_class(results: TrainingResults, value: float, exceeds: bool) -> None:
    measured = replace(results, majority_class=MajorityClass("root", "<neutral>", 0.5, value))
    text = page_of(measured)
    assert "&lt;neutral&gt;, the majority class of train, is right for 50.0%" in text
    assert ("The model does not exceed the majority class." in text) is not exceeds


def test_the_source_of_fine_tuning_is_named(results: TrainingResults) -> None:
    text = page_of(replace(results, init=InitialModel("sentiment", "00", "averaged")))
    assert "Training started from sentiment; its classifier is averaged." in text


def test_scores_have_a_page_too() -> None:
    leaf = [Tree((word,), ()) for word in "abcd"]
    pairs = tuple(Pair(leaf[i % 4], leaf[i % 3], 1.0 + i % 5) for i in range(12))
    scores = PairTreebank("scores", None, {"train": pairs, "dev": pairs})
    text = page_of(train(scores, replace(SMALL, epochs=2)).results)
    assert "Pearson on dev" in text and "the majority class of train" not in text


def test_command_writes_the_page_to_the_folder(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from treenn.commands.report import report

    report([run])
    assert "treenn train --treebank toy" in (run / "report.html").read_text()
    assert kind_in(run) is TRAINING
    train(TOY, SMALL, out=run, overwrite=True)
    assert not (run / "report.html").exists(), "the page is part of the run"
    with pytest.raises(InputError, match=r"is a training run; must be a comparison"):
        report([run], json=True)
