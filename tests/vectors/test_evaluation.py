"""Word similarity against SciPy."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from treenn.trees import InputError
from treenn.vectors.evaluation import evaluate_vectors, spearman
from treenn.vectors.table import VectorTable
from treenn.vectors.word_pairs import ScoredPair, load_word_sets, read_word_pairs

RNG = np.random.default_rng(0)
WORDS = [f"w{number}" for number in range(30)]
PAIRS = [ScoredPair(float(RNG.integers(5)), *map(str, RNG.choice(WORDS, 2))) for _ in range(60)]


def table(size: int = 30, seed: int = 0) -> VectorTable:
    vectors = np.random.default_rng(seed).normal(size=(size, 4)).astype(np.float32)
    return VectorTable(WORDS[:size], vectors)


def test_ranks_with_ties_equal_scipys() -> None:
    first, second = RNG.integers(0, 5, (4, 20)), RNG.normal(size=(4, 20))
    expected = [spearmanr(a, b).statistic for a, b in zip(first, second, strict=True)]
    np.testing.assert_allclose(spearman(first.astype(float), second), expected, rtol=1e-12)
    assert np.isnan(spearman(np.ones((1, 3)), np.arange(3.0)[None]))


def test_files_are_compared_on_common_pairs() -> None:
    found = evaluate_vectors({"all": table(), "few": table(20, seed=1)}, {"set": PAIRS})["set"]
    common = [pair for pair in PAIRS if {pair.left, pair.right} <= set(WORDS[:20])]
    assert (found["all"].used, found["all"].covered, found["few"].covered) == (len(common), 60, len(common))
    cosines = {
        name: [each.cosine(p.left, p.right) for p in common]
        for name, each in (("all", table()), ("few", table(20, seed=1)))
    }
    scores = [pair.score for pair in common]
    for name in found:
        assert found[name].spearman == pytest.approx(spearmanr(cosines[name], scores).statistic)
    assert found["few"].difference == pytest.approx(found["few"].spearman - found["all"].spearman)  # type: ignore[operator]
    assert found["all"].difference is None


def test_intervals_are_those_of_a_plain_bootstrap() -> None:
    found = evaluate_vectors({"v": table()}, {"set": PAIRS}, resamples=200, seed=3)["set"]["v"]
    cosines, scores = np.array([table().cosine(p.left, p.right) for p in PAIRS]), np.array([p.score for p in PAIRS])
    drawn = [
        spearmanr(cosines[rows], scores[rows]).statistic for rows in np.random.default_rng(3).integers(0, 60, (200, 60))
    ]
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(drawn, (0.025, 0.975))))
    assert found.standard_error == pytest.approx(np.std(drawn, ddof=1))


def test_too_few_pairs_have_no_correlation() -> None:
    found = evaluate_vectors({"v": table(2)}, {"set": PAIRS[:5]})["set"]["v"]
    assert (found.spearman, found.pairs) == (None, 5)


def test_shared_pairs_of_wordsim_count_once(tmp_path: Path) -> None:
    (tmp_path / "wordsim-similarity.tsv").write_text("7\ttiger\tcat\n10\ttiger\ttiger\n", encoding="utf-8")
    (tmp_path / "wordsim-relatedness.tsv").write_text("7\ttiger\tcat\n8\tJerusalem\tIsrael\n", encoding="utf-8")
    (tmp_path / "simlex.tsv").write_text("1.5\told\tnew\n9\tsmart\tclever\n", encoding="utf-8")
    sets = load_word_sets(tmp_path)
    assert {title: len(pairs) for title, pairs in sets.items()} == {
        "WordSim similarity": 2,
        "WordSim relatedness": 2,
        "WordSim": 3,
        "SimLex": 2,
    }
    halves = [load_word_sets(tmp_path, half)["SimLex"][0].left for half in ("odd", "even")]  # type: ignore[arg-type]
    assert halves == ["old", "smart"]


@pytest.mark.parametrize("text", ["7 tiger cat\n", "7\ttiger\n", "x\ttiger\tcat\n", ""])
def test_a_malformed_pair_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="line must be score, tab, word, tab, word"):
        read_word_pairs(path)


def test_missing_pairs_name_the_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"put simlex\.tsv, .* into the folder sts under TREEBANKS_HOME"):
        load_word_sets(tmp_path)
