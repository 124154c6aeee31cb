"""Readings: evaluations of configurations on unseen splits."""

from __future__ import annotations

from dataclasses import dataclass


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
