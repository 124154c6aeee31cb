"""The headline states exactly the differences supported by the tests."""

import copy
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_results import make_results, plan_of, task_results

from treenn.analysis.statistics import Difference
from treenn.report import headline as headlines
from treenn.report.claims import better
from treenn.report.formatting import METRICS
from treenn.report.headline import summary_of_all
from treenn.trees.json_records import from_json

WIN, LOSS, OPEN = (0.02, 0.005, 0.035), (-0.02, -0.035, -0.005), (0.002, -0.01, 0.014)
PAIRED = ("root", "all_nodes", "root_binary")


@pytest.fixture(scope="module")
def base(results):
    """Two models, three seeds, one test set; tests replace the differences."""
    results = copy.deepcopy(results)
    results["evaluated"] = ["dev", "test"]
    return results


def headline(task):
    return headlines.headline(task_results(task))


def paragraphs(task):
    return headlines.paragraphs(task_results(task))


def with_differences(results, *intervals, p=0.01, seeds=None):
    """The results with these intervals for root, all nodes and binary root, of the first two models on test."""
    models = list(results["summary"])[:2]
    found = [
        {"models": models, "split": "test", "metric": metric, "difference": difference, "low": low, "high": high}
        | {"confidence": 0.95, "draws": 10_000, "randomization_holm": p, "with_seeds": seeds}
        | {"detectable": {"gap": 0.02, "difference": 0.027}}
        for metric, (difference, low, high) in zip(PAIRED, intervals, strict=False)
    ]
    return {**results, "differences": found}


def claims(text):
    """The claims of a text: (winner, loser, metric)."""
    found = set()
    for place, rest in re.findall(r"On test, at ([\w ]+), (.*?)(?=On test|\n\n|$)", text, re.S):
        for winner, loser in re.findall(
            r"([\w-]+)(?: \([^)]*\))? was better than (?:the single run of )?([\w-]+)", rest
        ):
            found.add((winner, loser, place))
    return found


PHRASE = {metric: METRICS[metric].phrase for metric in PAIRED}


def test_the_tree_wins(base):
    text = headline(with_differences(base, WIN, WIN, OPEN))
    assert claims(text) == {("tree-lstm", "lstm", PHRASE["root"]), ("tree-lstm", "lstm", PHRASE["all_nodes"])}
    assert "2.0 points, interval 0.5 to 3.5, corrected p 0.010" in text
    assert f"at {PHRASE['root_binary']}, no difference is shown between tree-lstm and lstm" in text
    assert "a true difference of 2.7 points would have been found four times out of five" in text


def test_lstm_win_is_reported_in_positive_numbers(base):
    text = headline(with_differences(base, LOSS, LOSS, LOSS))
    assert claims(text) == {("lstm", "tree-lstm", PHRASE[metric]) for metric in PAIRED}
    assert "2.0 points, interval 0.5 to 3.5" in text
    assert "no difference" not in text


def test_each_wins_somewhere(base):
    found = claims(headline(with_differences(base, WIN, LOSS, OPEN)))
    assert found == {("tree-lstm", "lstm", PHRASE["root"]), ("lstm", "tree-lstm", PHRASE["all_nodes"])}


def test_nothing_is_claimed_where_all_are_equal(base):
    text = headline(with_differences(base, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), p=1.0))
    assert "was better" not in text
    assert text.count("no difference is shown") == 3
    assert "0.0 points, interval 0.0 to 0.0, corrected p 1.000" in text


def test_an_interval_without_a_small_p_claims_nothing(base):
    text = headline(with_differences(base, WIN, LOSS, WIN, p=0.05))
    assert "was better" not in text
    assert text.count("no difference is shown") == 3


def test_what_other_seeds_could_undo_is_no_claim(base):
    text = headline(with_differences(base, WIN, seeds={"low": -0.01, "high": 0.05}))
    assert "was better" not in text
    assert "tree-lstm differed from lstm" in text
    assert "but other seeds could undo this" in text
    assert "would have been found" not in text


interval = st.tuples(*[st.floats(-0.2, 0.2)] * 3).map(lambda found: (sorted(found)[1], min(found), max(found)))


@given(st.tuples(interval, interval, interval), st.floats(0, 1), st.none() | interval)
def test_better_requires_agreement_of_intervals_and_p(base, intervals, p, seeds):
    with_seeds = seeds and {"low": seeds[1], "high": seeds[2]}
    wanted = set()
    for metric, (_, low, high) in zip(PAIRED, intervals, strict=True):
        bounds = [(low, high), *([seeds[1:]] if seeds else [])]
        if p < 0.05 and all(low > 0 for low, _ in bounds):
            wanted.add(("tree-lstm", "lstm", PHRASE[metric]))
        if p < 0.05 and all(high < 0 for _, high in bounds):
            wanted.add(("lstm", "tree-lstm", PHRASE[metric]))
    assert claims(headline(with_differences(base, *intervals, p=p, seeds=with_seeds))) == wanted


def test_a_missing_metric_is_left_out(base):
    results = copy.deepcopy(with_differences(base, WIN))
    for summary in results["summary"].values():
        summary["test"]["all_nodes"] = None
        del summary["test"]["root_binary"]
    text = headline(results)
    assert claims(text) == {("tree-lstm", "lstm", PHRASE["root"])}
    assert PHRASE["all_nodes"] not in text and PHRASE["root_binary"] not in text


def test_what_better_means_is_always_said(base):
    text = headline(with_differences(base, WIN, WIN, WIN, seeds={"low": 0.001, "high": 0.04}))
    assert "Holm's correction over all 3 differences tested" in text
    assert "also with seeds drawn anew" in text


def test_untested_results_claim_nothing(base):
    text = headline(with_differences(base, WIN, WIN, WIN, p=None))
    assert "was better" not in text
    assert "These results hold no test" in text


def test_one_seed_speaks_of_single_runs():
    results = make_results({"tree-lstm": 0.6, "lstm": 0.5}, seeds=1, sentences=120)
    text = headline(with_differences(results, WIN, WIN, OPEN))
    assert "each with one seed" in text
    assert "the single run of tree-lstm was better than the single run of lstm" in text
    assert "With a single seed nothing is known of how far another seed would move these numbers." in text


def test_overlapping_seeds_are_named():
    results = make_results({"tree-lstm": 0.5, "lstm": 0.5}, sentences=120)
    text = headline(with_differences(results, WIN, OPEN, OPEN))
    assert "corrected p 0.010, though single runs overlap" in text


def test_differing_numbers_of_seeds_are_reported_by_model(base):
    results = copy.deepcopy(base)
    results["runs"].pop()
    assert headline(results).startswith("tree-lstm (3 seeds) and lstm (2 seeds) were trained on sst with every phrase")


def test_every_model_is_set_against_the_plans_first():
    text = headline(make_results({"lstm": 0.5, "rnn": 0.3, "tree-lstm": 0.7}))
    assert text.startswith("lstm, rnn and tree-lstm were trained on sst with every phrase labelled, each with 3 seeds.")
    assert "lstm was better than rnn" in text
    assert re.search(r"There, tree-lstm \([^)]*\) was better than lstm", text)
    assert "tree-lstm was better than rnn" not in text


def test_many_models_are_told_by_points_alone():
    text = headline(make_results({"lstm": 0.5, "a": 0.3, "b": 0.31, "c": 0.7, "d": 0.5}))
    assert "interval 0" not in text
    assert re.search(r"lstm was better than a \([\d.]+ points\) and b \([\d.]+ points\)", text)


def test_many_models_have_a_paragraph_for_each_metric():
    results = make_results(dict.fromkeys("abcde", 0.5), seeds=1, sentences=100)
    of_metrics = paragraphs(results)
    assert [text.count("On test, at") for text in of_metrics[:3]] == [1, 1, 1]
    untested = [{name: value for name, value in each.items() if name in UNTESTED} for each in results["differences"]]
    assert paragraphs({**results, "differences": untested})[0].startswith("a, b, c, d and e were trained on sst")


UNTESTED = ("models", "split", "metric", "difference", "low", "high", "confidence", "draws")


def test_one_model_is_compared_with_nothing():
    results = make_results({"tree-lstm": 0.5})
    text = headline(results)
    root = results["summary"]["tree-lstm"]["test"]["root"]
    assert f"{100 * root['mean']:.1f} ± {100 * root['std']:.1f}% at whole sentences" in text
    assert "There is no second model to compare it with." in text
    assert "better" not in text


def test_model_matched_by_majority_class_is_named():
    text = headline(make_results({"tree-lstm": 0.6, "lstm": 0.2}))
    assert "lstm did not exceed what always giving the commonest answer reaches at whole sentences (28.6%)" in text
    assert "tree-lstm did not exceed" not in text


def test_few_sentences_are_owned_up_to():
    assert "With only 40 examples in test of sst" in headline(make_results({"a": 0.6, "b": 0.5}, sentences=40))
    assert "With only" not in headline(make_results({"a": 0.6, "b": 0.5}, sentences=100))


def test_missing_runs_are_owned_up_to(base):
    text = headline({**base, "missing": [{"model": "lstm", "seed": 3}]})
    assert "1 planned run is missing" in text


def test_two_classes_have_no_separate_binary_metric():
    text = headline(make_results({"a": 0.6, "b": 0.5}, classes=("negative", "positive")))
    assert METRICS["root_binary"].phrase not in text


def test_each_unseen_split_has_its_paragraph(results):
    test, deep, caveats = headline(results).split("\n\n")
    assert "On test" in test and "On deep" not in test
    assert "On deep" in deep and "On test" not in deep
    assert caveats.startswith("“Better” is said where the 95% interval excludes zero")
    assert [test, deep] == paragraphs(results)


def test_tasks_that_contradict_each_other_are_said_to():
    ahead, behind = (make_results({"tree-lstm": skill, "lstm": 0.5}) for skill in (0.65, 0.35))
    text = summary_of_all(plan_of(ahead, behind | {"supervision": "roots"}).sections)
    assert "On sst with every phrase labelled (test), at whole sentences, tree-lstm was better than lstm" in text
    assert "On sst with whole sentences labelled alone (test), at whole sentences, lstm (" in text
    assert (
        "Which of tree-lstm and lstm is better depends on the task: tree-lstm on sst with every phrase labelled;"
        " lstm on sst with whole sentences labelled alone."
    ) in text


def test_agreeing_tasks_are_not_called_contradictory():
    one, other = (make_results({"tree-lstm": skill, "lstm": 0.5}) for skill in (0.65, 0.6))
    assert "depends on the task" not in summary_of_all(plan_of(one, other).sections)


def test_a_correlation_is_no_percentage():
    task = make_results({"tree-lstm": 0.6, "lstm": 0.5}, sentences=200)
    task["treebank"] |= {"name": "sick-relatedness", "classes": []}
    task["gold"] = {"test": {"score": [1.0]}}
    for model, mean in (("tree-lstm", 0.8676), ("lstm", 0.8528)):
        values = {"mean": mean, "std": 0.003, "min": mean, "median": mean, "max": mean}
        task["summary"][model]["test"] = {"pearson": values, "spearman": values, "mse": values}
    task = with_differences(task, (0.0148, 0.005, 0.02))
    task["differences"][0]["metric"] = "pearson"
    text = headline(task)
    assert (
        "On test, in Pearson's correlation, tree-lstm was better than lstm (0.8676 against 0.8528: 0.0148, int" in text
    )
    assert "interval 0.0050 to 0.0200" in text
    assert "trained on sick-relatedness, each with 3 seeds" in text


def test_mcnemars_test_decides_nothing(base):
    [difference] = with_differences(base, WIN)["differences"]
    assert better(from_json(Difference, {**difference, "mcnemar_holm": 1.0}, "made up")) == "tree-lstm"
