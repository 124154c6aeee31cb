"""Model folders of estimators: written without pickles, read with validation, usable by the commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hostile_folders import edit

import treenn
from treenn.estimators import TreeClassifier, TreeRegressor
from treenn.parsers.shapes import Right
from treenn.training import train
from treenn.trees import InputError, parse_tree

TEXTS, Y = ["good film", "bad film"] * 4, ["pos", "neg"] * 4


def small(kind: Any = TreeClassifier, **changed: Any) -> Any:
    wanted = {"size": 4, "word_size": 4, "epochs": 2, "min_steps": 3, "vectors": None, "parser": "right"}
    return kind(**(wanted | {"random_state": 0} | changed))


@pytest.mark.parametrize(
    "labels", [["neg", "pos"], [0, 1], [-1.0, 2.0], [False, True], ["1", "01"], ["", "a b"], ["é", "\x1b[31m"]]
)
def test_labels_of_all_types_are_restored(labels: Any, tmp_path: Path) -> None:
    fitted = small().fit(TEXTS, labels * 4)
    fitted.save(tmp_path / "model")
    loaded = TreeClassifier.load(tmp_path / "model")
    assert loaded.classes_.tolist() == fitted.classes_.tolist()
    assert loaded.classes_.dtype == fitted.classes_.dtype
    np.testing.assert_array_equal(loaded.predict_proba([*TEXTS, ""]), fitted.predict_proba([*TEXTS, ""]))
    assert loaded.predict(TEXTS).tolist() == fitted.predict(TEXTS).tolist()


OWN = {TreeClassifier: {"class_weight": "balanced", "scale": "ordinal"}, TreeRegressor: {"score_range": (0.0, 4.0)}}


@pytest.mark.parametrize("kind", [TreeClassifier, TreeRegressor])
def test_parameters_are_restored(kind: Any, tmp_path: Path) -> None:
    y = Y if kind is TreeClassifier else [1.0, 2.0] * 4
    values = {"cell_dropout": np.float64(0.1), "epochs": 2.0, "tokenizer": "whitespace", "language": "en"}
    fitted = small(kind, **values, **OWN[kind]).fit(TEXTS, y)
    fitted.save(tmp_path)
    loaded = kind.load(tmp_path)
    assert loaded.get_params() == fitted.get_params()
    np.testing.assert_array_equal(loaded.predict([*TEXTS, ""]), fitted.predict([*TEXTS, ""]))
    again = loaded.fit(TEXTS, y).predict(TEXTS)
    np.testing.assert_array_equal(again, fitted.predict(TEXTS))


def test_folder_is_a_model_of_the_commands(tmp_path: Path) -> None:
    small(tokenizer="whitespace").fit(TEXTS, Y).save(tmp_path)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".json", ".json", ".safetensors"]
    model = treenn.load_model(tmp_path)
    assert (model.classes, model.scale) == (("neg", "pos"), "nominal")
    sentiment = treenn.load_sentiment(tmp_path)
    assert sentiment.predict("good film").tree.words == ("good", "film")
    assert sentiment.tokenizer.name == "whitespace"
    assert repr(sentiment.parser) == "Right()"


def test_models_of_train_are_classifiers(tmp_path: Path) -> None:
    from toy import toy_treebank

    treebank = toy_treebank(train=20, dev=5)
    train(treebank, treenn.Settings(size=4, word_size=4, epochs=1, patience=1), out=tmp_path)
    loaded = TreeClassifier.load(tmp_path)
    assert loaded.classes_.tolist() == list(treebank.classes or ())
    assert loaded.predict_proba([*treebank.dev, ""]).shape == (6, 5)
    with pytest.raises(InputError, match="the task of this model is nodes: must be node-scores"):
        TreeRegressor.load(tmp_path)


def test_only_earlier_models_are_replaced(tmp_path: Path) -> None:
    fitted = small().fit(TEXTS, Y)
    fitted.save(tmp_path / "model")
    with pytest.raises(InputError, match="overwrite=True"):
        fitted.save(tmp_path / "model")
    small().fit(TEXTS, [3, 4] * 4).save(tmp_path / "model", overwrite=True)
    assert TreeClassifier.load(tmp_path / "model").classes_.tolist() == [3, 4]
    (tmp_path / "model" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"notes\.txt"):
        fitted.save(tmp_path / "model", overwrite=True)
    assert (tmp_path / "model" / "notes.txt").read_text() == "mine"


def test_labels_without_json_are_not_saved(tmp_path: Path) -> None:
    fitted = small().fit(TEXTS, [("a", 1), ("b", 2)] * 4)
    with pytest.raises(InputError, match=r"y has the label \('a', 1\): must be text, a number or a bool to be saved"):
        fitted.save(tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_parser_objects_are_named_on_loading(tmp_path: Path) -> None:
    fitted = small(parser=Right()).fit(TEXTS, Y)
    fitted.save(tmp_path)
    with pytest.raises(InputError, match="the parser is not recorded; name it: parser=PARSER"):
        TreeClassifier.load(tmp_path)
    loaded = TreeClassifier.load(tmp_path, parser=Right())
    np.testing.assert_array_equal(loaded.predict_proba(TEXTS), fitted.predict_proba(TEXTS))
    assert TreeClassifier.load(tmp_path, parser="left").parser == "left"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    small().fit(TEXTS, Y).save(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": "x"}, "this is x version 1; must be treenn.estimator version 1"),
        ({"classes": ["neg", "other"]}, "'classes' are not those of config.json"),
        ({"classes": ["neg"], "class_prior": [1.0]}, "'classes' are not those of config.json"),
        ({"classes": [["neg"], "pos"]}, r"'classes\[0\]'"),
        ({"class_prior": [0.5]}, "'class_prior' must have one number from 0 to 1 per class"),
        ({"class_prior": [float("nan"), 0.5]}, "'class_prior' must have one number"),
        ({"class_prior": [0.1, 0.1]}, "'class_prior' sums to 0.2; it must sum to 1"),
        ({"vectors": "/etc/passwd"}, "'vectors' must be auto or null"),
        ({"class_weight": "odd"}, "'class_weight' must be balanced or null"),
        ({"parameters": {"vectors": "/etc/passwd"}}, "'parameters' has 'vectors', which is no parameter"),
        ({"parameters": {"parser": "/tmp/parser"}}, "'parameters' has 'parser', which is no parameter"),
        ({"parameters": {"nope": 1}}, "'parameters' has 'nope', which is no parameter of TreeClassifier"),
        ({"parameters": {"epochs": "many"}}, "epochs many|epochs 'many': must be a whole number"),
        ({"parameters": {"epochs": [1]}}, r"'parameters\.epochs'"),
        ({"parameters": {"validation_fraction": 7}}, "validation_fraction 7.*: must be between 0 and 1"),
        ({"random_state": -1}, "random_state"),
    ],
)
def test_malformed_records_are_refused(folder: Path, changes: dict[str, Any], message: str) -> None:
    edit(folder / "estimator.json", **changes)
    with pytest.raises(InputError, match=message) as error:
        TreeClassifier.load(folder)
    assert str(error.value.source).endswith("estimator.json")


def test_code_and_paths_of_strangers_are_refused(folder: Path) -> None:
    edit(folder / "config.json", trees="/tmp/parser")
    with pytest.raises(InputError, match="the parser of this model's training texts is '/tmp/parser', a folder"):
        TreeClassifier.load(folder)
    settings = json.loads((folder / "config.json").read_text())["settings"]
    edit(folder / "config.json", trees="right", settings=settings | {"model": "evil.module:make"})
    with pytest.raises(InputError, match="evil"):
        TreeClassifier.load(folder)


def test_network_is_that_of_the_weights(folder: Path) -> None:
    edit(folder / "estimator.json", parameters={"model": "evil.module:make"})
    with pytest.raises(InputError, match="'parameters' has 'model', which is no parameter"):
        TreeClassifier.load(folder)
    edit(folder / "estimator.json", parameters={"epochs": 3})
    assert TreeClassifier.load(folder).model == "tree-lstm"


def test_mean_must_be_in_the_range(tmp_path: Path) -> None:
    small(TreeRegressor).fit([parse_tree("(1 (2 a) (3 b))").map_labels(lambda label: float(label or 0))] * 2).save(
        tmp_path
    )
    assert TreeRegressor.load(tmp_path).score_range_ == (1.0, 3.0)
    edit(tmp_path / "estimator.json", mean=30)
    with pytest.raises(InputError, match="'mean' is 30; it must be in the range of scores, 1 to 3"):
        TreeRegressor.load(tmp_path)


def test_scores_without_a_range_are_read(tmp_path: Path) -> None:
    small(TreeRegressor).fit(TEXTS, [2.0, 4.0] * 4).save(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    del config["score_range"]
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert TreeRegressor.load(tmp_path).score_range_ == (1.0, 5.0)
