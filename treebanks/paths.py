"""Paths of the treebanks on this machine and of their files."""

import os
from pathlib import Path

import platformdirs

from treebanks.catalogue import entry
from treebanks.catalogue_entry import Entry
from treenn.trees import InputError


def data_home() -> Path:
    """The folder of the treebanks: `$TREEBANKS_HOME` (default: `treebanks` in the user's cache folder).

    Raises:
        InputError: if `TREEBANKS_HOME` starts with `~name` and the user does not exist.
    """
    return folder_of("TREEBANKS_HOME", "treebanks")


def treenn_cache() -> Path:
    """The folder of what treenn downloads and computes: `$TREENN_CACHE` (default: `treenn` in the user's cache folder).

    Raises:
        InputError: if `TREENN_CACHE` starts with `~name` and the user does not exist.
    """
    return folder_of("TREENN_CACHE", "treenn")


def home_of(entry: Entry) -> Path:
    """The folder that an entry's folder is relative to: `treenn_cache()` if it is cached, else `data_home()`.

    Raises:
        InputError: if the variable starts with `~name` and the user does not exist.
    """
    return treenn_cache() if entry.is_cached else data_home()


def folder_of(variable: str, default: str) -> Path:
    """The folder in an environment variable. If the variable is not set, `default` in the user's cache folder.

    Raises:
        InputError: if the variable starts with `~name` and the user does not exist.
    """
    folder = os.environ.get(variable)
    if not folder:
        return platformdirs.user_cache_path(default, appauthor=False)
    try:
        return Path(folder).expanduser()
    except RuntimeError as error:
        raise InputError(f"{variable} is {folder}: {error}") from error


def published_file(name: str, file: str) -> Path:
    """The path of a published file on this machine.

    Args:
        name: the treebank.
        file: the path of the file relative to the treebank's folder.

    Raises:
        InputError: if the file is missing; the message describes how to get it.
    """
    treebank = entry(name)
    path = home_of(treebank) / treebank.folder / file
    if not path.exists():
        variable = "TREENN_CACHE" if treebank.is_cached else "TREEBANKS_HOME"
        remedy = f"{treebank.by_hand} under {variable}"
        if treebank.download:
            target = f"{treebank.folder}/{file}"
            remedy = f"run `treenn data fetch {name}`, or set {variable} to the folder that contains {target}"
        raise InputError(f"this file of {name} is missing; {remedy}", source=path)
    return path
