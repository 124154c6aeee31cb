"""The best settings of a search, as a command and as models of a plan."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from treebanks.catalogue import synthetic
from treenn.experiment.search.log import TRIALS, SearchLog
from treenn.models.settings import Settings, option


def train_command(log: SearchLog, model: str, vectors: Sequence[str | Path], data: Sequence[str] = ()) -> str:
    """Return the `treenn train` command that repeats a model's best trial and saves the model, for `treenn evaluate`.

    Args:
        log: the log of a search in which not all trials of the model diverged.
        model: the model's name.
        vectors: the paths of the word vectors.
        data: the options of the data (default: `--treebank` with the treebank's name).
    """
    usual, words = asdict(Settings()), ["treenn", "train", *(data or ("--treebank", log.treebank.name))]
    for path in vectors or ([] if synthetic(log.treebank.name) else ["none"]):
        words += ["--vectors", str(path)]
    for name, chosen in _best_settings(log, model).items():
        if chosen != usual[name] or name in ("model", "epochs"):  # by default, epochs depend on the trees
            words += [option(name), str(chosen)]
    return shlex.join([*words, "--out", f"{model}-tuned"])


def _best_settings(log: SearchLog, model: str) -> Mapping[str, object]:
    best = log.best[model]
    assert best is not None
    return next(trial.settings for trial in log.of_model(model) if trial.trial == best.trial)


def plan_models(log: SearchLog) -> str:
    """Return the models with their best settings, in TOML for a plan of `treenn compare --plan`.

    A model all of whose trials diverged is skipped.
    """
    entries, variant = [], [] if log.trees == "gold" else [f"trees = {json.dumps(log.trees)}"]
    for model, best in log.best.items():
        if best is not None:
            lines = [f"{name} = {json.dumps(value)}" for name, value in best.drawn.items()]
            entries.append(
                "\n".join(
                    ["[[model]]", f'name = "{model}"', *variant, f'trials = "{TRIALS}"', "[model.settings]", *lines]
                )
            )
    return "\n\n".join(entries) + "\n"
