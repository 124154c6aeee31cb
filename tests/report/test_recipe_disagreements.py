import pytest

from treenn.experiment.recipes.record import RecipeRecord
from treenn.report.recipe_disagreements import disagreement_text, disagreements
from treenn.trees.json_records import from_json


def record(name, gold, *runs):
    empty = {"title": "", "command": "", "created": "", "overlap": [], "settings": {}, "vectors": [], "members": []}
    value = empty | {
        "name": name,
        "treebank": {"name": "sst", "classes": list("01"), "sizes": {}},
        "published": None,
        "unmatched": [],
        "gold": {"test": {"root": gold}},
        "runs": [{"environment": {}, "predictions": {"test": {"root": classes}}} for classes in runs],
        "summary": {},
    }
    return from_json(RecipeRecord, value, "made up")


def test_the_share_is_over_pairs_of_seeds():
    first, second = record("a", "01", "00", "01"), record("b", "01", "00")
    assert disagreements(first, second).fraction == pytest.approx(1 / 4)
    assert disagreements(first, first).fraction == pytest.approx(1 / 4), "seeds of one recipe differ, too"


def test_recipe_is_right_if_most_seeds_are():
    first = record("a", "0000", "0011", "0011", "0101")
    second = record("b", "0000", "1001", "1001", "1001")
    found = disagreements(first, second)
    assert found.only_first == [1]
    assert found.only_second == [3]


def test_the_clearest_are_named_in_order():
    first = record("a", "0000", "0000", "0000", "0100", "0000")
    second = record("b", "0000", "1111", "0111", "1111", "1111")
    assert disagreements(first, second).only_first == [1, 2, 3, 4]
    assert disagreements(first, second, count=2).only_first == [3, 4]


def test_sentences_are_named_by_line_alone():
    text = disagreement_text(record("a", "012", "010"), record("b", "012", "112"))
    assert "`a` and `b` predict different classes for 66.7 % of the test sentences" in text
    assert "- only `a`: 1\n- only `b`: 3" in text
