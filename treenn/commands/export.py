"""`treenn export`: a trained model in half precision."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from treenn.commands import options
from treenn.commands.output import say


def export(
    model: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of `treenn train`.")],
    out: options.Out,
    contextual: options.Contextual = [],  # noqa: B006 (typer wants a list)
    trust_module: options.TrustModule = [],  # noqa: B006 (typer wants a list)
    overwrite: options.Overwrite = False,
) -> None:
    """Export a trained model in half precision, without checkpoints and results: half the size.

    The folder has config.json, vocabulary.json and model.safetensors, and is loaded like any other model, in single
    precision.

    Example: treenn export my-model --out my-small-model
    """
    from treenn.training.run_dir import check_run_dir, open_run_dir
    from treenn.training.run_marker import MODEL, RunMarker

    check_run_dir(out, RunMarker(MODEL), overwrite=overwrite)

    from treenn.models.building import load_model, save_model

    network = load_model(model, contextual, trust_module)
    open_run_dir(out, RunMarker(MODEL), overwrite=overwrite)
    save_model(out, network, half=True)
    say(f"written: {out}, {sum(file.stat().st_size for file in out.iterdir()) / 1e6:.1f} MB")
