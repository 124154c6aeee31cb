from __future__ import annotations

import sys

import numpy as np
import pytest
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.significance import PairedTest

from treenn.analysis.intervals import bootstrap_intervals
from treenn.analysis.significance import randomization
from treenn.analysis.statistics import differences, measure_of
from treenn.evaluation.measuring import measure
from treenn.evaluation.metrics import METRICS
from treenn.evaluation.run_predictions import Gold, RunPredictions
from treenn.evaluation.translation_metrics import bleu, bleu_summands, chrf, chrf_summands
from treenn.evaluation.translation_predictions import TranslationPredictions
from treenn.trees import InputError
from treenn.trees.json_records import from_json

WORDS = ["der", "Hund", "bellt", "laut", "(sehr)", "und", "die", "Katze", "schläft", "z.B.", "3,5", "heute", "."]


def texts(seed: int, count: int, least: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, size)) for size in rng.integers(least, 12, count)]


def noisy(references: list[str], seed: int, rate: float) -> list[str]:
    rng = np.random.default_rng(seed)
    return [
        " ".join(word if rng.random() > rate else str(rng.choice(WORDS)) for word in text.split())
        for text in references
    ]


def predictions(outputs: list[str], references: list[str], tokenizer: str = "13a") -> TranslationPredictions:
    return TranslationPredictions(tuple(outputs), tuple(references), tokenizer)


@pytest.mark.parametrize("tokenizer", ["13a", "none", "char", "zh"])
@pytest.mark.parametrize("seed", range(4))
def test_values_equal_those_of_sacrebleu(tokenizer, seed):
    references = texts(seed, 60)
    outputs = noisy(references, seed, 0.3)
    found = measure(predictions(outputs, references, tokenizer))
    assert 100 * found["bleu"] == pytest.approx(
        BLEU(tokenize=tokenizer).corpus_score(outputs, [references]).score, abs=1e-9
    )
    assert 100 * found["chrf"] == pytest.approx(CHRF().corpus_score(outputs, [references]).score, abs=1e-9)


@pytest.mark.parametrize("seed", range(60))
def test_short_texts_are_smoothed_as_in_sacrebleu(seed):
    outputs, references = texts(seed, 1 + seed % 3), texts(seed + 100, 1 + seed % 3)
    found = measure(predictions(outputs, references))
    assert 100 * found["bleu"] == pytest.approx(BLEU().corpus_score(outputs, [references]).score, abs=1e-9)
    assert 100 * found["chrf"] == pytest.approx(CHRF().corpus_score(outputs, [references]).score, abs=1e-9)


@pytest.mark.parametrize(
    ("output", "reference"), [("", ""), ("", "ein Hund"), ("ein Hund", ""), ("a", "a"), (" ", "a b")]
)
def test_empty_texts_have_the_values_of_sacrebleu(output, reference):
    found = measure(predictions([output], [reference]))
    assert 100 * found["bleu"] == pytest.approx(BLEU().corpus_score([output], [[reference]]).score)
    assert 100 * found["chrf"] == pytest.approx(CHRF().corpus_score([output], [[reference]]).score)


def test_signatures_are_those_of_sacrebleu():
    scorer = BLEU(tokenize="zh")
    scorer.corpus_score(["a"], [["a"]])
    found = predictions(["a"], ["a"], "zh").signatures
    assert found["bleu"] == str(scorer.get_signature())
    assert found["chrf"].startswith("nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:")


def test_sentences_are_selected_with_their_counts():
    references = texts(1, 20, least=1)
    found = predictions(noisy(references, 2, 0.3), references)
    some = np.array([3, 3, 17])
    again = predictions([found.outputs[index] for index in some], [references[index] for index in some])
    taken = found.take(some)
    assert taken == again
    assert (taken.bleu == again.bleu).all()
    assert (taken.chrf == again.chrf).all()


def test_intervals_contain_the_scores():
    references = texts(1, 200, least=3)
    found = predictions(noisy(references, 2, 0.3), references)
    intervals = bootstrap_intervals(found, resamples=200)
    for name in ("bleu", "chrf"):
        assert intervals[name].low < METRICS[name].compute(found) < intervals[name].high
        assert intervals[name].high - intervals[name].low < 0.1


def stored(found: TranslationPredictions) -> RunPredictions:
    return from_json(RunPredictions, dict(found.by_example()), "predictions")


def two_systems(count: int = 150) -> tuple[list[str], list[str], list[str]]:
    references = texts(5, count, least=4)
    return references, noisy(references, 6, 0.30), noisy(references, 7, 0.38)


def test_stored_counts_give_the_same_scores():
    references, first, _ = two_systems()
    found = predictions(first, references)
    gold = Gold()
    for metric in ("bleu", "chrf"):
        of_run = measure_of({"a": [stored(found)]}, gold, 0, metric)
        assert of_run.values()["a"][0] == METRICS[metric].compute(found)


@pytest.mark.parametrize("metric", ["bleu", "chrf"])
def test_randomization_equals_a_loop_over_swaps(metric):
    references, first, second = two_systems(40)
    runs = {name: [stored(predictions(outputs, references))] for name, outputs in (("a", first), ("b", second))}
    (p,) = randomization(measure_of(runs, Gold(), 0, metric), [("a", "b")], draws=100, seed=3)
    swaps = np.random.default_rng(3).integers(0, 2, (100, 40))
    scorer, as_large = {"bleu": BLEU(), "chrf": CHRF()}[metric], 0

    def gap(some, others):
        return abs(scorer.corpus_score(some, [references]).score - scorer.corpus_score(others, [references]).score)

    for swap in swaps:
        swapped = [(b, a) if s else (a, b) for a, b, s in zip(first, second, swap, strict=True)]
        as_large += gap(*map(list, zip(*swapped, strict=True))) >= gap(first, second) - 1e-8
    assert p == (1 + as_large) / 101


def test_randomization_agrees_with_that_of_sacrebleu():
    references, first, _ = two_systems()
    second = noisy(references, 11, 0.32)
    runs = {name: [stored(predictions(outputs, references))] for name, outputs in (("a", first), ("b", second))}
    (p,) = randomization(measure_of(runs, Gold(), 0, "bleu"), [("a", "b")], draws=4000)
    _, results = PairedTest([("a", first), ("b", second)], {"BLEU": BLEU()}, [references], "ar", 4000)()
    assert p == pytest.approx(results["BLEU"][1].p_value, abs=0.04)
    assert 0.02 < p < 0.98


def test_differences_of_bleu_have_no_mcnemar_test():
    references, first, second = two_systems()
    runs = {name: [stored(predictions(outputs, references))] for name, outputs in (("a", first), ("b", second))}
    found = {each.metric: each for each in differences({"test": runs}, {"test": Gold()}, "a", n_classes=0)}
    assert set(found) == {"bleu", "chrf"}
    assert found["bleu"].mcnemar is None
    assert found["bleu"].low < found["bleu"].difference < found["bleu"].high
    assert found["bleu"].difference == pytest.approx(
        METRICS["bleu"].compute(predictions(first, references))
        - METRICS["bleu"].compute(predictions(second, references))
    )
    assert METRICS["bleu"].value(0.3712) + METRICS["bleu"].in_percent == "37.1"


def test_unequal_numbers_of_sentences_are_refused():
    with pytest.raises(InputError, match=r"outputs.*: 1 for 2 references; must be equal, and at least 1"):
        predictions(["a"], ["a", "b"])
    with pytest.raises(InputError, match=r"outputs.*: 0 for 0 references"):
        predictions([], [])


def test_missing_sacrebleu_is_one_message(monkeypatch):
    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    with pytest.raises(
        InputError, match=r"need sacrebleu; install it by python -m pip install 'treenn\[translation\]'"
    ):
        _ = predictions(["a"], ["a"]).bleu


def test_functions_of_sums_take_any_shape():
    references, first, _ = two_systems(30)
    found = predictions(first, references)
    for of_sums, summands in ((bleu, bleu_summands(found.bleu)), (chrf, chrf_summands(found.chrf))):
        together = of_sums(summands.reshape(2, 15, -1))
        assert together.shape == (2, 15)
        assert together[1, 3] == of_sums(summands[18])
