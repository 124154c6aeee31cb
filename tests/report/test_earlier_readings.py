"""Sentences of cards on the earlier readings of a split."""

import json

import pytest

from treenn.experiment.ledger import Reading
from treenn.experiment.ledger_history import FILE, HISTORY_SCHEMA, ReadingHistory, readings_of
from treenn.report.earlier_readings import earlier_readings

SOURCE = "treebanks/results/sst/plan.json"


def run(model, code):
    return {"model": model, "settings": {"model": model}, "environment": {"commit": code}}


def record(*runs, **more):
    task = {"treebank": {"name": "sst"}, "evaluated": ["dev", "test"], "runs": list(runs)}
    return {"schema": "treenn.comparison", "created": "2026-01-05T10:00:00+00:00", "tasks": [task], **more}


def reading(configuration, model="lstm", source=f"{SOURCE} in 1a2b", day=1, **more):
    given = {"treebank": "sst", "split": "test", "data": "", "commit": "c0", "date": f"2026-01-{day:02}"}
    return Reading(configuration=configuration, model=model, source=source, **(given | more))


SHOWN = record(run("lstm", "c1"), run("gru", "c2"), run("gru", "c2"))
LSTM = readings_of(SHOWN)[0].configuration


@pytest.fixture
def text_of(tmp_path):
    def text(*readings, shown=SHOWN):
        path = tmp_path / "plan.json"
        path.write_text(json.dumps(shown))
        history = HISTORY_SCHEMA.to_json(ReadingHistory(readings, ()))
        (tmp_path / FILE).write_text(json.dumps(history))
        return earlier_readings(tmp_path, [path], "sst", "test", SOURCE)

    return text


def test_commits_are_listed_once(text_of):
    assert text_of(reading("a")).startswith("Commits of the runs: `c1` and `c2`. ")


def test_earlier_configurations_are_counted(text_of):
    elsewhere = "treebanks/results/sst/other.json in 1a2b"
    text = text_of(
        reading("a", source=elsewhere),
        reading("a", source=elsewhere, commit="c9"),
        reading("b", source=elsewhere),
        reading("c", source=elsewhere, day=6),
        reading("d", source=elsewhere, split="dev2"),
        reading("e", source=elsewhere, treebank="sst-binary"),
        reading(LSTM, source=elsewhere),
    )
    assert "committed records, 2 other configurations had been evaluated on this split" in text
    assert "Recorded here" not in text


def test_replaced_configurations_are_named(text_of):
    text = text_of(reading("a"), reading("b"), reading("b", commit="c9"), reading("c", "elman"))
    assert "Recorded here on this split and later replaced: `elman`, `lstm` (2)." in text


def test_earlier_code_is_named(text_of):
    assert "Recorded here with earlier code: `lstm`." in text_of(reading(LSTM))
    assert "earlier code" not in text_of(reading(LSTM, commit="c1"))


def test_a_ledger_in_the_record_counts(text_of):
    listed = [vars(reading("a", source="treenn evaluate")), vars(reading("b", source=""))]
    text = text_of(reading("b", source=""), shown=record(run("lstm", "c1"), test_readings=listed))
    assert "records, 2 other configurations" in text


def test_readings_of_other_records_count(text_of, tmp_path):
    others = [vars(reading("a", source="treenn compare")), vars(reading("b", source="treenn compare", day=6))]
    (tmp_path / "other.json").write_text(json.dumps(record(test_readings=others)))
    assert "records, 1 other configurations" in text_of()


def test_without_a_history_the_number_is_unknown(text_of):
    assert text_of().endswith("before is unknown.")
