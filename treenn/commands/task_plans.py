"""The option --task of `treenn compare`: plans of tasks with separate data and recipes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import typer

from treenn.commands import options
from treenn.commands.lm_options import NOT_OF_LANGUAGE_MODELS
from treenn.commands.lm_plan import plan_of_language_models
from treenn.commands.translate_options import NOT_OF_TRANSLATION
from treenn.commands.translate_plan import plan_of_translation_models
from treenn.trees.errors import InputError, option

if TYPE_CHECKING:
    from treenn.commands.dataset_options import Data
    from treenn.experiment.plan import Plan

MakePlan = Callable[[typer.Context, "Data", Mapping[str, Any]], "Plan"]

PLANS: Mapping[str, tuple[MakePlan, tuple[str, ...]]] = {
    "lm": (plan_of_language_models, NOT_OF_LANGUAGE_MODELS),
    "translation": (plan_of_translation_models, NOT_OF_TRANSLATION),
}
"""The function that makes the plan of a task, and the settings that do not apply to it."""


def check_task(context: typer.Context, task: str | None) -> None:
    """Validate --task, --unit and --forms.

    Raises:
        InputError: if there is no such task, or another option does not apply to it.
    """
    given = options.given(context)
    if task is not None and task not in PLANS:
        raise InputError(f"--task {task}: must be {' or '.join(PLANS)}")
    if task != "lm":
        for name in ("unit", "forms"):
            if name in given:
                raise InputError(f"{option(name)}: needs --task lm")
    if task is not None:
        for name in ("plan", "vectors", "folds", *PLANS[task][1]):
            if name in given:
                raise InputError(f"{option(name)}: cannot be combined with --task {task}")


def plan_of_task(context: typer.Context, task: str, data: Data, values: Mapping[str, Any]) -> Plan:
    """The plan of a task.

    Args:
        context: the context of the command.
        task: the value of --task.
        data: the data of its options.
        values: the settings of its options.

    Raises:
        InputError: if there is no such data, or an option does not apply.
    """
    return PLANS[task][0](context, data, values)
