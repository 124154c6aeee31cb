from __future__ import annotations

import pytest

from treenn.parsers.chart.chart_settings import in_fold, parse_fold
from treenn.trees import InputError

SENTENCES = [("a", word, "film") for word in ("good", "bad", "dull", "wild", "sweet", "sour", "odd", "wise")]


def test_folds_partition_sentences():
    found = [[in_fold(words, f"{part}/3") for part in (1, 2, 3)] for words in SENTENCES]
    assert all(sum(parts) == 1 for parts in found)
    assert all(any(part) for part in zip(*found, strict=True))


def test_fold_ignores_case():
    for words in SENTENCES:
        assert in_fold(words, "1/2") == in_fold([word.upper() for word in words], "1/2")


def test_none_is_in_no_part():
    assert not any(in_fold(words, "") for words in SENTENCES)


@pytest.mark.parametrize("fold", ["0/2", "3/2", "1/1", "1", "1/2/3", "a/b", "-1/2", "1/0"])
def test_what_is_no_part_is_refused(fold):
    with pytest.raises(InputError, match=f"^fold {fold}: must be one of two or more folds, such as 1/4"):
        parse_fold(fold)
