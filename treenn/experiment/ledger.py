"""The test ledger: a file with every evaluation of a configuration on an unseen split, which is only appended to."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from treebanks import AnyTreebank
from treebanks.paths import data_home, folder_of
from treenn.experiment.run_spec import RunSpec, fingerprint
from treenn.models.settings import Settings
from treenn.runtime.environment import environment
from treenn.trees.errors import InputError
from treenn.trees.json_records import from_json, to_json
from treenn.trees.lines import read_lines

_DIGITS = 12


@dataclass(frozen=True)
class Reading:
    """One evaluation of a configuration on an unseen split.

    Args:
        treebank: the treebank's name.
        split: `"test"`, or any other split but train and dev.
        data: the first 12 digits of the split's fingerprint (`treenn.experiment.run_spec.fingerprint`); empty if
            unknown.
        configuration: a hash of the settings without the seed, word vectors and input variant; empty if unknown.
        model: the model's name.
        commit: the commit of the code; None if unknown.
        date: the ISO date (UTC).
        source: the command or the record of the evaluation (default: `""`, unknown).
    """

    treebank: str
    split: str
    data: str
    configuration: str
    model: str
    commit: str | None
    date: str
    source: str = ""


def ledger_file() -> Path:
    """The ledger: `$TREENN_LEDGER` (default: `test-ledger.jsonl` in the folder of the treebanks), one reading per line.

    Raises:
        InputError: if the variable starts with `~name` and there is no such user.
    """
    return folder_of("TREENN_LEDGER", "") if os.environ.get("TREENN_LEDGER") else data_home() / "test-ledger.jsonl"


def read(file: Path) -> list[Reading]:
    """The readings of a ledger, the oldest first; none if the file does not exist.

    Raises:
        InputError: if a line is malformed.
    """
    return read_lines(file, _parse, None, "") if file.exists() and file.stat().st_size else []


def _parse(line: str) -> Reading:
    try:
        return from_json(Reading, json.loads(line), "")
    except json.JSONDecodeError as error:
        raise InputError(f"this is no JSON: {error}") from None


def append(readings: Iterable[Reading], file: Path) -> None:
    """Append readings to a ledger, in one write, so that several processes can.

    Raises:
        InputError: if the file cannot be written.
    """
    text = "".join(json.dumps(to_json(reading)) + "\n" for reading in readings)
    if not text:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a+b", buffering=0) as ledger:
            ledger.seek(max(0, ledger.seek(0, os.SEEK_END) - 1))
            begins_line = ledger.read(1) in (b"", b"\n")
            ledger.write(("" if begins_line else "\n").encode() + text.encode())
    except OSError as error:
        raise InputError(
            f"cannot write the ledger of test readings: {error.strerror or error}; set TREENN_LEDGER to another file",
            source=file,
        ) from error


def enter(treebank: AnyTreebank, splits: Iterable[str], models: Iterable[tuple[str, str]], source: str) -> None:
    """Append a reading of each unseen split by each configuration to the ledger, before it is evaluated.

    Args:
        treebank: the treebank.
        splits: the splits; train and dev are no readings.
        models: configurations with the names of their models; each counts once.
        source: the command or the record of the evaluation.

    Raises:
        InputError: if the ledger cannot be written, or a line of it is malformed.
    """
    read(ledger_file())
    made = {"commit": environment()["commit"], "date": datetime.now(UTC).isoformat(timespec="seconds")}
    readings = [
        Reading(treebank.name, split, data_of(treebank, split), configuration, model, **made, source=source)
        for configuration, model in dict(models).items()
        for split in unseen(splits)
    ]
    append(readings, ledger_file())


def unseen(splits: Iterable[str]) -> list[str]:
    """The splits without train and dev, which training reads."""
    return [split for split in splits if split not in ("train", "dev")]


def data_of(treebank: AnyTreebank, split: str) -> str:
    """The identity of a split's examples, as `Reading.data`."""
    return fingerprint(treebank, [split])[:_DIGITS]


def known_readings(treebank: AnyTreebank) -> tuple[Reading, ...]:
    """The ledger's readings of the unseen splits of a treebank.

    Raises:
        InputError: if a line of the ledger is malformed.
    """
    data = {(treebank.name, split, data_of(treebank, split)) for split in unseen(treebank.splits)}
    return tuple(each for each in read(ledger_file()) if (each.treebank, each.split, each.data) in data)


def before(readings: Iterable[Reading], treebank: str, split: str, shown: Collection[str] = ()) -> int:
    """The number of configurations that were evaluated on a split; an unknown one counts at each reading.

    Args:
        readings: the readings.
        treebank: the treebank's name.
        split: the split.
        shown: configurations that do not count (default: none).
    """
    read_there = [each for each in readings if (each.treebank, each.split) == (treebank, split)]
    return len({each.configuration or each for each in read_there if each.configuration not in shown})


def repeated(readings: Iterable[Reading], treebank: str, splits: Collection[str], shown: Collection[str]) -> int:
    """The number of the shown configurations that were evaluated more than once on one of the splits."""
    there = [each for each in readings if each.treebank == treebank and each.split in splits]
    counts = Counter((each.configuration, each.split) for each in there if each.configuration in shown)
    return len({configuration for (configuration, _), count in counts.items() if count > 1})


def configuration_of(spec: RunSpec) -> str:
    """A hash of everything but the treebank and the seed that decides a run's result, for `Reading.configuration`.

    Settings at their defaults are omitted, so that a setting added later changes no configuration.
    """
    defaults = asdict(Settings())
    settings = {name: value for name, value in spec.recorded_settings.items() if value != defaults[name]}
    settings.pop("seed", None)
    vectors = [] if spec.baseline else spec.vector_files
    reference = spec.time_match and configuration_of(spec.time_match)
    return digest([vectors, settings, spec.trees, spec.shuffle, reference])


def digest(value: object) -> str:
    """The first digits of the SHA-256 of a value's JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:_DIGITS]
