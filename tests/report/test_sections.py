"""Report sections, also for results without the optional analyses."""

import copy
import io
import re
from dataclasses import replace

import pytest
from made_up_results import enrich, make_results, plan_of
from rich.console import Console

from treenn.experiment.ledger import Reading
from treenn.experiment.results import COMPARISON_SCHEMA
from treenn.report import render, tables
from treenn.report.build import build
from treenn.report.console import comparison_table
from treenn.report.document import Pictures, Text
from treenn.report.formatting import phrase, position
from treenn.report.headline import task_name
from treenn.report.latex import as_latex
from treenn.report.markdown import as_markdown
from treenn.report.setup import setup_section

ALL = ["Results", "Differences", "Setup", "Learning curves", "Slices", "Negation by minimal pairs"]
ALL += ["Calibration", "Gradient flow", "Cost"]
SMALL = {"seeds": 2, "sentences": 30}


@pytest.fixture
def task():
    return enrich(make_results({"tree-lstm": 0.6, "lstm": 0.5}, **SMALL))


def sections(task):
    part = next(part for part in build(plan_of(task)).parts if part.sections)
    return {section.title: section for section in part.sections}


def texts(section):
    return " ".join(block.text for block in section.blocks if isinstance(block, Text))


def charts(section):
    return [chart for block in section.blocks if isinstance(block, Pictures) for chart in block.draw()]


def test_all_of_it(task):
    assert list(sections(task)) == ALL


@pytest.mark.parametrize(
    ("key", "title"),
    [("slices", ALL[4]), ("minimal_pairs", ALL[5]), ("calibration", ALL[6]), ("history", "Learning curves")],
)
def test_what_no_run_has_has_no_section(task, key, title):
    for run in task["runs"]:
        if key == "history":
            run[key] = []
        else:
            del run[key]
    assert list(sections(task)) == [name for name in ALL if name != title]


def test_reach_may_be_missing_where_lengths_are_logged(task):
    for run in task["runs"]:
        del run["reach"]
    assert [chart.title for chart in charts(sections(task)["Gradient flow"])] == ["Gradient norm in training"]
    for run in task["runs"]:
        run["history"] = [
            {name: epoch[name] for name in ("epoch", "loss", "seconds", "dev")} for epoch in run["history"]
        ]
    assert "Gradient flow" not in sections(task)


def test_model_with_an_incomplete_run_is_excluded(task):
    del task["runs"][0]["minimal_pairs"]
    del task["runs"][0]["calibration"]
    task["runs"][0]["slices"] = {}
    found = tables(plan_of(task))
    for name in ("negated-positive", "calibration-test", "by-length-test"):
        assert "lstm" in found[f"sst-nodes/{name}"]
        assert "tree-lstm" not in found[f"sst-nodes/{name}"]


def test_slice_with_one_range_is_omitted(task):
    for run in task["runs"]:
        slices = run["slices"]["test"]
        slices["operators"] = slices["operators"] | {"bins": slices["operators"]["bins"][:1]}
    assert "from" in slices["operators"]["bins"][0]
    found = tables(plan_of(task))
    assert "sst-nodes/by-length-test" in found
    assert "sst-nodes/by-operators-test" not in found


def test_no_temperature_where_dev_has_no_label(task):
    for run in task["runs"]:
        run["calibration"]["test"] |= {"after": None, "temperature": None}
    [table, _] = sections(task)["Calibration"].blocks
    assert [row[3:5] for row in table.rows()] == [["–", "–"]] * 2
    assert len(charts(sections(task)["Calibration"])) == 1


def test_one_model_has_no_differences():
    task = enrich(make_results({"tree-lstm": 0.5}, **SMALL))
    assert list(sections(task)) == [name for name in ALL if name != "Differences"]


def test_results_of_version_1_are_shown():
    task = make_results({"tree-lstm": 0.6, "lstm": 0.5}, **SMALL)
    new = ("models", "seeds", "slug", "supervision", "match", "missing")
    old = {name: value for name, value in task.items() if name not in new} | {"version": 1}
    old["settings"]["supervision"] = "nodes"
    old["differences"] = [
        {name: each[name] for name in ("models", "split", "metric", "difference", "low", "high")}
        for each in task["differences"]
    ]
    results = COMPARISON_SCHEMA.parse(old, "results.json")
    report = build(results)
    assert [section.title for section in report.parts[1].sections] == [*ALL[:4], "Cost"]
    assert "These results hold no test" in report.parts[0].lead[-1]
    assert render(results).count("<figure>") == 4


def pairs(task, metrics):
    """The same task as one of pairs, with these metrics."""
    task = copy.deepcopy(task)
    for run in task["runs"]:
        for split in ("dev", "test"):
            run[split] = dict.fromkeys(metrics, 0.8) | {"majority": {metrics[0]: 0.4}}
        for epoch in run["history"]:
            epoch["dev"] = dict.fromkeys(metrics, 0.7) | {"majority": {}}
    for split in task["gold"]:
        task["gold"][split].pop("nodes")
    for summary in task["summary"].values():
        for split in ("dev", "test"):
            summary[split] = {
                name: {"mean": 0.8, "std": 0.01, "min": 0.7, "median": 0.8, "max": 0.9} for name in metrics
            }
    task["differences"] = [each | {"metric": metrics[0]} for each in task["differences"][:1]]
    return task


def test_pairs_with_classes(task):
    found = sections(pairs(task, ("root", "macro_f1")))
    assert list(found) == ALL
    assert list(found["Results"].blocks[0].columns) == ["Model", "Root", "Macro-F1", "Seeds"]
    assert "one label or score for each pair" in texts(found["Setup"])
    assert charts(found["Learning curves"])[0].title == "Learning curves: pairs of dev"


def test_relatedness(task):
    task = pairs(task, ("pearson", "spearman", "mse"))
    task["treebank"] |= {"name": "sick-relatedness", "classes": []}
    found = sections(task)
    assert found["Results"].blocks[0].rows()[0][1:4] == ["0.8000 ± 0.0100"] * 3
    [chart] = charts(found["Results"])
    assert chart.title == "Correlation on test"
    assert "Pearson: tree-lstm 0.8000 ± 0.0100" in chart.alternative
    assert len(charts(found["Learning curves"])) == 1
    assert "sick-relatedness, scores on a scale." in as_markdown(build(plan_of(task)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"supervision": "spans"}, "the sentence and four of its labelled phrases, resampled each epoch."),
        ({"supervision": "published"}, "as of Tai et al. (2015)"),
        ({"match": "parameters"}, "Matched by parameters: every network has as many as tree-lstm, to 2%"),
        ({"match": "time"}, "the epochs that fit into the training time of tree-lstm"),
        ({"match": "none"}, "Not matched"),
        ({"missing": [{"model": "lstm", "seed": 4}]}, "Planned, but not finished: lstm with seed 4."),
    ],
)
def test_supervision_matching_and_missing_runs_are_said(task, change, said):
    assert said in texts(sections(task | change)["Setup"])


def test_translations_have_no_labels(task):
    for run in task["runs"]:
        run["dev"]["bleu"] = 0.3
    text = texts(sections(task)["Setup"])
    assert "Supervision: the translations." in text
    assert "beam search of width 5 with α = 0.6" in text
    assert "labelled" not in text


def test_other_labels_are_named_in_the_setup(task):
    task["models"][1]["labels"] = "roots"
    assert ". lstm: " in texts(sections(task)["Setup"])


def test_own_vectors_are_named_in_the_setup(task):
    assert "Word vectors of single models" not in texts(sections(task)["Setup"])
    task["models"][0]["vectors"], task["models"][1]["vectors"] = [], ["own.txt"]
    assert "Word vectors of single models: tree-lstm: random; lstm: own.txt." in texts(sections(task)["Setup"])


def test_equal_time_rows_are_named_in_the_setup(task):
    assert "Also matched by training time" not in texts(sections(task)["Setup"])
    task["models"][1]["equal_time"] = True
    assert "that fit into that of tree-lstm: lstm." in texts(sections(task)["Setup"])


@pytest.mark.parametrize(
    ("trials", "said"),
    [
        ((None, None), "No model's settings are from a logged search."),
        ((20, 20), "Equal numbers of logged tuning trials."),
        ((20, 5), "Unequal numbers of logged tuning trials"),
        ((20, None), "No logged search: lstm."),
    ],
)
def test_tuning_trials_are_said(task, trials, said):
    for model, number, file in zip(task["models"], trials, ("a.json", "b.json"), strict=True):
        model["trials"] = number and {"file": file, "number": number}
    assert said in texts(sections(task)["Setup"])


@pytest.mark.parametrize(("regime", "said"), [("nodes", False), ("roots", True)])
def test_trials_under_another_supervision_are_said_to_be(task, regime, said):
    for model in task["models"]:
        model["trials"] = {"file": "a.json", "number": 2, "supervision": "nodes"}
    text = texts(sections(task | {"supervision": regime})["Setup"])
    assert ("The trials were under supervision nodes." in text) is said


@pytest.mark.parametrize(
    ("is_known", "said"), [(True, "by the test ledger: 2 on test."), (False, "It is unknown how many")]
)
def test_earlier_readings_of_test_are_counted(task, is_known, said):
    for run in task["runs"]:
        run["configuration"] = run["model"] if is_known else ""
    entered = [("sst", "tree-lstm"), ("sst", "x"), ("sst", "y"), ("sst", "x"), ("sick", "z")]
    readings = [Reading(treebank, "test", "", configuration, "", None, "") for treebank, configuration in entered]
    [section] = replace(plan_of(task), test_readings=tuple(readings)).sections
    assert said in texts(setup_section(section))


def test_model_table_describes_controls_and_other_trees(task):
    task["models"][0] |= {"trees": "right", "shuffle": True, "settings": {"learning_rate": 0.01}}
    task["models"][1] |= {"model": "naive-bayes"}
    rows = sections(task)["Setup"].blocks[1].rows()
    assert rows[0][2:] == ["right trees, with the words in random order", "learning_rate = 0.01"]
    assert rows[1][2] == "unigrams and bigrams"


def test_majority_control_replaces_the_majority_row(task):
    names = [row[0] for row in sections(task)["Results"].blocks[0].rows()]
    assert names == ["tree-lstm", "lstm", "majority class"]
    task["models"][1]["model"] = "majority"
    assert [row[0] for row in sections(task)["Results"].blocks[0].rows()] == names[:2]


def test_slices_say_their_rules(task):
    found = sections(task)["Slices"]
    assert "“strict”: (X (but Y))." in texts(found)
    captions = [getattr(block, "caption", "") for block in found.blocks]
    assert (
        "Published (Socher et al. 2013, section 6.3; quoted from memory), 131 cases of SST: accuracy in percent"
        in captions
    )
    assert [chart.title for chart in charts(found)] == [
        "Test by length",
        "Test by negation",
        "Test by number of operators",
    ]


def test_settings_and_versions_that_differ_are_all_named(task):
    task["runs"][1]["environment"]["threads"] = 2
    task["settings"] = {"files": ["x", "y"], "limit": None, "none": []}
    found = tables(plan_of(task))
    assert "threads,1; 2" in found["provenance/versions"]
    assert found["provenance/settings"].splitlines()[1:] == ['files,"x, y"', "limit,–", "none,–"]


@pytest.mark.parametrize(("trees", "syntax"), [("chart", ""), ("right", " (a fixed shape, no syntax)")])
def test_setup_names_parser_and_tokenizer_of_texts(task, trees, syntax):
    assert "The data are texts" not in texts(sections(task)["Setup"])
    spec = {"trees": trees, "tokenizer": "characters"}
    task["treebank"]["origin"] = {"path": "a.csv", "parsed": True, "spec": spec}
    section = sections(task)["Setup"]
    sentence = f"the parser {trees}{syntax} made their trees, the tokenizer characters their words."
    assert sentence in texts(section)
    models = next(block for block in section.blocks if "Reads" in getattr(block, "columns", ()))
    assert {models.columns["Reads"](record) for record in models.records} == {f"{trees} trees"}


def test_labels_of_words_are_named_as_such(task):
    assert position(plan_of(task).sections[0], "test", 3) == "test, line 3"
    spec = {"form": "conllu", "label_level": "words"}
    task["treebank"]["origin"] = {"path": "a.conllu", "parsed": False, "spec": spec}
    made = plan_of(task).sections[0]
    assert task_name(made) == "sst with every word labelled"
    assert [phrase(made, metric) for metric in ("root", "all_nodes")] == ["root words of sentences", "all words"]
    assert position(made, "test", 3) == "test, example 3"


def test_equal_time_rows_have_their_time(task):
    assert "Seconds" not in sections(task)["Results"].blocks[0].columns
    for run in task["runs"]:
        run["cpu_seconds"] = 40.0
        if run["model"] == "lstm":
            run["time_match"] = {"reference_seconds": 40.0, "epoch_seconds": 4.0}
    task["models"][1]["equal_time"] = True
    table = sections(task)["Results"].blocks[0]
    rows = {row[0]: row[-2] for row in table.rows()}
    assert rows["tree-lstm"] == rows["lstm (equal time)"] == "40.0 ± 0.0"
    assert "Matched in training time, on the processor, of tree-lstm with the same seed: lstm." in table.note
    console = Console(width=80, file=io.StringIO())
    console.print(comparison_table(plan_of(task).sections[0]))
    assert re.search(r"lstm \(equal time\).* 40 *$", console.file.getvalue(), re.MULTILINE)
    assert "lstm (equal time)" in as_latex(build(plan_of(task)))
    assert "training_seconds" in tables(plan_of(task))["sst-nodes/results-test"]


def test_code_of_the_runs_is_counted_by_model(task):
    for number, run in enumerate(task["runs"]):
        run["environment"] |= {"tag": "row-1", "commit": "abc" if run["model"] == "lstm" else None}
        run["code"] = f"hash-{number}" if run["model"] == "lstm" else ""
    [table] = [table for table in build(plan_of(task)).tables() if table.name == "provenance/code"]
    assert table.rows() == [
        ["tree-lstm", "row-1", "–", "–", "–", "2"],
        ["lstm", "row-1", "abc", "hash-2, hash-3", "2", "2"],
    ]


def test_expected_best_of_trials_is_drawn(task):
    assert not charts(sections(task)["Setup"])
    for model in task["models"]:
        model["trials"] = {"file": "a.json", "number": 3, "metric": "root", "expected_best": [0.3, 0.4, 0.45]}
    [chart] = charts(sections(task)["Setup"])
    assert "lstm 30 of 1 trial, 45 of 3" in chart.alternative
