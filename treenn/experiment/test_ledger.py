"""Readings: evaluations of configurations on unseen splits."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from treenn.experiment.run_spec import RunSpec
from treenn.models.settings import Settings

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
