"""The option --task of `treenn compare`: plans of tasks with separate data and recipes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from treenn.commands import lm_plan, options, translate_plan
from treenn.commands.lm_options import NOT_OF_LANGUAGE_MODELS
from treenn.commands.lm_plan import OF_GRAMMARS, language_model_corpus, language_model_settings
from treenn.commands.translate_options import NOT_OF_TRANSLATION
from treenn.commands.translate_plan import translation_corpus, translation_settings
from treenn.models.settings import Settings
from treenn.trees.errors import InputError, option

if TYPE_CHECKING:
    from treenn.commands.dataset_options import Data
    from treenn.experiment.plan import Plan


class PlanOfTask(NamedTuple):
    """The parts of a plan that depend on the task.

    Args:
        models: the models if --models is not given.
        corpus: the corpus that options select, or its name if it is known.
        settings: the settings of a corpus, from the settings of the options and the given options.
        without: the settings that do not apply.
    """

    models: str
    corpus: Callable[[typer.Context, Data], Any]
    settings: Callable[[Any, Mapping[str, Any], Collection[str]], Settings]
    without: tuple[str, ...]


PLANS: Mapping[str, PlanOfTask] = {
    "lm": PlanOfTask(lm_plan.MODELS, language_model_corpus, language_model_settings, NOT_OF_LANGUAGE_MODELS),
    "translation": PlanOfTask(translate_plan.MODELS, translation_corpus, translation_settings, NOT_OF_TRANSLATION),
}
"""The plans by task."""


def check_task(context: typer.Context, task: str | None) -> None:
    """Validate --task, and that options of language models are given with it only.

    Raises:
        InputError: if there is no such task, or another option does not apply to it.
    """
    given = options.given(context)
    if task is not None and task not in PLANS:
        raise InputError(f"--task {task}: must be {' or '.join(PLANS)}")
    if task != "lm":
        for name in ("unit", "forms", *OF_GRAMMARS):
            if name in given:
                raise InputError(f"{option(name)}: needs --task lm")
    if task is not None:
        for name in ("plan", "vectors", "folds", *PLANS[task].without):
            if name in given:
                raise InputError(f"{option(name)}: cannot be combined with --task {task}")


def plan_of_task(context: typer.Context, task: str, data: Data, values: Mapping[str, Any]) -> Plan:
    """The plan of a task; options not given have the defaults of `treenn lm train` or `treenn translate train`.

    Args:
        context: the context of the command.
        task: the value of --task.
        data: the data of its options.
        values: the settings of its options.

    Raises:
        InputError: if there is no such data, or an option does not apply.
    """
    from treenn.experiment.plan import Plan

    of_task, given, params = PLANS[task], options.given(context), context.params
    corpus = of_task.corpus(context, data)
    models = params["models"] if "models" in given else of_task.models
    return Plan.of(corpus, models.split(","), params["seeds"], settings=of_task.settings(corpus, values, given))
