from __future__ import annotations

import random

import pytest
from sacrebleu.metrics import BLEU

from treenn.by_hand.bleu import bleu, brevity_penalty, clipped_matches, precision

WORDS = ["the", "the", "the", "cat", "sat", "on", "mat", "(today)", "it's", "3.5", "."]


def corpora(seed: int, count: int, sides: int) -> tuple[list[str], list[list[str]]]:
    """Noisy copies of random texts, and the references of each."""
    draw = random.Random(seed)

    def noisy(text: list[str]) -> str:
        words = [draw.choice(WORDS) if draw.random() < 0.25 else word for word in text]
        return " ".join(word for word in words if draw.random() > 0.1)

    texts = [draw.choices(WORDS, k=draw.randint(0, 12)) for _ in range(count)]
    return [noisy(text) for text in texts], [[noisy(text) for _ in range(sides)] for text in texts]


def tokenized(text: str, scorer: BLEU) -> list[str]:
    return scorer.tokenizer(text).split()


@pytest.mark.parametrize("tokenizer", ["none", "13a"])
@pytest.mark.parametrize("sides", [1, 2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_bleu_equals_sacrebleu(tokenizer, sides, seed):
    outputs, references = corpora(seed, 40, sides)
    scorer = BLEU(tokenize=tokenizer, smooth_method="none", force=True)
    expected = scorer.corpus_score(outputs, list(map(list, zip(*references, strict=True))))
    by_hand = [tokenized(text, scorer) for text in outputs]
    of_references = [[tokenized(text, scorer) for text in each] for each in references]
    assert 100 * bleu(by_hand, of_references) == pytest.approx(expected.score, abs=1e-9)
    assert [100 * precision(by_hand, of_references, n) for n in (1, 2, 3, 4)] == pytest.approx(expected.precisions)
    assert brevity_penalty(expected.sys_len, expected.ref_len) == pytest.approx(expected.bp)
    assert expected.score > 5


@pytest.mark.parametrize("seed", range(40))
def test_sentences_equal_sacrebleu(seed):
    outputs, references = corpora(seed, 1, 2)
    scorer = BLEU(tokenize="none", smooth_method="none", force=True)
    expected = scorer.corpus_score(outputs, list(map(list, zip(*references, strict=True)))).score
    assert 100 * bleu([outputs[0].split()], [[text.split() for text in references[0]]]) == pytest.approx(expected)


def test_matches_are_clipped_by_the_largest_count():
    output = ["the"] * 7
    references = [["the", "cat", "is", "on", "the", "mat"], ["there", "is", "a", "cat", "on", "the", "mat"]]
    assert clipped_matches(output, references, 1) == 2
    assert clipped_matches(output, references, 2) == 0


def test_empty_outputs_have_a_score_of_0():
    assert bleu([], []) == 0
    assert bleu([[]], [[["a"]]]) == 0
    assert brevity_penalty(0, 3) == 0
    assert bleu([list("abcd")], [[list("abcd")]]) == 1
