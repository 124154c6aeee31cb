"""The configurations that had been evaluated on a split before the ones of a card's table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from treenn.experiment.ledger import Reading
from treenn.experiment.ledger_history import FILE, HISTORY_SCHEMA, readings_of
from treenn.report.formatting import listing
from treenn.trees.json_records import from_json
from treenn.trees.json_values import read_object


def earlier_readings(folder: Path, files: Sequence[Path], treebank: str, split: str, source: str) -> str:
    """The commits of a table's runs, and the earlier readings of its split, as sentences.

    Args:
        folder: the treebank's results: comparisons, which list readings, and `test-readings.json`; without either,
            earlier readings are unknown.
        files: the table's records.
        treebank: the name of the table's treebank.
        split: the table's split.
        source: the path of these records in `Reading.source`; a folder ends with a slash.
    """
    records = {file: read_object(file) for file in files}
    # Of all records: a record made on another machine, or with a new ledger, does not list the readings of the others.
    others = {file: read_object(file) for file in sorted(folder.glob("*.json")) if file.name != FILE}
    listed = [
        from_json(Reading, each, file)
        for file, record in (others | records).items()
        for each in record.get("test_readings", ())
    ]
    history = folder / FILE
    if history.exists():
        listed += HISTORY_SCHEMA.read(history).readings
    shown, known = (
        [reading for reading in readings if (reading.treebank, reading.split) == (treebank, split)]
        for readings in ([each for file in files for each in readings_of(records[file], source=str(file))], listed)
    )
    commits = listing([f"`{commit}`" for commit in dict.fromkeys(reading.commit for reading in shown)])
    return f"Commits of the runs: {commits}. {_earlier(shown, known, source)}"


def _earlier(shown: Sequence[Reading], known: Sequence[Reading], source: str) -> str:
    if not known:
        return "The number of configurations that had been evaluated on this split before is unknown."
    end = max(reading.date for reading in shown)
    configurations = {reading.configuration for reading in shown}
    others = [each for each in known if each.configuration not in configurations and each.date < end]
    number = len({reading.configuration for reading in others})
    sentences = [
        f"According to the committed records, {number} other configurations had been evaluated on this split before "
        "these runs were complete."
    ]
    here = [reading for reading in known if reading.source.startswith(source)]
    if replaced := [reading for reading in here if reading in others]:
        sentences.append(f"Recorded here on this split and later replaced: {_names(replaced)}.")
    current = {(reading.configuration, reading.commit) for reading in shown}
    ran_before = [each for each in here if each.configuration in configurations]
    if again := [each for each in ran_before if (each.configuration, each.commit) not in current]:
        sentences.append(f"Recorded here with earlier code: {_names(again)}.")
    return " ".join(sentences)


def _names(readings: Iterable[Reading]) -> str:
    """The models of readings, each with the number of its configurations if there are several."""
    counts = Counter(model for model, _ in sorted({(each.model, each.configuration) for each in readings}))
    return ", ".join(f"`{model}`" + f" ({count})" * (count > 1) for model, count in counts.items())
