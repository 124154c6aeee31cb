"""Shipped weights state the licences of their training data."""

import json
from pathlib import Path

import pytest

from treebanks.catalogue import entry

ROOT = Path(__file__).parents[1]
CHART, SENTIMENT = ROOT / "treenn/parsers/weights/chart", ROOT / "treenn/models/weights/sentiment"
TERMS = {
    "sst": ("SST", "no licence stated", "Socher"),
    "glove": ("GloVe", "PDDL", "Pennington"),
    "craft": ("CRAFT", "CC BY 3.0", "Verspoor"),
    "questionbank": ("QuestionBank", "research purposes only", "Judge"),
}


def trained_on(folder):
    """The treebanks named in a parser's results (default: SST), and GloVe."""
    results = folder / "results.json"
    found = {"sst", "glove"}
    for each in json.loads(results.read_text())["joined"] if results.exists() else ():
        found |= {each["treebank"], *each["helpers"]}
    return found


@pytest.mark.parametrize(("folder", "number"), [(CHART, 4), (SENTIMENT, 2)])
def test_weights_have_the_terms_of_their_data(folder, number):
    names = trained_on(folder)
    assert len(names) == number
    licence, card = ((folder / name).read_text(encoding="utf-8") for name in ("LICENSE", "README.md"))
    for name in names:
        assert all(term in licence for term in TERMS[name]), name
        assert entry(name).homepage.rstrip("/") in licence
        assert TERMS[name][0].lower() in card.lower()


def test_the_readme_names_the_terms_of_all_weights():
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## Licences")[1]
    assert all(term in section for name in trained_on(CHART) for term in TERMS[name] if term != "Pennington")
    assert all(folder.relative_to(ROOT).as_posix() in section for folder in (CHART, SENTIMENT))
