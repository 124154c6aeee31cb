"""Runs with an output folder: the files that each command writes, and the arguments in run.json that identify a run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from treenn.models.settings import Settings, SettingValues
from treenn.trees.errors import argument
from treenn.trees.json_records import from_json, to_json

RUN = "run.json"
"""The file that identifies the run of a folder: its kind, and its arguments."""

SCHEMA, VERSION = "treenn.run", 1

RESULTS, CHECKPOINT = "results.json", "checkpoint.safetensors"
"""The file of a finished training run, and that of an unfinished one, from which it is resumed."""

ESTIMATOR = "estimator.json"
"""The file of a scikit-learn estimator in a model's folder (`treenn.estimators`)."""

_MODEL = ("config.json", "vocabulary.json", "model.safetensors")
PAGE = "report.html"
"""The page of a training run (`treenn report`)."""

_LOGS = ("log/csv/metrics.csv", "log/tensorboard/events.out.tfevents.*")
_TRAINING = (RUN, *_MODEL, CHECKPOINT, RESULTS, PAGE, *_LOGS)
_HASH = "[0-9a-f]" * 8

OLDER: Mapping[str, object] = {}
"""The run.json of a folder of treenn 0.1.0, whose arguments are unknown."""


@dataclass(frozen=True)
class Kind:
    """The files that a command writes.

    Args:
        name: the name in run.json.
        noun: the noun in messages.
        files: patterns of the paths in the folder, with PART for each name in `parts` of its run.json.
        kept: the files that are kept: without any of them, the same run starts over.
    """

    name: str
    noun: str
    files: Sequence[str]
    kept: Sequence[str] = ()


TRAINING = Kind("train", "training run", _TRAINING, kept=(RESULTS, CHECKPOINT))
MODEL = Kind("export", "model", (*_MODEL, ESTIMATOR))
PARSER = Kind("parser", "parser", (*_MODEL, "grammar.json", "results.json"))
NGRAM = Kind("lm", "language model of n-grams", (RUN, *_MODEL, RESULTS), kept=(RESULTS,))
COMPARISON = Kind(
    "compare",
    "comparison",
    (
        *(RUN, "plan.json", "results.json", "report.html", "report.md", f"runs/*-{_HASH}.json"),
        *(f"runs/*-{_HASH}{probe}/{name}" for probe in ("", "-probe") for name in _TRAINING),
    ),
)
SEARCH = Kind("tune", "search", (RUN, "trials.json", "best.toml", f"trials/*-{_HASH}.json"))
REPRODUCTION = Kind(
    "reproduce", "reproduction", (RUN, "PART.json", *(f"PART/seed-[0-9]*/{name}" for name in _TRAINING))
)
CROSS_VALIDATION = Kind(
    "folds", "cross-validation", (RUN, "evaluation.json", *(f"fold-[0-9]*/{name}" for name in _TRAINING))
)
KINDS = {
    kind.name: kind for kind in (TRAINING, MODEL, PARSER, NGRAM, COMPARISON, SEARCH, REPRODUCTION, CROSS_VALIDATION)
}
"""The kinds by name."""

Given: TypeAlias = Mapping[str, object]
"""The JSON object of a folder's run.json."""


@dataclass(frozen=True)
class TrainingIdentity:
    """run.json of a training run.

    Args:
        settings: the settings.
        data: a fingerprint of the trees and vectors; None if it is not compared.
        options: the command-line options of the run, for `treenn train --resume`; not compared.
    """

    settings: SettingValues
    data: str | None
    options: Mapping[str, object] = field(default_factory=dict)

    def difference(self, before: TrainingIdentity) -> str | None:
        """Describe the difference of an earlier run from this one; None if there is none.

        More epochs are not a difference if the learning rates do not depend on their number.
        """
        # A run of an older treenn had no other settings than these, and what it lacks was as it is by default now.
        settings = asdict(Settings()) | dict(before.settings)
        # Before the trees are read, the epochs that `min_steps` requires and the labelled nodes are unknown.
        unknown = ("epochs", "min_steps", "supervision") if self.data is None else ()
        for name, value in self.settings.items():
            if settings[name] != value and name not in unknown:
                found = f"has {argument(name, settings[name])}, not {value}"
                if name != "epochs" or not _more(settings[name], value):
                    return found
                if self.schedule:
                    return f"{found}: {self.schedule} depends on the number of epochs"
        return "began with other trees or vectors" if self.data not in (None, before.data) else None

    @property
    def schedule(self) -> str:
        """The setting that makes learning rates depend on the number of epochs; empty if none does."""
        if self.settings["schedule"] != "constant":
            return argument("schedule", str(self.settings["schedule"]))
        return argument("warmup", self.settings["warmup"]) if self.settings["warmup"] else ""


def _more(before: object, now: object) -> bool:
    return isinstance(before, int) and isinstance(now, int) and now > before


@dataclass(frozen=True)
class RunMarker:
    """A run with an output folder.

    Args:
        kind: the kind of the run.
        identity: the arguments that identify the run, a dataclass that run.json holds (default: None, no such file,
            never resumed). A folder's run is the same if all its arguments are given again.
    """

    kind: Kind
    identity: object = None

    def difference(self, held: Given, source: Path) -> str | None:
        """Return the difference of a folder's run from this one, None if there is none.

        Args:
            held: the folder's run.json.
            source: its path.

        Raises:
            InputError: if a key is missing or malformed.
        """
        if held is OLDER:
            return "has been made by an older treenn"
        before: object = from_json(type(self.identity), held, source)
        if isinstance(self.identity, TrainingIdentity) and isinstance(before, TrainingIdentity):
            return self.identity.difference(before)
        found = difference(to_json(before), to_json(self.identity))
        return found and f"has {found}"


def training_run(settings: Settings, data: str | None = None, options: Mapping[str, object] | None = None) -> RunMarker:
    """Return the training run of these settings.

    Args:
        settings: the settings.
        data: a fingerprint of the trees and vectors (default: None, not compared).
        options: the command-line options of the run (default: none).
    """
    return RunMarker(TRAINING, TrainingIdentity(asdict(settings), data, options or {}))


def difference(before: Any, now: Any, place: str = "") -> str | None:
    """Return the first argument given before that is missing now or has another value, None if there is none.

    >>> difference({"models": {"lstm": {"size": 5}}}, {"models": {"lstm": {"size": 6}, "gru": {}}})
    'models.lstm.size 5, not 6'
    """
    pending = [(place, before, now)]
    while pending:
        place, before, now = pending.pop()
        if isinstance(before, dict) and isinstance(now, dict):
            for name in reversed(before):
                if name not in now:
                    return f"{place}{name}, which is not given now"
                pending.append((f"{place}{name}.", before[name], now[name]))
        elif before != now:
            return f"{place.removesuffix('.')} {json.dumps(before)}, not {json.dumps(now)}"
    return None
