"""Options of a dataclass of settings, read from arguments."""

from dataclasses import dataclass
from typing import Literal

import pytest

from treenn.commands.settings_options import read_settings
from treenn.trees import InputError


@dataclass(frozen=True)
class Recipe:
    epochs: int = 10
    learning_rate: float = 0.05
    mode: Literal["fast", "slow"] = "fast"
    share: bool = False


def test_options_set_fields() -> None:
    arguments = ["--epochs", "3", "--learning-rate=1e-3", "--mode", "slow", "--share", "true"]
    assert read_settings(Recipe, arguments) == Recipe(3, 1e-3, "slow", True)
    assert read_settings(Recipe, []) == Recipe()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--size", "3"],
            "--size: no such option; options and defaults: "
            "--epochs 10, --learning-rate 0.05, --mode fast, --share False",
        ),
        (["epochs", "3"], "epochs: no such option; options and defaults: --epochs 10, "),
        (["--epochs"], "--epochs: must have a value"),
        (["--epochs", "many"], "--epochs many: must be a whole number"),
        (["--learning-rate=high"], "--learning-rate high: must be a number"),
        (["--share", "1"], "--share 1: must be true or false"),
    ],
)
def test_mistakes_are_named(arguments: list[str], message: str) -> None:
    with pytest.raises(InputError) as refused:
        read_settings(Recipe, arguments)
    assert str(refused.value).startswith(message)
