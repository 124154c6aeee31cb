"""Command-line options derived from `Settings`."""

from dataclasses import fields

import pytest
import typer
from typer.testing import CliRunner

from treenn.commands.settings_options import takes_settings
from treenn.models.settings import Settings


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()

    @app.command()
    @takes_settings(without=("seed",))
    def show(name: str, **recipe: object) -> None:
        print(name, Settings(**recipe) == Settings(model="lstm", epochs=3, learning_rate=0.5), "seed" in recipe)

    return app


def test_options_become_settings(app: typer.Typer) -> None:
    done = CliRunner().invoke(app, ["x", "--model", "lstm", "--epochs", "3", "--learning-rate", "0.5"])
    assert done.output == "x True False\n"


def test_excluded_settings_are_no_options(app: typer.Typer) -> None:
    assert CliRunner().invoke(app, ["x", "--seed", "1"]).exit_code == 2


def test_help_has_every_setting_under_its_heading(app: typer.Typer) -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "120", "TERMINAL_WIDTH": "120"}).output
    for each in fields(Settings):
        assert (f"--{each.name.replace('_', '-')} " in shown) == (each.name != "seed")
        assert each.metadata["group"] in shown
    assert "(nodes, roots, spans)" in shown
