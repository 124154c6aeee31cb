"""Training that starts from a trained model (`init`)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from toy import toy_treebank

from treebanks import Treebank
from treenn.models.network import Network
from treenn.models.saving import load_model, save_model
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vectors import WordVectors
from treenn.training import train
from treenn.training.fine_tuning import Source, fine_tuning_settings, head_rows
from treenn.training.run_results import read_training
from treenn.trees import InputError, Tree

TOY = toy_treebank(train=60, dev=20)
SMALL = Settings(model="lstm", size=6, word_size=4, epochs=3, cell_dropout=0.2, forget_bias=1.0)
STILL: dict[str, Any] = {
    "learning_rate": 0.0, "embedding_learning_rate": 0.0, "weight_decay": 0.0, "epochs": 1, "dropout": 0.0
}  # fmt: skip
BINARY = [
    Tree((first, second), ((0, 1),), (None, None, label))
    for first, second, label in (("good", "play", 1), ("awful", "play", 0), ("Good", "film", 1), ("dull", "zzz", 0))
] * 5
PLAYS = Treebank("plays", ("no", "yes"), {"train": BINARY, "dev": BINARY})


@pytest.fixture(scope="module")
def model() -> Network:
    return train(TOY, SMALL).model


def tuned(model: Network, treebank: Any = TOY, vectors: Any = (), **changes: Any) -> Network:
    return train(treebank, fine_tuning_settings(model, **STILL | changes), vectors=vectors, init=model).model


def test_the_same_data_and_classes_keep_every_weight(model: Network) -> None:
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    after = tuned(model)
    assert after.vocabulary.words == model.vocabulary.words
    for name, tensor in after.state_dict().items():
        assert torch.equal(tensor, before[name]), name
    moved = tuned(model, learning_rate=0.1, embedding_learning_rate=0.1)
    assert any(not torch.equal(tensor, before[name]) for name, tensor in moved.state_dict().items())
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items()), "the source is kept"


def test_new_words_start_as_the_unknown_word(model: Network) -> None:
    after, count = tuned(model, PLAYS), len(model.vocabulary)
    assert after.vocabulary.words[:count] == model.vocabulary.words
    assert after.vocabulary.words[count:] == ("play", "zzz"), "Good is found as good"
    table = after.embedding.weight
    assert torch.equal(table[:count], model.embedding.weight)
    assert torch.equal(table[count:], model.embedding.weight[:1].expand(2, -1))


def test_new_words_take_pretrained_vectors(model: Network) -> None:
    files = [
        WordVectors({"zzz": np.float32([1, 2]), "film": np.float32([9, 9])}),
        WordVectors({"zzz": np.float32([3, 4])}),
    ]
    after = tuned(model, PLAYS, files)
    row = dict(zip(after.vocabulary.words, after.embedding.weight.tolist(), strict=True))
    assert row["zzz"] == [1, 2, 3, 4]
    assert row["film"] == model.embedding.weight[model.vocabulary.encode(["film"])][0].tolist(), "trained ones stay"
    assert row["play"] == model.embedding.weight[0].tolist()
    with pytest.raises(InputError, match="vectors: 2 numbers per word, but the model of init has 4"):
        tuned(model, PLAYS, files[:1])


def task(*classes: str, scale: Any = "ordinal") -> Any:
    return make_task("nodes", classes, scale=scale)


@pytest.mark.parametrize(
    ("source", "target", "rows"),
    [
        (task("a", "b", scale="nominal"), task("b", "a", scale="nominal"), [[1], [0]]),
        (task("a", "b"), task("c", "d"), [[0], [1]]),
        (task("a", "b", scale="nominal"), task("c", "d"), None),
        (task(*"abcde"), task("c", "d"), [[0, 1], [3, 4]]),
        (task(*"abcde"), task("c", "d", "e"), [[0, 1], [2], [3, 4]]),
        (task(*"abcde"), task("x", "y", scale="nominal"), None),
        (task(*"abcde"), task("d", "b", scale="nominal"), [[3], [1]]),
        (task(*"abcde"), task("b", "d"), [[0, 1], [3, 4]]),
        (task(*"abcd"), task("x", "y"), [[0, 1], [2, 3]]),
        (task(*"abcd"), task("x", "y", "z"), None),
        (task("x", "y"), task(*"abcde"), None),
        (task(*"abcde"), task(*"wxyz"), None),
    ],
)
def test_classes_are_matched(source: Any, target: Any, rows: Any) -> None:
    assert head_rows(source, target) == rows


def test_two_classes_start_with_means_of_five(model: Network) -> None:
    run = train(PLAYS, fine_tuning_settings(model, **STILL), init=model)
    assert run.results.init is not None and run.results.init.head == "averaged"
    old, new = model.head.linear, run.model.head.linear
    torch.testing.assert_close(new.weight, torch.stack([old.weight[:2].mean(0), old.weight[3:].mean(0)]))
    torch.testing.assert_close(new.bias, torch.stack([old.bias[:2].mean(), old.bias[3:].mean()]))
    states = run.model.encoder(run.model.pack(BINARY[:1]), run.model.vectors(run.model.pack(BINARY[:1])))
    torch.testing.assert_close(run.model(BINARY[:1]), new(states))


def test_other_classes_start_anew(model: Network) -> None:
    nominal = replace(PLAYS, scale="nominal")
    run = train(nominal, fine_tuning_settings(model, **STILL), init=model)
    assert run.results.init is not None and run.results.init.head == "new"
    assert run.model.head.linear.weight.abs().max() <= 6**-0.5, "torch's initialization"
    for name, tensor in run.model.encoder.state_dict().items():
        assert torch.equal(tensor, model.encoder.state_dict()[name]), name


def test_the_model_decides_its_architecture(model: Network) -> None:
    settings = fine_tuning_settings(model, epochs=2, size=6)
    assert (settings.model, settings.size, settings.word_size, settings.forget_bias) == ("lstm", 6, 4, 1.0)
    assert settings.cell_dropout == 0.0, "regularization is no architecture"
    assert settings.learning_rate < Settings().learning_rate
    with pytest.raises(InputError, match=r"^size 5: the model of init has 6"):
        fine_tuning_settings(model, size=5)
    with pytest.raises(InputError, match=r"^model gru: the model of init has lstm"):
        train(TOY, Settings(model="gru"), init=model)
    with pytest.raises(InputError, match=r"^sise: no such key"):
        fine_tuning_settings(model, sise=5)
    plain = train(TOY, Settings(epochs=1), init=model)
    assert (plain.settings.size, plain.settings.learning_rate) == (6, 0.05), "a given recipe keeps its rates"
    bare = Network(model.vocabulary, torch.zeros(len(model.vocabulary), 4), model.encoder, model.head, model.task)
    with pytest.raises(InputError, match="init has no settings"):
        train(TOY, init=bare)


def test_folders_in_half_precision_are_sources(model: Network, tmp_path: Path) -> None:
    save_model(tmp_path / "half", model, half=True)
    run = train(TOY, fine_tuning_settings(tmp_path / "half", epochs=2), init=tmp_path / "half", out=tmp_path / "out")
    assert run.model.embedding.weight.dtype == torch.float32
    origin = read_training(tmp_path / "out").init
    assert origin == run.results.init
    assert origin is not None and (origin.name, origin.head) == (str(tmp_path / "half"), "copied")
    other = train(TOY, fine_tuning_settings(model, epochs=2), init=model).results.init
    assert other is not None and other.fingerprint != origin.fingerprint, "half precision is rounded"
    again = train(TOY, init=tmp_path / "half", settings=run.settings, out=tmp_path / "out", resume=True)
    assert again.results == run.results
    loaded = load_model(tmp_path / "out")
    assert torch.equal(loaded(TOY.dev), run.model(TOY.dev))
    with pytest.raises(InputError, match="began with other trees or vectors"):
        train(TOY, init=model, settings=run.settings, out=tmp_path / "out", resume=True)


def test_untrusted_modules_are_not_imported(model: Network, tmp_path: Path) -> None:
    save_model(tmp_path, model)
    config = (tmp_path / "config.json").read_text().replace('"model": "lstm"', '"model": "tiny_encoder:make"')
    (tmp_path / "config.json").write_text(config)
    with pytest.raises(InputError, match="tiny_encoder"):
        train(TOY, init=tmp_path)
    with pytest.raises(InputError, match="tiny_encoder"):
        Source.of(tmp_path)


def test_the_shipped_model_is_a_source() -> None:
    run = train(PLAYS, fine_tuning_settings("sentiment", epochs=1), init="sentiment")
    assert run.results.init is not None
    assert (run.results.init.name, run.results.init.head) == ("sentiment", "averaged")
    assert run.results.metrics["dev"].values["root"] == 1.0
