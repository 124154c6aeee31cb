"""Test readings from before the ledger, found in the git history of the committed records.

`python -m treenn.experiment.ledger_history` reads every version of every JSON file in a folder `results`, in the
history of the repository's current commit, and writes `treebanks/results/NAME/test-readings.json`. A record that lists
its readings itself was made with a ledger, and is skipped.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from rich.console import Console
from rich.progress import Progress as Bar

import treebanks
from treenn.experiment.ledger import Reading, configuration_of, digest
from treenn.experiment.run_spec import RunSpec
from treenn.models.settings import Settings, upgrade_settings
from treenn.runtime.progress import Progress, ignore
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError
from treenn.trees.json_records import Schema

FILE = "test-readings.json"

_REPOSITORY = Path(treebanks.__file__).parents[1]
_RECORDS = ":(top,glob)**/results/**/*.json"
_HASH_DIGITS = 12
_BASELINE_SETTINGS = {"model", "supervision"}  # all that the record of a baseline has

_UNKNOWN_EVERYWHERE = (
    "Runs that were evaluated and not committed: before the ledger, `treenn train`, `compare` and `reproduce` "
    "evaluated all splits at the end of every run and logged no reading. `treenn tune` evaluated dev alone.",
    "The fingerprints of the splits: the records have gold labels and sizes, and not the examples.",
)
_UNKNOWN = {
    "logic": (
        "The influence of test figures on the recipe: three recipes were recorded on test before the third was kept. "
        "The commits of the first two records, 3f8505a and 46f790d, call their figures short of 94, the aim at 12 "
        "operators. Those of the changes, cfa6d1a, 29463e1 and d5cbfdd, give reasons on dev; no trial was logged.",
        'The readings in commit ba354a0, which changed to the plain cell because "it extrapolates better than the '
        'gated one (92.8 at 12 operators)": no record of them was committed.',
        "The number of comparisons between the records: their folders are `logic14`, `logic21` and `logic23`.",
    ),
    "listops": ("The number of comparisons before the record: its folder is `listops12`.",),
    "sick": (
        "The number of readings before the record: the card of commit 87541ae had the test figures of seed 0 of "
        "`dependency-tree-lstm`, equal to those of the record. Whether networks without the output gate or with "
        "another weight decay, which the card mentions, were evaluated is not recorded.",
    ),
    "sst": (
        "The influence of test figures on `socher2013_rnn` and `socher2013_rntn`: commit d6cc519 changed their "
        "settings after both had been recorded on test in 27a24ac; no trial was logged.",
        "The influence of test figures on the cell dropout of `own_contextual`, which d6cc519 raised after the record "
        "in a447a91: no trial was logged. The logs in `trials/` cover the change of `own` (31595ea) and the later "
        "changes of the contextual recipes (ae23f9d, 23a5c5f).",
        "The tuning of the shipped sentiment model, seed 0 of `own`: its README had test figures over four kinds of "
        "trees in 13598d7 and e75ca8d, of which only those over the treebank's trees have a record. The README states "
        "that dev alone decided between the two versions, when test figures of the first were known.",
        "The settings of parsers: their records have none, so that a parser is identified by its brackets on test. The "
        "README of the shipped chart parser mentions three single networks on test (81.8 to 82.0 F1), of which one has "
        "a record.",
        "The version of the parser whose trees `tree-lstm, parsed trees` reads: the record has only its name.",
    ),
    "tokenizer": (
        "The influence of test figures on the rules: EWT test was read twice, in bb0c083 and, with equal results, in "
        "6d28394. The rules changed in between (8bb13f9, 70d9d1f) and afterwards (675a650); the texts on which rules "
        "were developed are not recorded.",
    ),
}
"""What the history cannot determine, with the reason, by the folder of results."""


@dataclass(frozen=True)
class ReadingHistory:
    """The readings of a treebank's unseen splits before the ledger.

    Args:
        readings: one for each configuration, split and commit of the code, at its first appearance in a committed
            record; by date.
        unknown: what the history cannot determine, with the reason; a sentence or more each.
    """

    readings: tuple[Reading, ...]
    unknown: tuple[str, ...]


HISTORY_SCHEMA = Schema("treenn.test-readings", 1, ReadingHistory, "history of test readings")


def readings_of(record: Mapping[str, Any], date: str = "", source: str = "") -> list[Reading]:
    """The readings that a record is evidence of; none if it has no figures of an unseen split.

    Args:
        record: the JSON object of a comparison, recipe, evaluation of a parser or evaluation of the tokenizer.
        date: the date of a record without one (default: `""`, unknown).
        source: the record's origin (default: `""`, unknown).

    Raises:
        InputError: if a key is missing, or the settings of a run are invalid.
    """
    find = _READERS.get(record.get("schema", ""))
    made = {"data": "", "date": record.get("created", date), "source": source}
    try:
        return list(dict.fromkeys(Reading(**found, **made) for found in find(record))) if find else []
    except KeyError as error:
        raise InputError(f"this record lacks the key {error}", source=source or None) from error


def _of_comparison(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for task in record.get("tasks", [record]):
        name, vectors = task["treebank"]["name"], [file["file"] for file in task.get("vectors", ())]
        for run in task["runs"]:
            configuration = run.get("configuration") or configuration_of(_spec(run["settings"], name, vectors, run))
            for split in task["evaluated"]:
                if split != "dev":
                    yield _reading(name, split, configuration, run["model"], run)


def _of_recipe(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    name = record["treebank"]["name"]
    configuration = configuration_of(_spec(record["settings"], name, record["vectors"]))
    if record["members"]:
        configuration = digest([configuration, record["members"]])
    for run in record["runs"]:
        for split in record["gold"]:
            yield _reading(name, split, configuration, record["name"], run)


def _of_parser(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A parser's settings are not recorded; the brackets that it predicts identify it."""
    if record["split"] not in ("train", "dev"):
        scores = record["with_punctuation"]
        configuration = digest([record["parser"], scores["predicted"], scores["matched"]])
        yield _reading(record["treebank"], record["split"], configuration, f"parser {record['parser']}", record)


def _of_tokenizer(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The tokenizer's rules are not recorded; the tokens that it finds identify it."""
    name, _, split = Path(record["file"]).stem.partition("-ud-")
    if split not in ("train", "dev"):
        configuration = digest([record["tokens"]["predicted"], record["tokens"]["correct"]])
        yield _reading(name, split, configuration, "tokenizer", record)


_READERS = {
    "treenn.comparison": _of_comparison,
    "treenn.recipe": _of_recipe,
    "treenn.parsing": _of_parser,
    "treenn.tokenizer": _of_tokenizer,
}


def _spec(
    settings: Mapping[str, Any], treebank: str, vectors: Sequence[str], variant: Mapping[str, Any] | None = None
) -> RunSpec:
    variant = variant or {}
    baseline = settings["model"] if settings.keys() == _BASELINE_SETTINGS else None
    if baseline:
        settings = {"supervision": settings["supervision"]}
    return RunSpec(
        Settings(**upgrade_settings(settings)),
        treebank,
        tuple(vectors),
        trees=variant.get("trees", "gold"),
        shuffle=variant.get("shuffle", False),
        baseline=baseline,
    )


def _reading(treebank: str, split: str, configuration: str, model: str, made: Mapping[str, Any]) -> dict[str, Any]:
    commit = made["environment"].get("commit")
    return {"treebank": treebank, "split": split, "configuration": configuration, "model": model, "commit": commit}


def histories(repository: Path = _REPOSITORY, progress: Progress = ignore) -> dict[str, ReadingHistory]:
    """The history of each folder of results, by the folder's name.

    Args:
        repository: a folder in a git repository (default: that of the package).
        progress: called after each version of a record (default: none).

    Raises:
        InputError: if it is in no git repository, the history is incomplete or has no record with readings, or a
            record is malformed.
    """
    if _git(repository, "rev-parse", "--is-shallow-repository").strip() == "true":
        raise InputError("this clone is shallow; the history is needed: git fetch --unshallow", source=repository)
    first: dict[str, dict[Reading, Reading]] = {}
    versions = list(_versions(repository))
    for number, (path, blob, commit, date) in enumerate(versions):
        progress(number, len(versions), path.name)
        record = json.loads(_git(repository, "cat-file", "blob", blob))
        if not isinstance(record, dict) or "test_readings" in record:
            continue
        folder = first.setdefault(path.parts[path.parts.index("results") + 1], {})
        for reading in readings_of(record, date, f"{path} in {commit}"):
            folder.setdefault(replace(reading, date="", source=""), reading)
    by_date = {name: sorted(found.values(), key=_order) for name, found in sorted(first.items()) if found}
    if not by_date:
        raise InputError("the history has no record of results", source=repository)
    return {
        name: ReadingHistory(tuple(found), (*_UNKNOWN_EVERYWHERE, *_UNKNOWN.get(name, ())))
        for name, found in by_date.items()
    }


def _order(reading: Reading) -> tuple[str, ...]:
    return reading.date, reading.source, reading.treebank, reading.split, reading.model, reading.commit or ""


def _versions(repository: Path) -> Iterator[tuple[PurePosixPath, str, str, str]]:
    """Every version of every file of results, the oldest first: its path, blob, commit and date."""
    options = ["--reverse", "--raw", "--no-abbrev", "--no-renames", "--diff-filter=AM", "--format=%h %ct"]
    commit = date = ""
    for line in _git(repository, "log", *options, f"--abbrev={_HASH_DIGITS}", "--", _RECORDS).splitlines():
        if line.startswith(":"):
            described, path = line.split("\t")
            yield PurePosixPath(path), described.split()[3], commit, date
        elif line:
            commit, seconds = line.split()
            date = datetime.fromtimestamp(int(seconds), UTC).isoformat()


def _git(repository: Path, *arguments: str) -> str:
    command = ["git", "-C", str(repository), *arguments]
    try:
        return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout
    except FileNotFoundError as error:
        raise InputError("the command git is needed, and is not installed") from error
    except subprocess.CalledProcessError as error:
        raise InputError(f"cannot read the git history: {error.stderr.splitlines()[0]}", source=repository) from error


def to_text(history: ReadingHistory) -> str:
    """The JSON of a history, for `test-readings.json`."""
    return json.dumps(HISTORY_SCHEMA.to_json(history), ensure_ascii=False, indent=1) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write the histories; the only argument is the repository (default: that of the package)."""
    repository = Path(arguments[0]) if arguments else _REPOSITORY
    console = Console(stderr=True)
    try:
        with Bar(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("reading records")
            by_name = histories(repository, lambda done, total, _: bar.update(task, completed=done, total=total))
        for name, history in by_name.items():
            path = repository / "treebanks" / "results" / name / FILE
            write_text(path, to_text(history))
            print(f"{path}: {len(history.readings)} readings")
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
