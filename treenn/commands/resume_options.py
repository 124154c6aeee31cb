"""`treenn train --resume`, which reads the options of the run from the folder's run.json."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from treenn.commands import options
from treenn.trees.errors import InputError

_NOT_OF_THE_RUN = ("out", "resume", "overwrite", "json", "no_checkpoint", "trust_module")
_RESTORED = "treenn.restored"


def options_of_run(context: typer.Context) -> dict[str, object]:
    """The options of the run that are given on the command line, as JSON values."""
    values = {name: context.params[name] for name in options.given(context) if name not in _NOT_OF_THE_RUN}
    return {name: str(value) if isinstance(value, Path) else value for name, value in values.items()}


def restored(context: typer.Context) -> Any:
    """The command with the options of the run in --out, overridden by the given ones; None without such options.

    A folder may name modules, contextual encoders and folders of parsers only if the command line names them too, as
    for `load_model`.

    Raises:
        InputError: if the folder names another module, encoder or parser, or an option that does not exist.
    """
    from treenn.training.run_dir import earlier_options

    if context.meta.get(_RESTORED) or not context.params["resume"]:
        return None
    out, given = Path(context.params["out"]), options.given(context)
    earlier = {name: value for name, value in earlier_options(out).items() if name not in given}
    if not earlier:
        return None
    _check_trust(context, earlier, out)
    context.meta[_RESTORED] = True
    arguments = [*_arguments(context, earlier, out), *sys.argv[sys.argv.index("train") + 1 :]]
    return context.command.make_context(context.info_name, arguments, parent=context.parent)


def _check_trust(context: typer.Context, earlier: Mapping[str, object], out: Path) -> None:
    from treenn.contextual import check_permitted
    from treenn.models.external import check_trust
    from treenn.models.text_parsing import TextParsing
    from treenn.training.run_marker import RUN

    check_trust(str(earlier.get("model", "")), context.params["trust_module"], out / RUN)
    if "contextual" in earlier:
        check_permitted(str(earlier["contextual"]), (), out / RUN)
    has_data = earlier.get("treebank") or context.params.get("treebank") or "corpus" in context.params
    if "trees" in earlier and has_data:  # else a file, as in 0.1.0
        TextParsing("", str(earlier["trees"])).check_permitted(None)


def _arguments(context: typer.Context, earlier: Mapping[str, object], out: Path) -> Iterator[str]:
    """The command-line arguments of options by name.

    A flag with a value would be parsed as two options, of which the value is not validated.
    """
    parameters: dict[str, Any] = {
        str(each.name): each for each in context.command.params if each.param_type_name == "option"
    }
    for name, value in earlier.items():
        if name not in parameters or name in _NOT_OF_THE_RUN:
            raise InputError(f"{name!r} in 'options' of run.json is not an option of this command", source=out)
        option, is_flag = parameters[name].opts[0], parameters[name].is_flag
        for each in value if isinstance(value, list) and parameters[name].multiple else [value]:
            if (each is not True) if is_flag else (type(each) not in (str, int, float)):
                wanted = "true" if is_flag else "a text or a number"
                raise InputError(f"{name!r} in 'options' of run.json is {each!r}; must be {wanted}", source=out)
            yield from [option] if is_flag else [option, str(each)]
