"""N-gram models: names, folders and hostile folders."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.lm.sentences import toy_corpus
from treebanks import Sentence, TextCorpus
from treenn.lm import NGramModel, load_language_model
from treenn.lm.ngram_model import order_of
from treenn.trees import InputError

CORPUS = toy_corpus()


@pytest.fixture
def folder(tmp_path):
    NGramModel.fit(CORPUS, 3, vocabulary_size=4).save(tmp_path)
    return tmp_path


def test_a_saved_model_is_the_same(folder):
    before, after = NGramModel.fit(CORPUS, 3, vocabulary_size=4), load_language_model(folder)
    assert (after.name, after.unit, len(after.vocabulary)) == ("kneser-ney-3", "word", 6)
    first, second = (each.predict(CORPUS.dev) for each in (before, after))
    np.testing.assert_array_equal(first.log_probabilities, second.log_probabilities)
    assert first.unknown.sum() == sum(word == "e" for each in CORPUS.dev for word in each.words)


@pytest.mark.parametrize("change", ["descending", "negative", "missing", "floats", "too large"])
def test_malformed_counts_are_refused(folder, change):
    tensors = load_file(folder / "model.safetensors")
    match change:
        case "descending":
            tensors["keys.2"] = tensors["keys.2"].flip(0)
        case "negative":
            tensors["counts.3"] = -tensors["counts.3"]
        case "missing":
            del tensors["counts.2"]
        case "floats":
            tensors["counts.2"] = tensors["counts.2"].float()
        case "too large":
            tensors["keys.3"][-1] = 10**15
    save_file({name: each.contiguous() for name, each in tensors.items()}, folder / "model.safetensors")
    with pytest.raises(InputError, match=r"model\.safetensors: .*must") as caught:
        load_language_model(folder)
    assert "cannot be read" not in str(caught.value)


def test_files_of_another_kind_are_refused(folder):
    (folder / "model.safetensors").write_bytes(b"counts")
    with pytest.raises(InputError, match=r"model\.safetensors: these weights cannot be read"):
        load_language_model(folder)


@pytest.mark.parametrize(("key", "value"), [("order", 99), ("unit", "line"), ("discounts", [[9, 1, 1]] * 3)])
def test_malformed_configurations_are_refused(folder, key, value):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {key: value}))
    with pytest.raises(InputError, match=rf"config\.json: .*{key}"):
        load_language_model(folder)


def test_other_folders_are_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"task": "nodes"}')
    with pytest.raises(InputError, match="holds no language model"):
        load_language_model(tmp_path)


def test_a_corpus_of_one_word_is_refused():
    one = [Sentence("no")]
    with pytest.raises(InputError, match="train of small has one token, 'no'; must have two or more"):
        NGramModel.fit(TextCorpus("small", "word", {"train": one, "dev": one}), 2)


def test_sentences_of_another_unit_are_refused(folder):
    with pytest.raises(InputError, match="model of words"):
        load_language_model(folder).predict([Sentence("ab", "character")])


def test_names_contain_the_order():
    assert (order_of("kneser-ney-10"), order_of("gru")) == (10, None)
    for name in ("kneser-ney-0", "kneser-ney-x", "kneser-ney-11"):
        with pytest.raises(InputError, match=f"model {name}: the order must be 1 to 10"):
            order_of(name)


def test_weights_are_integers_of_the_smallest_kind(folder):
    assert {each.dtype for each in load_file(folder / "model.safetensors").values()} == {torch.int32, torch.int64}
