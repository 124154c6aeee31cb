"""Many test sets: the claims are those of the tests, and each test set is named once."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_results import make_results, task_results

from treenn.report.caveats import caveats
from treenn.report.claims import verdict
from treenn.report.headline import paragraphs
from treenn.report.multi_test import across_splits

SPLITS = [f"{number}-words" for number in range(1, 7)]
WIN, LOSS, OPEN = (0.02, 0.005, 0.035), (-0.03, -0.045, -0.005), (0.002, -0.01, 0.014)
SAID = {
    "ahead": r"on ([^;]*?) (?:the single run of )?tree was better than (?:the single run of )?lstm \((.*?) points\)",
    "behind": r"on ([^;]*?) (?:the single run of )?lstm was better than (?:the single run of )?tree \((.*?) points\)",
    "seeds": r"on ([^;]*?) (?:the two|tree and lstm) differed \((.*?) points\) in these runs; it is not shown",
    "untested": r"on ([^;]*?) (?:the two|tree and lstm) differed \((.*?) points\) in these runs; a single seed",
    "open": r"on ([^;]*?) no difference is shown between (?:the two|tree and lstm)()",
}


@pytest.fixture(scope="module")
def base():
    return make_results({"tree": 0.6, "lstm": 0.5}, splits=("dev", *SPLITS), sentences=100)


def with_roots(results, intervals, p=0.01, runs_p=1.0):
    """The results with these intervals for the root on one split after the other."""
    shared = {"models": ["tree", "lstm"], "metric": "root", "randomization_holm": runs_p, "p": p}
    found = [
        {**shared, "split": split, "difference": difference, "low": low, "high": high}
        | {"p_holm": 1.0 if p is not None and low <= 0 <= high else p}
        for split, (difference, low, high) in zip(SPLITS, intervals, strict=False)
    ]
    return task_results({**results, "differences": found})


def told(text):
    """The verdict of a text on each split."""
    found: dict[str, str] = {}
    for name, pattern in SAID.items():
        for places, _ in re.findall(pattern, text.replace("all 6 test sets", f"{SPLITS[0]} to {SPLITS[-1]}")):
            for place in re.split(r", | and ", places):
                first, _, last = place.partition(" to ")
                for split in SPLITS[SPLITS.index(first) : SPLITS.index(last or first) + 1]:
                    assert split not in found, "each split is mentioned once"
                    found[split] = name
    return found


def test_consecutive_splits_are_reported_as_a_range(base):
    text = " ".join(across_splits(with_roots(base, [OPEN, WIN, WIN, (0.041, 0.03, 0.05), LOSS, OPEN])))
    assert text == (
        "At whole sentences, on 2-words to 4-words tree was better than lstm (2.0 to 4.1 points); on 5-words lstm was"
        " better than tree (3.0 points); on 1-words and 6-words no difference is shown between the two."
    )


interval = st.tuples(*[st.floats(-0.2, 0.2)] * 3).map(lambda found: (sorted(found)[1], min(found), max(found)))


@given(st.lists(interval, min_size=1, max_size=6), st.none() | st.floats(0, 0.1), st.floats(0, 0.1))
def test_each_split_has_its_verdict(base, intervals, p, runs_p):
    results = with_roots(base, intervals, p, runs_p)
    text = next(iter(across_splits(results)))
    assert told(text) == {each.split: verdict(each) for each in results.differences}


def test_the_headline_is_a_paragraph_a_model(base):
    first, second, *_ = paragraphs(with_roots(base, [WIN] * 6))
    assert first == "tree and lstm were trained on sst with every phrase labelled, each with 3 seeds."
    assert second == "At whole sentences, on all 6 test sets tree was better than lstm (2.0 points)."
    assert any("random factors" in caveat for caveat in caveats([with_roots(base, [WIN] * 6)]))


def test_untested_results_claim_nothing(base):
    text = " ".join(paragraphs(with_roots(base, [WIN] * 6, p=None, runs_p=None)))
    assert "was better" not in text
    assert "No two models were measured in the same way." in text


def test_models_matched_by_majority_class_have_splits_listed():
    results = make_results({"tree": 0.6, "lstm": 0.1}, splits=("dev", *SPLITS), sentences=100)
    assert "Not above the majority class at whole sentences: lstm on all 6 test sets." in paragraphs(
        task_results(results)
    )


def test_one_run_is_called_one():
    results = make_results({"tree": 0.6, "lstm": 0.5}, seeds=1, splits=("dev", *SPLITS), sentences=100)
    [sentence] = across_splits(with_roots(results, [OPEN], runs_p=0.01))
    assert "the single run of tree and the single run of lstm differed" in sentence
