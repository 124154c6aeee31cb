"""Where treebanks lie on this machine."""

import os
from pathlib import Path

import platformdirs

from treenn.trees import InputError


def data_home() -> Path:
    """The folder that holds the treebanks: `$TREEBANKS_HOME`, or else `treebanks` in the user's cache folder.

    Raises:
        InputError: where `TREEBANKS_HOME` starts with `~name` and there is no such user.
    """
    chosen = os.environ.get("TREEBANKS_HOME")
    if not chosen:
        return platformdirs.user_cache_path("treebanks", appauthor=False)
    try:
        return Path(chosen).expanduser()
    except RuntimeError as error:
        raise InputError(f"TREEBANKS_HOME is {chosen}: {error}") from error
