"""Configurations of runs: what changes their hash, and what does not."""

from dataclasses import replace

import pytest

from treenn.experiment.ledger import configuration_of
from treenn.experiment.run_spec import RunSpec
from treenn.models import Settings

SPEC = RunSpec(Settings(model="lstm"), "sst", vectors=("vectors/glove.txt",))


@pytest.mark.parametrize(
    "change",
    [
        {"settings": Settings(model="lstm", seed=3)},
        {"vectors": ("elsewhere/glove.txt",)},
        {"treebank": "sst-binary"},
        {"label": "LSTM"},
        {"data": "abc"},
    ],
)
def test_one_configuration(change):
    assert configuration_of(replace(SPEC, **change)) == configuration_of(SPEC)


@pytest.mark.parametrize(
    "change",
    [
        {"settings": Settings(model="lstm", dropout=0.25)},
        {"settings": Settings(model="tree-lstm")},
        {"vectors": ()},
        {"trees": "balanced"},
        {"shuffle": True},
        {"baseline": "naive-bayes"},
        {"time_match": SPEC},
    ],
)
def test_another_configuration(change):
    assert configuration_of(replace(SPEC, **change)) != configuration_of(SPEC)


def test_a_baseline_has_no_vectors():
    baseline = replace(SPEC, baseline="majority")
    assert configuration_of(replace(baseline, vectors=())) == configuration_of(baseline)
