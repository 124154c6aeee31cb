from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint
from translation.table_decoders import END, START, TableDecoder, enumerate_outputs, log_probability

from treenn.analysis.search_curves import CURVES_SCHEMA, References, SearchCurves, search_points
from treenn.analysis.search_errors import find_search_errors
from treenn.evaluation.translation_predictions import TranslationPredictions
from treenn.translation.beam_search import BeamOptions, beam_search
from treenn.trees.json_values import dump_json


def test_errors_equal_counts_in_a_loop():
    rng = np.random.default_rng(0)
    lengths, equal = rng.integers(1, 40, 500), rng.random(500) < 0.2
    output, reference = rng.normal(size=500), rng.normal(-0.5, 1, 500)
    found = find_search_errors(lengths, output, reference, equal)
    rows = list(zip(lengths, output, reference, equal, strict=True))
    assert found.equal == sum(bool(same) for *_, same in rows)
    assert found.search == sum(y > best and not same for _, best, y, same in rows)
    assert found.search + found.model == 500 - found.equal
    for bin in found.by_length.bins:
        inside = [row for row in rows if bin.start <= row[0] <= (bin.end or 1000) and not row[3]]
        assert bin.total == len(inside) >= 20
        assert bin.right == sum(y > best for _, best, y, _ in inside)
    assert sum(bin.total for bin in found.by_length.bins) == found.errors
    low, high = proportion_confint(found.search, found.errors, method="wilson")
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high))


def test_equal_scores_are_model_errors():
    assert find_search_errors([3], [-1.0], [-1.0], [False]).model == 1
    found = find_search_errors([3], [-2.0], [-1.0], [True])
    assert (found.errors, found.share, found.interval) == (0, None, None)


SENTENCES, LONGEST = list(range(30)), 4


def text_of(units: Sequence[int]) -> str:
    return " ".join(f"w{unit}" for unit in units)


def references(decoder: TableDecoder, alpha: float) -> References:
    """The outputs of exhaustive search as references, so that no error is of the model."""
    best = [enumerate_outputs(decoder, sentence, LONGEST, alpha)[0][1] for sentence in SENTENCES]
    log_p = [log_probability(decoder, sentence, units) for sentence, units in zip(SENTENCES, best, strict=True)]
    units = [len(each) + 1 for each in best]
    return References([text_of(each) for each in best], np.array(SENTENCES), np.array(log_p), np.array(units))


def points(alpha: float, widths: Sequence[int], progress=lambda *_: None):
    decoder = TableDecoder(6, sharpness=2, ends=-1.0)

    def search(options: BeamOptions, progress):
        progress(1, 2, "half")
        return beam_search(decoder, SENTENCES, [LONGEST] * len(SENTENCES), options, start=START, end=END)

    return search_points(search, text_of, references(decoder, alpha), widths, [alpha], progress)


@pytest.mark.parametrize("alpha", [0.0, pytest.param(1.0, marks=pytest.mark.slow)])
def test_optimal_references_blame_the_search_alone(alpha):
    greedy, narrow, exact = points(alpha, [1, 2, 6**4])
    assert greedy.errors.search == greedy.errors.errors > narrow.errors.errors > 0
    assert greedy.errors.share == 1
    assert exact.errors.equal == len(SENTENCES)
    assert exact.errors.share is None
    assert greedy.bleu < narrow.bleu < exact.bleu == pytest.approx(1)
    assert exact.units == pytest.approx(references(TableDecoder(6, sharpness=2, ends=-1.0), alpha).units.mean())


def test_progress_covers_all_searches():
    calls: list[tuple[int, int, str]] = []
    points(0.0, [1, 2], lambda *call: calls.append(call))
    assert calls == [(1, 4, "width 1, alpha 0"), (3, 4, "width 2, alpha 0")]


def test_curves_are_read_as_written(tmp_path):
    found = SearchCurves(
        "bilstm", "toy", "dev", tuple(points(0.0, [1, 2])), TranslationPredictions(("a",), ("a",)).signatures
    )
    (tmp_path / "curves.json").write_text(dump_json(CURVES_SCHEMA.to_json(found)))
    assert CURVES_SCHEMA.read(tmp_path / "curves.json") == found
