"""`load_language_model`: an n-gram model, a network or a grammar from its folder."""

from __future__ import annotations

from pathlib import Path

from treenn.lm.grammar.model import GrammarModel
from treenn.lm.language_model import LanguageModel
from treenn.lm.network_model import NetworkModel
from treenn.lm.ngram_model import NGramModel
from treenn.models.saving import load_model
from treenn.trees.arguments import AnyPath, checked
from treenn.trees.errors import InputError
from treenn.trees.json_values import read_object


@checked
def load_language_model(folder: AnyPath, trust: str | tuple[str, ...] = ()) -> LanguageModel:
    """Load a language model from a folder of `treenn lm train`, which may be from anyone.

    Args:
        folder: the folder.
        trust: the modules that the folder may name, as for `treenn.load_model` (default: none).

    Raises:
        InputError: if the folder has no language model, or a file is malformed.
    """
    folder = Path(folder)
    config = read_object(folder / "config.json") if (folder / "config.json").exists() else {}
    if "smoothing" in config:
        return NGramModel.load(folder)
    match config.get("task"):
        case "grammar":
            return GrammarModel(load_model(folder, trust=trust))
        case "word-lm" | "character-lm":
            return NetworkModel(load_model(folder, trust=trust))
    wanted = "name one of `treenn lm train`, or of a run in the folder of `treenn compare --task lm`"
    raise InputError(f"this folder holds no language model; {wanted}", source=folder)
