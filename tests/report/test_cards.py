"""Result tables on the cards, and their agreement with the records in the repository."""

import json
import re
from pathlib import Path

import pytest

import treebanks
from treebanks.catalogue import ENTRIES
from treebanks.catalogue_entry import card_path
from treenn.experiment.results import COMPARISON_SCHEMA
from treenn.report import cards
from treenn.report.cards import BEGIN, END, section, update, with_results
from treenn.trees import InputError


def numbers(mean, std=0.01):
    return {"mean": mean, "std": std, "min": mean, "median": mean, "max": mean}


def table(comparison, source):
    results = COMPARISON_SCHEMA.parse(comparison, "made up")
    [task] = results.sections
    return cards.table(results, task, source)


def trained(run, model):
    return run | {"model": model, "settings": {"model": model}}


def comparison():
    majority = {"root": 0.2864, "all_nodes": 0.6846, "inner_nodes": 0.5031, "root_binary": 0.5008}
    environment = {"commit": "abc1234", "torch": "2.13.0", "threads": 1, "device": "cpu"}
    run = {"seed": 0, "parameters": 293755, "environment": environment, "test": {"majority": majority}}
    run |= {"embedding_parameters": 0, "seconds": 1, "trees_per_second": 1, "best_epoch": 1, "epochs": 1, "history": []}
    test = {"root": numbers(0.4812), "all_nodes": numbers(0.82), "inner_nodes": numbers(0.7, None)}
    lstm = {"root": numbers(0.45), "all_nodes": numbers(0.81), "inner_nodes": numbers(0.6, None)}
    return {
        "schema": "treenn.comparison",
        "version": 1,
        "command": "treenn compare --treebank sst",
        "created": "2026-11-21T21:00:00+00:00",
        "settings": {"supervision": "nodes"},
        "evaluated": ["test"],
        "treebank": {"name": "sst", "classes": ["negative", "neutral", "positive"], "sizes": {}},
        "gold": {"test": {"root": [0, 2], "nodes": [3, 5]}},
        "runs": [trained(run, "tree-lstm"), trained(run, "tree-lstm") | {"seed": 1}, trained(run, "lstm")],
        "summary": {
            "tree-lstm": {"test": test, "seconds": numbers(1), "trees_per_second": numbers(912.4)},
            "lstm": {"test": lstm, "seconds": numbers(1), "trees_per_second": numbers(2001.6)},
        },
        "differences": [],
    }


def test_a_comparison_becomes_a_table():
    lines = table(comparison(), "here.json").splitlines()
    assert lines[2:7] == [
        "| model | Root | All nodes | Inner nodes | seeds | parameters | trees/s |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        "| tree-lstm | 48.1 ± 1.0 | 82.0 ± 1.0 | 70.0 | 2 | 293,755 | 912 |",
        "| lstm | 45.0 ± 1.0 | 81.0 ± 1.0 | 60.0 | 1 | 293,755 | 2,002 |",
        "| majority class | 28.6 | 68.5 | 50.3 |  |  |  |",
    ]
    for fact in ("`treenn compare --treebank sst`", "2026-11-21", "torch 2.13.0", "`here.json`"):
        assert fact in lines[-1]


def test_relatedness_has_columns_of_its_own():
    found = comparison() | {"treebank": {"name": "sick-relatedness", "classes": [], "sizes": {}}}
    for run in found["runs"]:
        run["test"] = {"majority": {"mse": 1.01764}}
    for summary in found["summary"].values():
        summary["test"] = {"pearson": numbers(0.86491, 0.0016), "spearman": numbers(0.8), "mse": numbers(0.25)}
    lines = table(found, "here.json").splitlines()
    assert "percent" not in lines[0]
    assert lines[4].startswith("| tree-lstm | 0.8649 ± 0.0016 | 0.8000 ± 0.0100 | 0.2500 ± 0.0100 | 2 |")
    assert lines[6].startswith("| mean score | – | – | 1.0176 |")


def test_what_does_not_apply_has_no_column():
    of_digits = comparison() | {"gold": {"test": {"nodes": [1, 1]}}}
    of_digits["treebank"] = {"name": "listops", "classes": list("0123456789"), "sizes": {}}
    assert table(of_digits, "here.json").splitlines()[2] == "| model | Root | seeds | parameters | trees/s |"


def test_every_file_of_a_treebank_has_its_table(tmp_path):
    (tmp_path / "sst").mkdir()
    for name in ("one", "two"):
        (tmp_path / "sst" / f"{name}.json").write_text(json.dumps(comparison()))
    results = section("sst", tmp_path)
    assert results.count("| model |") == 2
    assert results.count("Commits of the runs: `abc1234`. ") == 2
    assert results.index("sst/one.json") < results.index("sst/two.json")


def test_table_uses_last_split_without_a_test_split():
    text = json.dumps(comparison()).replace('"test"', '"12-operators"')
    lines = table(json.loads(text), "here.json").splitlines()
    assert "12-operators split" in lines[0]
    assert lines[4].startswith("| tree-lstm | 48.1 ± 1.0 |")


def test_each_task_of_a_plan_has_its_table(tmp_path):
    (tmp_path / "sst").mkdir()
    shared = {key: comparison()[key] for key in ("schema", "command", "created")}
    task = comparison() | {"missing": []}
    tasks = [task | {"supervision": regime} for regime in ("nodes", "roots")]
    models = [{"name": name, "model": name, "trees": "gold", "shuffle": False} for name in ("tree-lstm", "lstm")]
    plan = shared | {"version": 2, "seeds": 1, "models": models, "tasks": tasks}
    (tmp_path / "sst" / "plan.json").write_text(json.dumps(plan))
    nodes, roots = section("sst", tmp_path).split("\n\nTreebank")
    assert "supervision `nodes`" in nodes
    assert "supervision `roots`" in roots
    assert nodes.count("| tree-lstm |") == roots.count("| tree-lstm |") == 1


def evaluation(parser, f1, **more):
    scores = {"gold": 10_000, "predicted": 10_000, "sentence_f1": f1 + 0.02, "exact": 0.25}
    environment = {"threads": 1}
    return {
        "schema": "treenn.parsing",
        "version": 1,
        "parser": parser,
        "treebank": "sst",
        "split": "test",
        "with_punctuation": scores | {"matched": round(10_000 * f1)},
        "without_punctuation": scores | {"matched": round(10_000 * f1) + 1_000},
        "labelled": None,
        "labelled_without_punctuation": None,
        "sentences": 2469,
        "processor_seconds": 2.0,
        "environment": environment,
        **more,
    }


def test_parsers_stand_in_one_table_the_best_last(tmp_path):
    folder = tmp_path / "sst" / "parsers"
    folder.mkdir(parents=True)
    sentiment = {"sentiment": {"parser": {"root": 0.5, "root_binary": None}}}
    (folder / "a.json").write_text(json.dumps(evaluation("chart", 0.8196, **sentiment)))
    (folder / "b.json").write_text(json.dumps(evaluation("left", 0.0945)))
    rows = [line for line in section("sst", tmp_path).splitlines() if line.startswith("| ")]
    assert rows[2:] == [
        "| left | 9.45 | 11.45 | 25.00 | 19.45 | 11.45 |  |  | 1,234 |",
        "| chart | 81.96 | 83.96 | 25.00 | 91.96 | 83.96 | 50.00 |  | 1,234 |",
    ]


def test_parsers_sentiment_model_is_named(tmp_path):
    folder = tmp_path / "sst" / "parsers"
    folder.mkdir(parents=True)
    accuracy = {"root": 0.5, "root_binary": 0.875}
    sentiment = {"model": "my-model", "parser": accuracy, "treebank": accuracy}
    (folder / "a.json").write_text(json.dumps(evaluation("chart", 0.8196, sentiment=sentiment)))
    assert "of the sentiment model `my-model` over the parser's trees; " in section("sst", tmp_path)


def test_the_card_describes_the_parsers_sentiment_model():
    results = Path(treebanks.__file__).parent / "results" / "sst"
    card = card_path("sst").read_text()
    for path in (results / "parsers").glob("*.json"):
        sentiment = json.loads(path.read_text())["sentiment"]
        assert sentiment["model"] == "tree-lstm-sst"
        root, binary = (f"{100 * sentiment['treebank'][name]:.2f}" for name in ("root", "root_binary"))
        assert f"its accuracy is {root}, binary {binary}" in card


def test_a_treebank_without_results_says_so(tmp_path):
    assert section("sst", tmp_path).startswith("None yet")


@pytest.mark.parametrize("change", [{"version": 3}, {"schema": "other"}])
def test_a_file_of_another_kind_is_refused(tmp_path, change):
    (tmp_path / "sst").mkdir()
    (tmp_path / "sst" / "one.json").write_text(json.dumps(comparison() | change))
    with pytest.raises(InputError, match=r"one\.json: .*must be treenn\.comparison version 2"):
        section("sst", tmp_path)


def test_results_replace_what_stands_between_the_markers():
    once = with_results(f"# card\n\n{BEGIN}\nold\n{END}\n\nafter\n", "new")
    assert once == f"# card\n\n{BEGIN}\nnew\n{END}\n\nafter\n"
    assert with_results(once, "new") == once


@pytest.mark.parametrize("card", ["", BEGIN, END, f"{END}\n{BEGIN}"])
def test_card_without_ordered_markers_is_refused(card):
    with pytest.raises(InputError, match="no place for results"):
        with_results(card, "new")


def test_update_writes_the_card(tmp_path, monkeypatch):
    card = tmp_path / "sst.md"
    card.write_text(f"# sst\n{BEGIN}\n{END}\n")
    monkeypatch.setattr("treenn.report.cards.card_path", lambda name: tmp_path / f"{name}.md")
    monkeypatch.setattr("treenn.report.cards.section", lambda name: f"results of {name}")
    assert update("sst") == card
    assert card.read_text() == f"# sst\n{BEGIN}\nresults of sst\n{END}\n"


@pytest.mark.parametrize("name", [known.name for known in ENTRIES if known.kind == "treebank"])
def test_the_card_has_the_results_in_the_repository(name):
    [known] = [known for known in ENTRIES if known.name == name]
    assert with_results(known.card, section(name)) == known.card, f"run: python -m treenn.report.cards {name}"


def test_cards_mention_repeated_readings_of_test():
    replaced = r"later replaced: .*`socher2013_rntn`"
    assert re.search(replaced, card_path("sst").read_text())
    logic = card_path("logic").read_text()
    assert "later replaced: `gated-recursive`" in logic
    assert "three recipes were recorded on test before the third was kept" in logic
