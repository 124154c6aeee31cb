import csv
import dataclasses
import io
import json

from made_up_results import enrich, make_results, plan_of

from treenn.report import tables, write_results


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_every_table_stands_in_the_json(plan, report, tmp_path):
    write_results(plan, tmp_path)
    written = json.loads((tmp_path / "results.json").read_text())
    assert list(written["tables"]) == [table.name for table in report.tables()]
    assert len(set(written["tables"])) == len(list(report.tables()))
    assert {name.split("/")[0] for name in written["tables"]} == {"sst-nodes", "sst-roots", "provenance"}


def test_numbers_are_whole(plan):
    summary = dataclasses.asdict(plan.tasks[0].spread("lstm", "test", "root"))
    tree, lstm, majority = rows(tables(plan)["sst-nodes/results-test"])
    assert (tree["model"], lstm["model"]) == ("tree-lstm", "lstm")
    assert {name: float(lstm[f"root {name}"]) for name in summary} == summary
    assert majority["root mean"] == "0.286"
    assert majority["root std"] == ""


def test_differences_have_all_that_was_tested(plan):
    difference = plan.tasks[0].differences[0]
    row = rows(tables(plan)["sst-nodes/differences"])[0]
    assert float(row["randomization_holm"]) == difference.randomization_holm
    assert float(row["mcnemar"]) == difference.mcnemar
    assert (int(row["only_first"]), int(row["only_second"])) == difference.discordant
    assert (float(row["p"]), float(row["p_holm"])) == (difference.p, difference.p_holm)
    assert float(row["detectable"]) == difference.detectable.difference
    assert float(row["with_seeds low"]) == difference.with_seeds.low
    assert row["better"] == "tree-lstm"


def test_slices_are_means_over_seeds(plan):
    runs = plan.tasks[0].runs_by_model["lstm"]
    shares = [run.slices["test"]["length"].bins[0].right / 90 for run in runs]
    row = rows(tables(plan)["sst-nodes/by-length-test"])[1]
    assert abs(float(row["1–9 right"]) - sum(shares) / 3) < 1e-12
    assert row["1–9 total"] == "90"


def test_published_numbers_of_x_but_y_stand_beside(plan):
    published = {row["model"]: float(row["share"]) for row in rows(tables(plan)["sst-nodes/by-but-test-published"])}
    assert published == {"RNTN": 0.41, "MV-RNN": 0.37, "RNN": 0.36, "bigram naive Bayes": 0.27}


def test_a_gradient_that_vanishes_shows(plan):
    first = rows(tables(plan)["sst-nodes/gradient-norms-steps"])[0]
    assert first["when"] == "before training"
    assert abs(float(first["10"]) / float(first["0"]) - 0.5**10) < 1e-9


def test_tasks_with_one_name_have_separate_tables():
    task = enrich(make_results({"a": 0.5, "b": 0.4}, seeds=1, sentences=30))
    names = {name.split("/")[0] for name in tables(plan_of(task, task | {"match": "time"}))}
    assert names == {"sst-nodes-1", "sst-nodes-2", "provenance"}
