"""`RunSpec`: one training of one model, and the key that identifies it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from treebanks import AnyTreebank
from treenn.models.settings import Settings

_KEY_DIGITS = 8


@dataclass(frozen=True)
class RunSpec:
    """One training of one model on one treebank; everything that decides its result is in `key`.

    Args:
        settings: the settings of the training, its seed and the model's name among them.
        treebank: a treebank, or a name for `treebanks.load`.
        vectors: paths of pretrained word vectors, concatenated.
        trees: the trees that the model reads (default: `gold`, the treebank's), as in a plan's `Model`.
        shuffle: whether the words of each sentence are shuffled (default: False).
        baseline: the name of a baseline that is trained instead of a network (default: None).
        time_match: the run whose training time limits the epochs of this one (default: None).
        data: a fingerprint of the treebank (default: not compared).
        label: the model's name in results and file names.
        trial: the number of a search's trial (default: None, not part of a search).
        drawn: the settings that a search drew (default: None).
    """

    settings: Settings
    treebank: str | AnyTreebank
    vectors: tuple[str, ...] = ()
    trees: str = "gold"
    shuffle: bool = False
    baseline: str | None = None
    time_match: RunSpec | None = None
    data: str = ""
    label: str = ""
    trial: int | None = None
    drawn: Mapping[str, Any] | None = None

    @property
    def title(self) -> str:
        """The run in a progress message: `lstm, seed 0`."""
        return f"{self.label}, " + (f"seed {self.settings.seed}" if self.trial is None else f"trial {self.trial}")

    @property
    def model(self) -> str:
        """The name of the network or the baseline."""
        return self.baseline or self.settings.model

    @property
    def recorded_settings(self) -> dict[str, Any]:
        """The settings that the results of this run must record."""
        if self.baseline is not None:
            return baseline_settings(self.baseline, self.settings)
        values = asdict(self.settings)
        if self.time_match is not None:
            del values["epochs"]  # as many as fit into the time
        return values

    @property
    def key(self) -> str:
        """A hash of the treebank, vectors, settings and input variant; it identifies the run.

        Settings at their defaults are omitted, so that a setting added later changes no key.
        """
        defaults = asdict(Settings())
        chosen = {name: value for name, value in self.recorded_settings.items() if value != defaults[name]}
        parts = [
            *(name_of(self.treebank), self.data, () if self.baseline else self.vectors, chosen),
            *(self.trees, self.shuffle, self.time_match and self.time_match.key),
        ]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:_KEY_DIGITS]

    @property
    def name(self) -> str:
        """A file name: label, seed or trial, and key."""
        number = self.settings.seed if self.trial is None else self.trial
        return "-".join([re.sub(r"[^\w.]+", "-", self.label), str(number), self.key])

    @property
    def vector_files(self) -> list[str]:
        """The file names of the word vectors."""
        return [Path(path).name for path in self.vectors]


def baseline_settings(name: str, settings: Settings) -> dict[str, Any]:
    """The settings that a baseline records: its name, the supervision, and a limited vocabulary of a language model."""
    recorded: dict[str, Any] = {"model": name, "supervision": settings.supervision}
    return recorded | ({"vocabulary_size": settings.vocabulary_size} if settings.vocabulary_size else {})


def name_of(treebank: str | AnyTreebank) -> str:
    """The name of a treebank."""
    return treebank if isinstance(treebank, str) else treebank.name


def fingerprint(treebank: AnyTreebank, splits: Iterable[str] | None = None) -> str:
    """A hash of the examples of a treebank.

    Args:
        treebank: the treebank.
        splits: the splits that count (default: all).
    """
    sha = hashlib.sha256()
    for split in treebank.splits if splits is None else splits:
        sha.update("\n".join([split, *map(str, treebank.splits[split])]).encode("utf-8", "surrogatepass"))
    return sha.hexdigest()
