"""Samples of poems: well-formed ones and copied verses."""

from __future__ import annotations

import pytest

from treebanks import Sentence, TextCorpus
from treebanks.text.verse import form_of, form_symbol, verses
from treenn.lm import NGramModel, Sampling, sample_poems
from treenn.trees import InputError

POEM = "床前明月光，疑是地上霜。舉頭望明月，低頭思故鄉。"
SEVEN = "故人西辭黃鶴樓，煙花三月下揚州。孤帆遠影碧空盡，唯見長江天際流。"
POEMS = [Sentence(each, "character", form_symbol(each)) for each in (POEM, SEVEN)]
CORPUS = TextCorpus("two", "character", {"train": POEMS, "dev": POEMS})


def test_forms_of_poems():
    assert [form_of(each) for each in (POEM, SEVEN, POEM + POEM)] == ["5x4", "7x4", "5x8"]
    for wrong in ("", "床前", POEM[:-1], POEM[1:], POEM.replace("，", "", 1), POEM + "床", POEM * 3):
        assert form_of(wrong) is None
    assert form_symbol("床前") == ""
    assert verses(POEM)[3] == "低頭思故鄉"


def test_copied_verses_and_well_formed_poems_are_counted():
    model = NGramModel.fit(CORPUS, 8)
    report = sample_poems(model, POEMS[:1], samples=6, sampling=Sampling(top_k=1))
    assert (report.samples, report.well_formed, report.by_form) == (6, 6, {"5x4": 3, "7x4": 3})
    assert (report.verses, report.copied, report.copied_share) == (24, 12, 0.5)
    assert set(report.poems) == {POEM, SEVEN}


def test_models_without_forms_are_refused():
    plain = [Sentence(POEM, "character")]
    model = NGramModel.fit(TextCorpus("one", "character", {"train": plain, "dev": plain}), 2)
    with pytest.raises(InputError, match="form 5x4: this model was trained without this form"):
        sample_poems(model, plain)
    with pytest.raises(InputError, match="form 6x4: must be 5x4, 7x4, 5x8, 7x8"):
        sample_poems(model, plain, forms=["6x4"])
