import subprocess
import sys
from dataclasses import asdict, replace

import numpy as np
import pytest
from made_up_results import task_results
from scipy import stats
from statsmodels.stats.multitest import multipletests

from treenn.analysis.crossed_test import detectable_difference
from treenn.analysis.statistics import Interval, Spread, adjusted, differences, summarize, summarize_metrics
from treenn.evaluation.run_predictions import Gold, RunPredictions
from treenn.experiment.gather import compute_differences


def test_summarize_against_numbers_done_by_hand():
    found = asdict(summarize([0.5, 0.25, 0.75, 0.9]))
    assert found == pytest.approx({"mean": 0.6, "std": 0.2857738033, "min": 0.25, "median": 0.625, "max": 0.9})


def test_one_seed_has_no_standard_deviation():
    assert summarize([0.3]) == Spread(mean=0.3, std=None, min=0.3, median=0.3, max=0.3)


def test_summary_over_seeds_leaves_unlabelled_metrics_out():
    found = summarize_metrics([{"root": 0.4, "macro_f1": None}, {"root": 0.6, "macro_f1": None}])
    assert found == {"root": summarize([0.4, 0.6]), "macro_f1": None}


GOLD = Gold(root=(0, 1, 2, 3, -100), nodes=(3, 5, 1, 7, 4))
"""Five sentences: very negative, negative, neutral, positive, and one without a label."""
PREDICTIONS = {
    "tree": [
        RunPredictions((0, 1, 2, 3, 0), (0, 0, 1, 1, 0), (3, 5, 1, 7, 4)),
        RunPredictions((0, 0, 0, 0, 0), (0, 1, 1, 0, 0), (1, 1, 1, 1, 0)),
    ],
    "lstm": [RunPredictions((1, 1, 1, 1, 1), (0, 0, 0, 0, 0), (1, 0, 0, 0, 0))],
}


def tiny(n_classes=5, gold=GOLD, **more):
    found = differences({"test": PREDICTIONS}, {"test": gold}, "tree", n_classes=n_classes, **more)
    return {each.metric: each for each in found}


def test_differences_average_over_each_metrics_own_sentences():
    found = tiny()
    assert {(*each.models, each.split) for each in found.values()} == {("tree", "lstm", "test")}
    assert found["root"].difference == pytest.approx((4 + 1) / 2 / 4 - 1 / 4)
    assert found["all_nodes"].difference == pytest.approx((20 + 4) / 2 / 20 - 1 / 20)
    assert found["root_binary"].difference == pytest.approx((3 + 1) / 2 / 3 - 2 / 3)


def test_binary_metric_of_four_classes_excludes_no_sentence():
    found = tiny(n_classes=4)
    assert found["root_binary"].difference == pytest.approx((4 + 2) / 2 / 4 - 2 / 4)  # 2 and 3 are positive


def test_metrics_that_do_not_apply_are_left_out(make):
    results = make({"a": 0.5, "b": 0.4}, sentences=30, classes=tuple("01234"))
    assert {each["metric"] for each in results["differences"]} == {"root", "all_nodes"}
    for gold in results["gold"].values():
        gold["nodes"] = [1] * 30
    assert {each.metric for each in compute_differences(task_results(results)) if each.split == "test"} == {"root"}


def test_metrics_without_two_labelled_sentences_are_left_out():
    assert list(tiny(gold=Gold((2, 2, 2, 3, -100), GOLD.nodes))) == ["root", "all_nodes"]


def test_first_model_is_compared_on_every_unseen_split(make):
    found = make({"a": 0.5, "b": 0.4, "c": 0.3}, seeds=1, splits=("dev", "test", "deep"), sentences=30)["differences"]
    pairs = {(each["split"], *each["models"]) for each in found}
    assert pairs == {(split, *pair) for split in ("test", "deep") for pair in ("ab", "ac")}
    assert len(found) == 3 * len(pairs)


@pytest.fixture(scope="module")
def found(results):
    return {each.metric: each for each in compute_differences(task_results(results)) if each.split == "test"}


def test_mcnemar_is_about_the_two_middle_runs(found, results):
    gold, right = results["gold"]["test"]["root"], {}
    for model in ("tree-lstm", "lstm"):
        runs = sorted((run for run in results["runs"] if run["model"] == model), key=lambda run: run["test"]["root"])
        right[model] = [a == b for a, b in zip(runs[1]["predictions"]["test"]["root"], gold, strict=True)]
    both = list(zip(right["tree-lstm"], right["lstm"], strict=True))
    counts = [both.count((True, False)), both.count((False, True))]
    assert found["root"].discordant == tuple(counts)
    assert found["root"].mcnemar == pytest.approx(stats.binomtest(counts[0], sum(counts)).pvalue)


def test_nodes_are_not_independent_and_have_no_mcnemar(found):
    nodes = found["all_nodes"]
    assert nodes.mcnemar is nodes.discordant is None
    assert nodes.randomization < 0.05


def test_seeds_widen_the_interval_unless_only_one(found, make):
    for each in found.values():
        assert each.with_seeds.low < each.low < each.difference < each.high < each.with_seeds.high
    lonely = make({"a": 0.5, "b": 0.4}, seeds=1, sentences=30)["differences"]
    assert not any({"with_seeds", "p", "p_holm", "detectable"} & set(each) for each in lonely)


def test_holm_correction_covers_all_metrics_splits_and_pairs(make):
    made = make({"a": 0.5, "b": 0.48, "c": 0.44}, seeds=2, splits=("dev", "test", "deep"), sentences=100)
    made = compute_differences(task_results(made))
    for test in ("p", "randomization"):
        tested = [each for each in made if getattr(each, test) is not None]
        assert len(tested) == 12
        theirs = multipletests([getattr(each, test) for each in tested], method="holm")[1]
        assert [getattr(each, f"{test}_holm") for each in tested] == pytest.approx(theirs)
    both = adjusted([*made, *made])  # of two treebanks, as many again
    assert both[0].p_holm >= made[0].p_holm and both[0].randomization_holm >= made[0].randomization_holm
    assert adjusted(both[: len(made)]) == made


def test_power_uses_the_level_holm_needs(make):
    made = compute_differences(task_results(make({"a": 0.6, "b": 0.3, "c": 0.59, "d": 0.58}, sentences=100)))
    open_claims = sum(each.p_holm >= 0.05 for each in made)
    assert 0 < open_claims < len(made)
    for each in made:
        assert each.detectable.level == pytest.approx(0.05 / open_claims)
        assert each.detectable.difference == pytest.approx(detectable_difference(each.errors, 0.05 / open_claims))


def test_a_baseline_has_no_variance_over_seeds():
    right = RunPredictions(root=(0, 1, 2, 3, 0, 1))
    runs = {"lstm": [right, replace(right, root=(0, 1, 2, 3, 1, 1))], "majority": [replace(right, root=(0,) * 6)]}
    gold = {"test": Gold(root=(0, 1, 2, 3, 0, 1))}
    (unknown,) = differences({"test": runs}, gold, "lstm", n_classes=5, metrics=["root"])
    (known,) = differences({"test": runs}, gold, "lstm", n_classes=5, metrics=["root"], deterministic=["majority"])
    assert unknown.p is None and unknown.interval == Interval(known.low, min(known.high, 1))
    assert known.p is not None and known.errors.n_seeds == (2, 1) and known.errors.seeds[1] == 0
    assert known.mirrored.mirrored == known and known.mirrored.errors.n_seeds == (1, 2)


def test_models_on_other_trees_are_compared_at_roots(make):
    made = make({"tree": 0.5, "lstm": 0.48, "right-branching": 0.44}, sentences=50)
    for run in made["runs"][-3:]:
        del run["predictions"]["test"]["correct_nodes"]
    found = [(each.metric, *each.models) for each in compute_differences(task_results(made))]
    assert found.count(("all_nodes", "tree", "lstm")) == 1
    assert len(found) == 3 + 2


def test_relatedness_is_tested_by_correlation_alone():
    rng = np.random.default_rng(0)
    gold = rng.uniform(1, 5, 200)

    def run(noise):
        return RunPredictions(score=tuple(gold + rng.normal(0, noise, 200)))

    runs = {"tree": [run(0.3), run(0.3)], "lstm": [run(0.8), run(0.8)]}
    (only,) = differences({"test": runs}, {"test": Gold(score=tuple(gold))}, "tree", n_classes=0)
    assert only.metric == "pearson"
    scores = [[stats.pearsonr(run.score, gold).statistic for run in of_model] for of_model in runs.values()]
    assert only.difference == pytest.approx(np.mean(scores[0]) - np.mean(scores[1]))
    assert only.low > 0
    assert only.randomization_holm == only.randomization == pytest.approx(1 / 10_001)


def test_scipy_is_imported_only_when_resampling():
    code = "import sys, treenn.analysis.statistics; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
