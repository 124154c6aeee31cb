"""Synthetic results with all optional analyses, and their report."""

import pytest
from made_up_results import disagreement, enrich, make_results, plan_of
from reading import Page

from treenn.report import render
from treenn.report.build import build


@pytest.fixture(scope="session")
def plan():
    """Two regimes: the tree model is better in the first, the LSTM in the second; read-only."""
    ahead = enrich(make_results({"tree-lstm": 0.6, "lstm": 0.5}, sentences=120))
    behind = enrich(make_results({"tree-lstm": 0.4, "lstm": 0.6}, sentences=120)) | {"supervision": "roots"}
    ahead["disagreements"] = [disagreement(("tree-lstm", "lstm"), line=7)]
    return plan_of(ahead, behind)


@pytest.fixture(scope="session")
def report(plan):
    return build(plan)


@pytest.fixture(scope="session")
def html(plan):
    return render(plan)


@pytest.fixture(scope="session")
def page(html):
    return Page(html)
