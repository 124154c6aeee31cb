"""`evaluation_report`: its numbers against scikit-learn, SciPy and statsmodels, and its formats."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from markdown_it import MarkdownIt
from sklearn.metrics import brier_score_loss, confusion_matrix
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar
from toy import toy_treebank

import treenn
from treebanks import Pair, PairTreebank, Treebank
from treebanks.own_data import DatasetSpec
from treenn.analysis.unknown_words import with_unknown_words
from treenn.datasets.loading import load_dataset
from treenn.experiment.compare import compare
from treenn.experiment.ledger import read
from treenn.experiment.plan import Plan
from treenn.experiment.plan_spec import Model
from treenn.models.saving import load_model, save_model
from treenn.models.settings import Settings
from treenn.models.vocabulary import Vocabulary
from treenn.report.evaluation.console import print_evaluation
from treenn.report.evaluation.evaluation_report import EVALUATION_SCHEMA, EvaluationReport
from treenn.report.evaluation.files import write_evaluation
from treenn.runtime.terminal import console
from treenn.training import train
from treenn.training.run_results import read_training
from treenn.trees import InputError, Tree

TOY = toy_treebank(train=30, dev=10, test=40)
SMALL = Settings(size=5, word_size=5, epochs=1)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folders `a` and `b` of two trainings on the toy treebank, `pairs` and `scores` on pairs."""
    folder = tmp_path_factory.mktemp("models")
    train(TOY, SMALL, out=folder / "a")
    train(TOY, replace(SMALL, model="lstm", learning_rate=0.3), out=folder / "b")
    for name in ("pairs", "scores"):
        train(pairs(name), replace(SMALL, supervision="roots"), out=folder / name)
        train(pairs(name), replace(SMALL, supervision="roots", seed=1), out=folder / f"{name}-2")
    return folder


def pairs(name: str) -> PairTreebank:
    """Pairs of toy sentences, with the classes same and different side, or with scores."""
    classes = ("same", "other") if name == "pairs" else None

    def target(left: Any, right: Any) -> float:
        return int((left.label > 2) != (right.label > 2)) if classes else 1 + abs(left.label - right.label) * 1.5

    splits = {
        split: [Pair(*both, target(*both)) for both in zip(trees[::2], trees[1::2], strict=True)]
        for split, trees in TOY.splits.items()
    }
    return PairTreebank(name, classes, splits)


@pytest.fixture(scope="module")
def report(models: Path) -> EvaluationReport:
    return treenn.evaluation_report(models / "a", TOY, against=models / "b")


def test_sides_of_the_scale_without_the_middle(models: Path) -> None:
    neutral = [tree.map_labels(lambda label: 2) for tree in TOY.test[:9]]
    worst = [tree.map_labels(lambda label: 0) for tree in TOY.test[9:12]]
    rest = [*worst, *TOY.test[12:]]
    data = replace(TOY, splits={"test": (*neutral, *rest)})
    found = treenn.evaluation_report(models / "a", data, against=models / "b", binary=True)
    whole = treenn.evaluation_report(models / "a", data)
    assert (found.size, whole.size) == (31, 40)
    assert found.metrics["root"].value == whole.metrics["root_binary"].value
    assert found.classes == ("very negative or negative", "positive or very positive")

    probabilities, gold = load_model(models / "a").predict(rest).whole_probabilities
    below, above = probabilities[:, :2].sum(axis=1), probabilities[:, 3:].sum(axis=1)
    assert found.roots is not None and found.nodes is not None and found.calibration is not None
    wanted = confusion_matrix(gold > 2, above > below, labels=[False, True])
    assert np.array_equal(found.roots.confusion, wanted)
    likelihood = np.where(gold > 2, above, below) / (above + below)
    assert found.calibration.nll == pytest.approx(-np.log(likelihood).mean(), rel=1e-4)
    assert [other.model for other in found.against] == ["b"]
    # Each side of these examples has one class only, which names it.
    assert treenn.evaluation_report(models / "a", TOY, binary=True).classes == ("negative", "positive")


def test_unknown_words_by_their_share(models: Path) -> None:
    found = treenn.evaluation_report(models / "a", TOY, unknown_words=[1.0, 0.3])
    whole = treenn.evaluation_report(models / "a", TOY)
    none, some, every = found.unknown_words
    assert (none.share, some.share, every.share) == (0, 0.3, 1)
    assert none.accuracy == whole.metrics["root"].value
    network = load_model(models / "a")
    words = [tree.words for tree in TOY.test]
    lost = [Tree(("zzz",) * len(each), tree.merges, tree.labels) for each, tree in zip(words, TOY.test, strict=True)]
    predictions = network.predict(lost)
    gold, guess = predictions.whole
    assert every.accuracy == (gold == guess).mean()
    assert every.positive == predictions.positive[predictions.roots].mean()
    with pytest.raises(InputError, match="unknown_words: the model must predict classes of binary trees"):
        treenn.evaluation_report(models / "pairs", pairs("pairs"), unknown_words=[0.5])


def test_the_larger_share_replaces_the_same_words() -> None:
    vocabulary = Vocabulary.of(TOY.train)
    few, many = (with_unknown_words(TOY.test, share, vocabulary) for share in (0.2, 0.6))
    count = lambda trees: sum(len(vocabulary.unknown(tree.words)) for tree in trees)  # noqa: E731
    total = sum(len(tree.words) for tree in TOY.test)
    assert 0.1 < count(few) / total < 0.3 < 0.5 < count(many) / total < 0.7
    for before, after in zip(few, many, strict=True):
        assert all(a == b for a, b in zip(before.words, after.words, strict=True) if vocabulary.unknown([a]))


def test_sides_need_an_ordinal_scale(models: Path) -> None:
    with pytest.raises(InputError, match="binary: the model must have classes on an ordinal scale, for sentences"):
        treenn.evaluation_report(models / "pairs", pairs("pairs"), binary=True)
    neutral = replace(TOY, splits={"test": [tree for tree in TOY.test if tree.label == 2]})
    with pytest.raises(InputError, match="binary: every example has the middle class or no label"):
        treenn.evaluation_report(models / "a", neutral, binary=True)


def test_numbers_equal_those_of_the_libraries(models: Path, report: EvaluationReport) -> None:
    predictions = load_model(models / "a").predict(TOY.test)
    gold, predicted = predictions.whole
    assert report.roots is not None and report.nodes is not None and report.calibration is not None
    assert report.metrics["root"].value == (gold == predicted).mean()
    assert np.array_equal(report.roots.confusion, confusion_matrix(gold, predicted, labels=range(5)))
    nodes = confusion_matrix(predictions.labels, predictions.classes, labels=range(5))
    assert np.array_equal(report.nodes.confusion, nodes)
    probabilities = predictions.probabilities[predictions.roots].astype(float)
    probabilities /= probabilities.sum(axis=1, keepdims=True)  # float32 rounds
    expected = brier_score_loss(gold, probabilities, labels=range(5), scale_by_half=False)
    assert report.calibration.brier == pytest.approx(expected)
    assert sum(point.count for point in report.calibration.curve) == len(TOY.test)
    assert report.metrics["root"].majority == np.bincount(gold).max() / len(gold)
    low, high = report.metrics["root"].low, report.metrics["root"].high
    assert low is not None and high is not None and low < report.metrics["root"].value < high


def test_tests_equal_those_of_statsmodels(models: Path, report: EvaluationReport) -> None:
    [other] = report.against
    right = [np.equal(*load_model(models / name).predict(TOY.test).whole) for name in "ab"]
    table = confusion_matrix(*right, labels=[True, False])
    [root] = [each for each in other.differences if each.metric == "root"]
    assert root.difference == pytest.approx(right[0].mean() - right[1].mean())
    assert root.mcnemar == pytest.approx(statsmodels_mcnemar(table, exact=True).pvalue)
    assert root.discordant == (table[0, 1], table[1, 0])
    tested = [each.randomization for each in other.differences]
    assert len(tested) == 3
    assert [each.randomization_holm for each in other.differences] != tested, "corrected over all metrics"
    assert root.p is None, "no test over seeds"
    assert root.low < root.difference < root.high


def test_examples_are_the_most_different_ones(models: Path, report: EvaluationReport) -> None:
    first, second = (load_model(models / name).predict(TOY.test, roots_only=True) for name in "ab")
    distances = np.abs(first.whole_probabilities[0] - second.whole_probabilities[0]).sum(axis=1) / 2
    examples = report.against[0].examples
    assert len(examples) == 5
    assert [each.distance for each in examples] == pytest.approx(sorted(distances)[:-6:-1], abs=2e-4)
    assert [distances[each.line - 1] for each in examples] == pytest.approx(
        [each.distance for each in examples], abs=2e-4
    )
    assert examples[0].gold in TOY.classes and set(examples[0].predicted) == {"a", "b"}


def test_both_readings_are_entered_and_recorded(models: Path, ledger: Path) -> None:
    first = treenn.evaluation_report(models / "a", TOY, against=[models / "b"], command="by hand")
    assert first.earlier_configurations == 0
    assert [(each.model, each.source) for each in read(ledger)] == [("tree-lstm", "by hand"), ("lstm", "by hand")]
    for name in "ab":
        assert read_training(models / name).metrics["test"].values["root"] is not None
    assert treenn.evaluation_report(models / "a", TOY).earlier_configurations == 1, "that of b"
    assert treenn.evaluation_report(models / "a", TOY, "dev").earlier_configurations is None
    assert len(read(ledger)) == 3


def test_json_is_the_same_after_reading(report: EvaluationReport, tmp_path: Path) -> None:
    write_evaluation(report, tmp_path / "a.json")
    again = EVALUATION_SCHEMA.read(tmp_path / "a.json")
    assert again == replace(report, texts=())
    assert "NaN" not in (tmp_path / "a.json").read_text()


def test_csv_has_a_row_per_example(report: EvaluationReport, tmp_path: Path) -> None:
    write_evaluation(report, tmp_path / "a.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text(encoding="utf-8"))))
    assert [row["text"] for row in rows] == [" ".join(tree.words) for tree in TOY.test]
    assert [row["gold"] for row in rows] == [TOY.classes[tree.label] for tree in TOY.test]
    assert [int(row["correct"]) for row in rows] == [int(row["gold"] == row["predicted"]) for row in rows]
    for row in rows:
        shares = {name: float(row[f"P({name})"]) for name in TOY.classes}
        assert sum(shares.values()) == pytest.approx(1, abs=3e-4)
        assert shares[row["predicted"]] == max(shares.values())


def test_markdown_has_every_table(report: EvaluationReport, tmp_path: Path) -> None:
    write_evaluation(report, tmp_path / "a.md")
    text = (tmp_path / "a.md").read_text(encoding="utf-8")
    html = MarkdownIt("commonmark").enable("table").render(text)
    assert html.count("<table>") == 10
    assert "An evaluation made by treenn on" in text
    assert "not two methods" in text
    assert " ".join(TOY.test[0].words) not in text, "the data are not published"


def test_notebooks_show_the_tables(report: EvaluationReport) -> None:
    html = report._repr_html_()
    assert html.count("<table") == 10
    assert "very negative" in html
    assert repr(report).startswith("EvaluationReport(")


def test_tables_fit_eighty_columns(
    report: EvaluationReport, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    short = replace(report, model="a", against=())
    print_evaluation(short, console())
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    heads = [line for line in lines if line.startswith("Gold / predicted")]
    assert [head.split("  ")[1:] for head in heads] == [
        ["very negative", "negative", "neutral", "positive", "very positive "]
    ] * 2
    monkeypatch.setenv("COLUMNS", "60")
    print_evaluation(short, console())
    assert "1 very negative" in capsys.readouterr().out
    monkeypatch.setenv("COLUMNS", "24")
    print_evaluation(short, console())
    assert "most frequent errors" in " ".join(capsys.readouterr().out.split())


def test_pairs_and_their_scores(models: Path, tmp_path: Path) -> None:
    found = treenn.evaluation_report(models / "pairs", pairs("pairs"), against=models / "pairs-2")
    assert list(found.metrics) == ["root", "macro_f1"]
    assert found.roots is not None and found.nodes is None and found.noun == "pair"
    write_evaluation(found, tmp_path / "pairs.csv")
    head, first, *_ = (tmp_path / "pairs.csv").read_text().splitlines()
    assert head == "left,right,gold,predicted,P(same),P(other),correct"
    assert first.startswith(",".join(" ".join(tree.words) for tree in pairs("pairs").test[0].trees))
    scores = treenn.evaluation_report(models / "scores", pairs("scores"), against=models / "scores-2")
    assert list(scores.metrics) == ["pearson", "spearman", "mse", "mae"]
    assert scores.roots is scores.calibration is None
    assert [each.metric for each in scores.against[0].differences] == ["pearson"]
    example = scores.against[0].examples[0]
    assert example.distance == pytest.approx(abs(np.subtract(*map(float, example.predicted.values()))), abs=1e-4)
    for suffix in ("csv", "md", "tex", "json"):
        write_evaluation(scores, tmp_path / f"scores.{suffix}")
    head, *rows = (tmp_path / "scores.csv").read_text().splitlines()
    assert head == "left,right,gold,predicted"
    assert len(rows) == len(pairs("scores").test)


def test_equal_classes_in_another_order(models: Path, tmp_path: Path) -> None:
    places = [3, 1, 4, 0, 2]
    names = tuple(TOY.classes[place] for place in places)
    change = {old: new for new, old in enumerate(places)} | {None: None}
    splits = {
        split: [tree.with_labels([change[label] for label in tree.labels]) for tree in trees]
        for split, trees in TOY.splits.items()
    }
    other = Treebank("toy", names, splits)
    plain = treenn.evaluation_report(models / "a", TOY)
    renamed = treenn.evaluation_report(models / "a", other)
    assert (renamed.metrics, renamed.roots, renamed.gold) == (plain.metrics, plain.roots, plain.gold)
    train(other, SMALL, out=tmp_path / "other")
    own = treenn.evaluation_report(tmp_path / "other", other)
    both = treenn.evaluation_report(models / "a", TOY, against=tmp_path / "other").against[0]
    assert both.metrics["root"] == own.metrics["root"]
    assert both.metrics["all_nodes"] == own.metrics["all_nodes"]


def test_classes_that_the_model_lacks(models: Path, ledger: Path, tmp_path: Path) -> None:
    odd = Treebank("odd", ("negative", "wrong", "odd"), {"test": TOY.test[:1]})
    with pytest.raises(InputError, match=r"class 'wrong', 'odd' of odd is unknown to this model: must be one of 'very"):
        treenn.evaluation_report(models / "a", odd)
    few = Treebank("few", ("bad", "good"), {split: [_binary(t) for t in trees] for split, trees in TOY.splits.items()})
    train(few, SMALL, out=tmp_path / "few")
    with pytest.raises(InputError, match=r"few: the classes of this model are 'bad', 'good': must be 'very negative'"):
        treenn.evaluation_report(models / "a", TOY, against=tmp_path / "few")
    with pytest.raises(InputError, match="the task of this model is relatedness: must be nodes, as of toy"):
        treenn.evaluation_report(models / "scores", TOY)
    with pytest.raises(InputError, match="must be another model; it is given twice"):
        treenn.evaluation_report(models / "a", TOY, against=models / "a")
    assert not ledger.exists()


def _binary(tree: Any) -> Any:
    return tree.with_labels([int(label > 2) for label in tree.labels])


def test_classes_without_names_match_by_position(models: Path) -> None:
    numbered = replace(TOY, classes=tuple("01234"))
    assert treenn.evaluation_report(models / "a", numbered).classes == TOY.classes


def test_folders_of_one_name_are_numbered(models: Path, tmp_path: Path) -> None:
    shutil.copytree(models / "b", tmp_path / "a")
    found = treenn.evaluation_report(models / "a", TOY, against=tmp_path / "a")
    assert (found.model, found.against[0].model) == ("a (1)", "a (2)")
    assert {each.models for each in found.against[0].differences} == {("a (1)", "a (2)")}


def test_unlabelled_sentences_do_not_count(models: Path) -> None:
    some = [tree if number % 2 else tree.with_labels([None] * len(tree)) for number, tree in enumerate(TOY.test)]
    found = treenn.evaluation_report(models / "a", replace(TOY, splits={**TOY.splits, "test": some}))
    assert found.roots is not None and found.roots.support == 20
    none = [tree.with_labels([None] * len(tree)) for tree in TOY.test]
    empty = treenn.evaluation_report(models / "a", replace(TOY, splits={"test": none}))
    assert empty.roots is empty.calibration is None
    assert empty.metrics["root"].value is None


def test_models_without_training_are_not_written_to(models: Path, ledger: Path, tmp_path: Path) -> None:
    save_model(tmp_path / "exported", load_model(models / "a"))
    before = {path: path.read_bytes() for path in (tmp_path / "exported").iterdir()}
    for _ in range(2):
        found = treenn.evaluation_report(tmp_path / "exported", TOY)
    assert {path: path.read_bytes() for path in (tmp_path / "exported").iterdir()} == before
    assert found.seed is None and found.earlier_configurations == 0
    with pytest.raises(InputError, match="this model has no record of its training; pass treebank"):
        treenn.evaluation_report(tmp_path / "exported")
    shipped = treenn.evaluation_report("sentiment", TOY)
    assert shipped.model == "sentiment" and shipped.earlier_configurations == 1
    configurations = [each.configuration for each in read(ledger)]
    assert configurations[0] == configurations[1] != configurations[2]


def test_models_of_texts_with_other_parsers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [
        f"a {word} b c d,{label}\n" for number in range(8) for word, label in (("good", "yes"), (f"x{number}", "no"))
    ]
    Path("texts.csv").write_text("text,label\n" + "".join(rows), encoding="utf-8")
    for name, parser, tokenizer in (
        ("a", "right", "treebank"),
        ("b", "left", "treebank"),
        ("c", "right", "whitespace"),
    ):
        data = load_dataset("texts.csv", DatasetSpec(split="50/25/25", trees=parser, tokenizer=tokenizer))
        train(data, replace(SMALL, supervision="roots"), out=tmp_path / name)
    alone = treenn.evaluation_report("b", "texts.csv")
    beside = treenn.evaluation_report("a", "texts.csv", against="b")
    assert beside.origin is not None and beside.origin.spec.trees == "right"
    assert beside.against[0].metrics == alone.metrics
    with pytest.raises(InputError, match="words of the tokenizer whitespace: must be treebank"):
        treenn.evaluation_report("a", "texts.csv", against="c")


def test_a_plan_loads_no_parser_of_others(tmp_path: Path, ledger: Path) -> None:
    plan = Plan.of(TOY, ["tree-lstm"], seeds=1, settings=SMALL)
    compare(replace(plan, models=(*plan.models, Model("left", model="tree-lstm", trees="left"))), tmp_path)
    before = ledger.read_text()
    text = (tmp_path / "plan.json").read_text().replace('"trees": "left"', '"trees": "spacy:evil"')
    (tmp_path / "plan.json").write_text(text)
    [folder] = (tmp_path / "runs").glob("left-0-????????")
    with pytest.raises(InputError, match="this run reads trees of the parser 'spacy:evil'; must be one of treenn"):
        treenn.evaluation_report(folder, TOY)
    assert ledger.read_text() == before


def test_runs_of_a_comparison_read_their_trees(tmp_path: Path) -> None:
    plan = Plan.of(TOY, ["tree-lstm"], seeds=1, settings=SMALL)
    plan = replace(plan, models=(*plan.models, Model("left", model="tree-lstm", trees="left")))
    results = compare(plan, tmp_path / "comparison")
    with pytest.raises(InputError, match="holds a comparison; name the folder of one of its runs, such as"):
        treenn.evaluation_report(tmp_path / "comparison", TOY)
    for run in results.tasks[0].runs:
        [folder] = (tmp_path / "comparison/runs").glob(f"{run.model}-0-????????")
        found = treenn.evaluation_report(folder, TOY)
        assert found.metrics["root"].value == run.value("test", "root")
        assert found.predictions.root == run.predictions["test"].root
        assert ("all_nodes" in found.metrics) == (run.model == "tree-lstm")
        assert found.earlier_configurations == 1, "that of the other model"


def test_files_of_others_are_kept(report: EvaluationReport, tmp_path: Path) -> None:
    for suffix in ("json", "md", "tex", "csv"):
        file = tmp_path / f"mine.{suffix}"
        file.write_text("text,gold\n")
        with pytest.raises(InputError, match=r"this file exists and is no .+: it is not replaced"):
            write_evaluation(report, file)
        assert file.read_text() == "text,gold\n"
        file.unlink()
        write_evaluation(report, file)
        written = file.read_bytes()
        write_evaluation(report, file)
        assert file.read_bytes() == written
    with pytest.raises(InputError, match=r"mine\.txt: must end with \.json, \.md, \.tex or \.csv"):
        write_evaluation(report, tmp_path / "mine.txt")
    (tmp_path / "comparison.md").write_text("# a on b\n\nA comparison made by treenn on 2026-11-28.\n")
    with pytest.raises(InputError, match="is no evaluation of treenn in Markdown"):
        write_evaluation(report, tmp_path / "comparison.md")
    assert json.loads((tmp_path / "mine.json").read_text())["schema"] == "treenn.evaluation"
