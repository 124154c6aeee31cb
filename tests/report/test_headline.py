"""The claims of the headline are those that the deciding test supports, whatever the outcome."""

import copy
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_results import finish, make_results, plan_of, task_results

from treenn.analysis.statistics import Difference
from treenn.report import headline as headlines
from treenn.report.caveats import caveats
from treenn.report.claims import better
from treenn.report.formatting import METRICS
from treenn.report.headline import contradictions
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
    """The paragraphs of a task and its caveats."""
    return "\n\n".join([*paragraphs(task), " ".join(caveats([task_results(task)]))])


def paragraphs(task):
    return headlines.paragraphs(task_results(task))


def with_differences(results, *intervals, p=0.01, runs_p=0.001, seeds=(5, 5)):
    """The results with these intervals for root, all nodes and binary root, of the first two models on test.

    p is of the deciding test, None without one; `runs_p` is of the trained runs.
    """
    models = list(results["summary"])[:2]
    errors = {"sentences": 0.005, "seeds": [0.004, 0.004], "n_sentences": 120, "n_seeds": seeds}
    decided = {"p": p, "p_holm": p, "detectable": {"difference": 0.027}} if p is not None else {}
    found = [
        {"models": models, "split": "test", "metric": metric, "difference": difference, "low": low, "high": high}
        | ({"with_seeds": {"low": low, "high": high}, **decided} if decided else {})
        | {"randomization_holm": runs_p, "errors": errors}
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
    task = with_differences(base, WIN, WIN, OPEN, runs_p=1.0)
    task["differences"][-1]["p_holm"] = 0.3
    text = headline(task)
    assert claims(text) == {("tree-lstm", "lstm", PHRASE["root"]), ("tree-lstm", "lstm", PHRASE["all_nodes"])}
    assert "2.0 points, 95% interval 0.5 to 3.5 before correction, corrected p 0.010" in text
    assert f"at {PHRASE['root_binary']}, no difference is shown between tree-lstm and lstm" in text
    assert "if these standard errors are right, the power is 0.8 for a true difference of 2.7 points" in text


def test_a_win_of_the_lstm_has_positive_numbers(base):
    text = headline(with_differences(base, LOSS, LOSS, LOSS))
    assert claims(text) == {("lstm", "tree-lstm", PHRASE[metric]) for metric in PAIRED}
    assert "2.0 points, 95% interval 0.5 to 3.5" in text
    assert "no difference" not in text


def test_each_wins_somewhere(base):
    task = with_differences(base, WIN, LOSS, OPEN)
    task["differences"][-1]["p_holm"] = 0.3
    found = claims(headline(task))
    assert found == {("tree-lstm", "lstm", PHRASE["root"]), ("lstm", "tree-lstm", PHRASE["all_nodes"])}


def test_nothing_is_claimed_where_all_are_equal(base):
    text = headline(with_differences(base, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), p=1.0, runs_p=1.0))
    assert "was better" not in text
    assert text.count("no difference is shown") == 3
    assert "0.0 points, 95% interval 0.0 to 0.0 before correction, corrected p 1.000" in text


def test_an_interval_without_a_small_p_claims_nothing(base):
    text = headline(with_differences(base, WIN, LOSS, WIN, p=0.05, runs_p=0.05))
    assert "was better" not in text
    assert text.count("no difference is shown") == 3


def test_differences_of_the_runs_alone_are_no_claim(base):
    text = headline(with_differences(base, WIN, p=0.2))
    assert "was better" not in text
    assert "tree-lstm differed from lstm (" in text
    assert "95% interval over sentences 0.5 to 3.5 before correction, corrected p over sentences 0.001" in text
    assert "in these runs; it is not shown that other seeds would" in text
    assert "the power is" not in text


def test_two_seeds_need_a_reservation_in_the_sentence(base):
    for intervals in ((WIN,), (LOSS,)):
        text = headline(with_differences(base, *intervals, seeds=(2, 3)))
        sentence = next(part for part in re.split(r"\.\s", text) if "better than" in part)
        assert sentence.endswith("with the reservation that tree-lstm has fewer than 3 seeds")
    assert "reservation" not in headline(with_differences(base, WIN))


interval = st.tuples(*[st.floats(-0.2, 0.2)] * 3).map(lambda drawn: (sorted(drawn)[1], min(drawn), max(drawn)))


@given(st.tuples(interval, interval, interval), st.none() | st.floats(0, 0.1), st.floats(0, 0.1))
def test_claims_are_those_of_the_deciding_test(base, intervals, p, runs_p):
    wanted = set()
    for metric, (difference, _, _) in zip(PAIRED, intervals, strict=True):
        if p is not None and p < 0.05:
            models = ("lstm", "tree-lstm") if difference < 0 else ("tree-lstm", "lstm")
            wanted.add((*models, PHRASE[metric]))
    assert claims(headline(with_differences(base, *intervals, p=p, runs_p=runs_p))) == wanted


def test_a_missing_metric_is_left_out(base):
    results = copy.deepcopy(with_differences(base, WIN))
    for summary in results["summary"].values():
        summary["test"]["all_nodes"] = None
        del summary["test"]["root_binary"]
    text = headline(results)
    assert claims(text) == {("tree-lstm", "lstm", PHRASE["root"])}
    assert PHRASE["all_nodes"] not in text and PHRASE["root_binary"] not in text


def test_the_criterion_of_claims_is_always_given(base):
    text = headline(with_differences(base, WIN, WIN, WIN))
    assert "sentences and seeds as random factors, after Holm's correction over all 3 differences;" in text


def test_untested_results_claim_nothing(base):
    text = headline(with_differences(base, WIN, WIN, WIN, p=None, runs_p=None))
    assert "was better" not in text
    assert "These results hold no test over seeds" in text


def test_one_seed_is_about_single_runs():
    results = make_results({"tree-lstm": 0.6, "lstm": 0.5}, seeds=1, sentences=120)
    text = headline(results)
    assert "each with one seed" in text
    assert "the single run of tree-lstm differed from the single run of lstm (" in text
    assert "in these runs; a single seed permits no test over seeds" in text
    assert "was better" not in text
    assert "With a single seed of a model, the variance over its seeds is unknown" in text


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
    assert "interval" not in text.partition("“Better”")[0]
    assert re.search(r"lstm was better than a \([\d.]+ points\) and b \([\d.]+ points\)", text)


def test_many_models_have_a_paragraph_for_each_metric():
    results = make_results(dict.fromkeys("abcde", 0.5), seeds=1, sentences=100)
    of_metrics = paragraphs(results)
    assert [text.count("On test, at") for text in of_metrics[:3]] == [1, 1, 1]
    untested = [{name: value for name, value in each.items() if name in UNTESTED} for each in results["differences"]]
    assert paragraphs({**results, "differences": untested})[0].startswith("a, b, c, d and e were trained on sst")


UNTESTED = ("models", "split", "metric", "difference", "low", "high")


def test_one_model_is_compared_with_nothing():
    results = make_results({"tree-lstm": 0.5})
    text = headline(results)
    root = results["summary"]["tree-lstm"]["test"]["root"]
    assert f"{100 * root['mean']:.1f} ± {100 * root['std']:.1f}% at whole sentences" in text
    assert "There is no second model to compare it with." in text
    assert "better" not in text


def test_model_matched_by_majority_class_is_named():
    text = headline(make_results({"tree-lstm": 0.6, "lstm": 0.2}))
    assert "lstm did not exceed the majority class at whole sentences (28.6%)" in text
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
    assert caveats.startswith("“Better” means p < 0.05 in a t test with sentences and seeds as random factors")
    assert [test, deep] == paragraphs(results)


def test_tasks_that_contradict_each_other_are_said_to():
    ahead, behind = (make_results({"tree-lstm": skill, "lstm": 0.5}) for skill in (0.65, 0.35))
    assert list(contradictions(plan_of(ahead, behind | {"supervision": "roots"}).sections)) == [
        "The better one of tree-lstm and lstm depends on the task: tree-lstm on sst with every phrase labelled;"
        " lstm on sst with whole sentences labelled alone."
    ]


def test_agreeing_tasks_are_not_called_contradictory():
    one, other = (make_results({"tree-lstm": skill, "lstm": 0.5}) for skill in (0.65, 0.6))
    assert not list(contradictions(plan_of(one, other).sections))


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
        "On test, in Pearson's correlation, tree-lstm was better than lstm (0.8676 against 0.8528: 0.0148, 95%" in text
    )
    assert "interval 0.0050 to 0.0200 before correction" in text
    assert "trained on sick-relatedness, each with 3 seeds" in text


def test_tests_of_runs_decide_nothing(base):
    [difference] = with_differences(base, WIN)["differences"]
    runs = {"mcnemar": 1.0, "randomization": 1.0, "randomization_holm": 1.0}
    assert better(from_json(Difference, difference | runs, "made up")) == "tree-lstm"


def test_few_seeds_have_no_statement_on_power(base):
    text = headline(with_differences(base, OPEN, p=0.5, runs_p=0.5, seeds=(3, 5)))
    assert "no difference is shown" in text and "the power is" not in text


def test_contradictions_have_the_reservation_too():
    ahead, behind = (make_results({"tree-lstm": skill, "lstm": 0.5}, seeds=2) for skill in (0.65, 0.35))
    for task in (ahead, behind):
        for each in task["differences"]:
            each["p"] = 1e-9
    [sentence] = contradictions(plan_of(ahead, behind | {"supervision": "roots"}).sections)
    assert "with the reservation that tree-lstm and lstm have fewer than 3 seeds" in sentence


def test_an_absent_reference_is_named(base):
    results = copy.deepcopy(base)
    results["runs"] = [run for run in results["runs"] if run["model"] != "tree-lstm"]
    results["missing"] = [{"model": "tree-lstm", "seed": 0}]
    results["differences"] = []
    text = headline(results)
    assert "tree-lstm, the plan's first network, has no finished run; the reference is lstm." in text


def test_runs_cut_by_the_maximum_are_counted(base):
    results = copy.deepcopy(base)
    assert "training may have ended too early" not in headline(results)
    for run in results["runs"][1:]:
        run["best_epoch"] = run["epochs"]
    assert "The maximum of epochs cut 5 of 6 runs: training may have ended too early." in headline(results)


def test_untested_differences_count_in_the_correction():
    results = make_results({"tree-lstm": 0.6, "lstm": 0.5, "rnn": 0.4}, sentences=100)
    results["runs"] = [run for run in results["runs"] if run["model"] != "rnn" or run["seed"] == 0]
    text = headline(finish(results))
    assert sum("p" in each for each in results["differences"]) == 3
    assert "over all 6 differences" in text
