"""Language models of networks: perplexity, batches, vocabulary and settings."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import torch

from tests.lm.sentences import toy_corpus
from treebanks import Sentence, TextCorpus
from treenn import Settings, train
from treenn.evaluation.measuring import measure
from treenn.evaluation.metrics import METRICS
from treenn.lm import NetworkModel, generate
from treenn.models.building import build
from treenn.models.task import make_task
from treenn.models.text_vocabulary import END, END_ID, TextVocabulary
from treenn.tasks import head_maker, task_of
from treenn.trees import InputError

CORPUS = toy_corpus()
SMALL = Settings(model="lstm", size=6, word_size=5, output_layer="tied", dropout=0.0, optimizer="adam", epochs=2)


def network(settings=SMALL, corpus=CORPUS):
    task = task_of(corpus)
    return build(settings, task, task.make_vocabulary(corpus, settings)).eval()


@pytest.mark.parametrize("output_layer", ["tied", "separate"])
def test_perplexity_equals_a_loop_over_words(output_layer):
    """The equations of the LSTM, word by word in float64."""
    model = network(Settings(**{**vars(SMALL), "output_layer": output_layer})).double()
    W, U, *biases = model.encoder.network.lstm.parameters()
    weight = model.head.weights(model.embedding.weight)
    total = tokens = 0
    for sentence in CORPUS.dev:
        h, c, before = torch.zeros(6).double(), torch.zeros(6).double(), END_ID
        for token in [*model.vocabulary.encode(sentence.words).tolist(), END_ID]:
            i, f, g, o = (W @ model.embedding.weight[before] + U @ h + sum(biases)).chunk(4)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            mapped = h if model.head.map is None else model.head.map(h)
            total -= (weight @ mapped + model.head.bias).log_softmax(0)[token].item()
            before, tokens = token, tokens + 1
    found = model.predict(list(CORPUS.dev), batch_size=4)
    assert found.perplexity == pytest.approx(math.exp(total / tokens), rel=1e-12)
    assert model.loss(model.pack(CORPUS.dev)).item() == pytest.approx(total / tokens, rel=1e-12)


def test_predictions_are_in_the_order_of_the_text():
    model = network()
    whole, single = model.predict(list(CORPUS.dev)), [model.predict([each]) for each in CORPUS.dev]
    np.testing.assert_allclose(
        whole.log_probabilities, np.concatenate([each.log_probabilities for each in single]), rtol=1e-5
    )
    assert whole.sizes.tolist() == [len(each.words) + 1 for each in CORPUS.dev]


@pytest.mark.parametrize("name", ["elman", "gru", "neural-ngram", "stacked-lstm"])
def test_each_network_predicts_step_by_step(name):
    model = NetworkModel(network(Settings(**{**vars(SMALL), "model": name})))
    sentence, state, logs = CORPUS.train[0], None, []
    tokens = [END_ID, *model.vocabulary.encode(sentence.words).tolist(), END_ID]
    for before, after in pairwise(tokens):
        probabilities, state = model.advance(np.array([before]), state)
        assert probabilities.sum() == pytest.approx(1)
        logs.append(math.log(probabilities[0, after]))
    np.testing.assert_allclose(model.predict([sentence]).log_probabilities, logs, rtol=1e-4)


def test_training_learns_and_resumes_its_bits(tmp_path):
    uniform = len(network().vocabulary)
    whole = train(CORPUS, SMALL, out=tmp_path / "whole")
    assert whole.results.metrics["dev"].values["perplexity"] < uniform
    one = Settings(**{**vars(SMALL), "epochs": 1})
    train(CORPUS, one, out=tmp_path / "parts", keep_checkpoint=True)
    train(CORPUS, SMALL, out=tmp_path / "parts", resume=True)
    files = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("whole", "parts")]
    assert files[0] == files[1]


@pytest.mark.parametrize("model", ["lstm", "gru"])
def test_bf16_products_agree_in_perplexity(model):
    """Within 3 %: products have 8 significant bits, all other numbers and the evaluation 24."""
    found = {}
    for precision in ("float32", "bf16"):
        run = train(CORPUS, Settings(**{**vars(SMALL), "model": model, "precision": precision, "size": 5}))
        found[precision] = run.results.metrics["dev"].values["perplexity"]
        assert all(each.dtype == torch.float32 for each in run.model.parameters())
    assert found["float32"] != found["bf16"] == pytest.approx(found["float32"], rel=0.03)


def test_truncation_keeps_states_and_cuts_gradients():
    full, cut = network(), network(Settings(**{**vars(SMALL), "tbptt_steps": 2}))
    losses = [model.loss(model.pack(CORPUS.train)) for model in (full, cut)]
    assert losses[0] == losses[1]
    for loss in losses:
        loss.backward()
    U = [model.encoder.network.lstm.weight_hh_l0.grad for model in (full, cut)]
    assert not torch.allclose(*U)


def test_batches_have_equal_lengths_and_the_same_number():
    task = make_task("word-lm", None)
    epochs = [task.batches(CORPUS.train, 4, np.random.default_rng(seed)) for seed in (1, 2)]
    assert epochs[0] != epochs[1]
    assert len(epochs[0]) == len(epochs[1])
    for epoch in epochs:
        assert sorted(index for batch in epoch for index in batch) == list(range(len(CORPUS.train)))
        lengths = [[len(CORPUS.train[index].words) for index in batch] for batch in epoch]
        assert all(max(batch) - min(batch) <= 1 for batch in lengths)


def test_the_vocabulary_has_the_most_frequent_words():
    sentences = [["b", "a", "b"], ["c", "a", "d"]]
    assert TextVocabulary.of_sentences(sentences, 3).words[1:] == (END, "b", "a", "c")
    assert len(TextVocabulary.of_sentences(sentences)) == 6
    with pytest.raises(InputError, match="train contains '</s>'"):
        TextVocabulary.of_sentences([[END]])
    with pytest.raises(InputError, match="the first of a language model must be '</s>'"):
        TextVocabulary(["a"])


def test_unknown_words_and_forms_are_counted():
    poems = [Sentence("ab", "character", "<5x4>"), Sentence("b", "character")]
    corpus = TextCorpus("poems", "character", {"train": poems, "dev": poems})
    model = network(Settings(**{**vars(SMALL), "vocabulary_size": 2}), corpus)
    found = model.predict(poems)
    assert (found.sizes.tolist(), found.tokens.tolist(), found.characters.tolist()) == ([4, 2], [3, 2], [3, 2])
    values = measure(found)
    assert values["unknown_tokens"] == 1 / 5  # of the equally frequent form and a, the form is known
    assert values["cross_entropy"] == pytest.approx(math.log2(values["perplexity"]))
    assert values["bits_per_character"] == pytest.approx(values["cross_entropy"])
    assert task_of(corpus).gold(poems) == {"nodes": [3, 2], "characters": [3, 2]}
    assert METRICS["perplexity"].value(123.456) == "123.46"


def test_parameters_are_counted_with_the_vocabulary():
    head = head_maker(CORPUS)(Settings(size=7, output_layer="separate", vocabulary_size=3))
    assert sum(parameter.numel() for parameter in head.parameters()) == 5 * 8


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"model": "bilstm"}, "model bilstm: a language model must read words from left to right"),
        ({"model": "tree-lstm"}, "model tree-lstm: a language model must"),
        ({"supervision": "roots"}, "supervision roots: does not apply"),
        ({"spelling": 10}, "spelling 10: does not apply"),
    ],
)
def test_other_settings_are_refused(settings, error):
    with pytest.raises(InputError, match=error):
        train(CORPUS, Settings(**{**vars(SMALL), **settings}))


def test_other_corpora_are_refused():
    one = TextCorpus("one", "word", {"train": [Sentence("a a")], "dev": [Sentence("a")]})
    with pytest.raises(InputError, match="train of one has one token, 'a'"):
        train(one, SMALL)
    characters = TextCorpus("x", "character", {"train": [Sentence("ab", "character")], "dev": []}, task="word-lm")
    with pytest.raises(InputError, match="treebank x: must be a corpus of words"):
        train(characters, SMALL)


def test_networks_write_texts_of_known_words():
    texts = generate(NetworkModel(network()), [["a"]] * 2, length=5, seed=3)
    assert all(text[0] == "a" and set(text) <= set("abcde") for text in texts)
