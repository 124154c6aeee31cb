"""The deciding test holds its level, by simulation; the criterion of version 0.1 did not."""

import json
import sys
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

import treebanks
from treenn.analysis import error_rates
from treenn.analysis.error_rates import CELLS, EQUAL, SIMULATIONS, UNEQUAL, Cell, by_crossed_test, by_version_0_1, rate

LIMIT = 0.06


def limit(cell):
    """The limit of a cell: a little higher for two seeds against ten of another spread."""
    return LIMIT if cell in EQUAL or cell.other_seeds != 2 else 0.07


def test_the_level_holds_unlike_before():
    cell = Cell(seeds=2, spread=0.04, sentences=800)
    assert rate(cell, by_crossed_test, simulations=400) <= LIMIT
    assert rate(cell, by_version_0_1, simulations=200) > 2 * LIMIT


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_type_1_error_is_within_the_limit(cell):
    assert rate(cell, by_crossed_test, simulations=SIMULATIONS) <= limit(cell)


def test_runs_have_the_accuracies_and_spread_given():
    rng = np.random.default_rng(1)
    for by_recipe in (0.0, 1.0):
        first, second = error_rates._runs(rng, Cell(300, 0.04, 1500, by_recipe), 0.2)
        assert first.mean() == pytest.approx(0.6, abs=0.03)
        assert second.mean() == pytest.approx(0.4, abs=0.03)
        assert first.mean(axis=1).std() == pytest.approx(0.04, abs=0.008)


def test_power_is_the_fraction_of_claims():
    assert rate(Cell(5, 0.0, 300), by_crossed_test, difference=0.4, simulations=20) == 1.0


def test_the_script_writes_every_cell(tmp_path, monkeypatch):
    monkeypatch.setattr(error_rates, "CELLS", (Cell(2, 0.01, 50), Cell(3, 0.04, 50)))
    monkeypatch.setattr(error_rates, "rates", lambda: real(20))
    monkeypatch.setattr(sys, "argv", ["error_rates", str(tmp_path / "rates.json")])
    error_rates.main()
    record = json.loads((tmp_path / "rates.json").read_text())
    assert [cell["seeds"] for cell in record["cells"]] == [2, 3]
    assert all(0 <= cell["power_version_0_1"] <= 1 for cell in record["cells"])


real = error_rates.rates


def test_cells_are_those_of_the_protocol():
    assert len(EQUAL) == 32 and SIMULATIONS >= 4000
    assert {cell.seeds for cell in EQUAL} == {2, 3, 5, 10}
    assert all(len(list(group)) == 8 for _, group in groupby(EQUAL, lambda cell: cell.seeds))
    assert {cell.other_seeds for cell in UNEQUAL} == {1, 2, 3}


def test_the_committed_record_is_within_the_limit():
    record = json.loads((Path(treebanks.__file__).parent / "results/protocol/error-rates.json").read_text())
    assert record["simulations"] == SIMULATIONS
    assert [{name: cell[name] for name in asdict(CELLS[0])} for cell in record["cells"]] == [
        asdict(cell) for cell in CELLS
    ]
    assert all(entry["type_1_error"] <= limit(cell) for entry, cell in zip(record["cells"], CELLS, strict=True))
    assert max(cell["type_1_error_version_0_1"] for cell in record["cells"]) > 4 * LIMIT
