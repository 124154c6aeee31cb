"""The folder of the treebanks on this machine."""

import os
from pathlib import Path

import platformdirs

from treenn.trees import InputError


def data_home() -> Path:
    """The folder of the treebanks: `$TREEBANKS_HOME` (default: `treebanks` in the user's cache folder).

    Raises:
        InputError: if `TREEBANKS_HOME` starts with `~name` and there is no such user.
    """
    home = os.environ.get("TREEBANKS_HOME")
    if not home:
        return platformdirs.user_cache_path("treebanks", appauthor=False)
    try:
        return Path(home).expanduser()
    except RuntimeError as error:
        raise InputError(f"TREEBANKS_HOME is {home}: {error}") from error
