"""Runs in folders of treenn 0.1.0, whose file names held hashes of other things."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from treenn.experiment.run_spec import RunSpec, name_of
from treenn.models.settings import RENAMED
from treenn.trees.errors import InputError
from treenn.trees.json_values import read_object

_OLD_NAMES = {new: old for old, new in RENAMED.items()}
_FOLDERS = ("", "-probe")  # of the model, and of the epoch that was timed


def adopt(folder: Path, runs: Mapping[str, RunSpec]) -> None:
    """Rename the results of 0.1.0 in a folder to the names that these runs have now.

    Args:
        folder: the output folder of a comparison or a search.
        runs: the runs, by the file of their results, relative to the folder.
    """
    missing = {file: spec for file, spec in runs.items() if not (folder / file).exists()}
    for directory in dict.fromkeys((folder / file).parent for file in missing):
        for path in sorted(directory.glob("*-*.json")):
            if path.relative_to(folder).as_posix() not in runs and (results := _results(path)) is not None:
                _rename(path, {folder / file: spec for file, spec in missing.items()}, results)


def _results(path: Path) -> Mapping[str, Any] | None:
    """The results of a run of 0.1.0, None if the file is none."""
    try:
        results = read_object(path, {"settings": dict, "environment": dict})
    except InputError:
        return None
    return results if results["settings"].keys() >= RENAMED.keys() else None


def _rename(path: Path, missing: Mapping[Path, RunSpec], results: Mapping[str, Any]) -> None:
    for file, spec in missing.items():
        if not file.exists() and path.stem == _prefix(spec) + old_hash(spec, results):
            for suffix in _FOLDERS:
                if (model := path.with_name(path.stem + suffix)).is_dir():
                    model.rename(file.with_name(file.stem + suffix))
            path.rename(file)
            return


def old_hash(spec: RunSpec, results: Mapping[str, Any]) -> str:
    """The hash in the name that 0.1.0 gave to a run, with the code and the names of settings of these results."""
    made = results["environment"]
    renamed = {_OLD_NAMES.get(name, name): value for name, value in asdict(spec.settings).items()}
    settings = {name: renamed.get(name) for name in results["settings"]}
    if settings.get("initialization") == "default":
        settings["initialization"] = "own"
    if spec.trial is not None:
        parts = [name_of(spec.treebank), spec.vectors, settings, made.get("treenn"), made.get("torch")]
    else:
        within = spec.time_match and _prefix(spec.time_match) + old_hash(spec.time_match, results)
        version = f"{made.get('treenn')} {made.get('commit')} {made.get('torch')} {spec.data}"
        parts = [name_of(spec.treebank), spec.vectors, settings, spec.model, spec.trees, spec.shuffle, within, version]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:8]


def _prefix(spec: RunSpec) -> str:
    return spec.name.removesuffix(spec.key)
