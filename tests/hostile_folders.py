"""Malicious folders: encoders with code and pickles, and models that name them."""

from __future__ import annotations

import builtins
import json
import pickle
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_encoder import make_encoder
from torch import Tensor
from toy import toy_treebank

from treenn.contextual.pretrained import fingerprint
from treenn.models.building import build
from treenn.models.saving import save_model
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary

TOY = toy_treebank(train=24, dev=8, test=8)
VOCABULARY = Vocabulary.of(TOY.train)
SETTINGS = Settings(size=6, word_size=4, epochs=2, batch_size=8)
MARKER = "code-was-run"


class Payload:
    """Creates a file when unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.marker,)


def edit(path: Path, **changes: Any) -> None:
    """Change keys of a JSON object; a key that is `None` is removed."""
    held = (json.loads(path.read_text()) if path.exists() else {}) | changes
    path.write_text(json.dumps({key: value for key, value in held.items() if value is not None}))


def make_model(folder: Path, encoder: str | None = None, known: str = "") -> Path:
    """A model trained without an encoder, whose config.json names one."""
    wide = replace(SETTINGS, word_size=SETTINGS.word_size + (encoder is not None) * 8)
    model = build(wide, make_task("nodes", TOY.classes), VOCABULARY)
    model.settings = SETTINGS
    save_model(folder, model)
    if encoder is not None:  # an encoder of width 8, next to the word vectors
        weights = load_file(folder / "model.safetensors")
        narrow = weights["embedding.weight"][:, : SETTINGS.word_size].contiguous()
        save_file(weights | {"embedding.weight": narrow}, folder / "model.safetensors")
        settings = json.loads((folder / "config.json").read_text())["settings"]
        named = settings | {"contextual": encoder, "contextual_layers": "1"}
        edit(folder / "config.json", settings=named, contextual=known, word_size=SETTINGS.word_size)
    return folder


def overflowing(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Finite weights that make the score of a class infinite."""
    signs = torch.tensor([[1.0], [-1.0]]).repeat(3, 1)[:5]
    bias, weight = weights["head.linear.bias"], weights["head.linear.weight"]
    large = {
        "head.linear.bias": torch.full_like(bias, 3.4e38),
        "head.linear.weight": (3e38 * signs).repeat(1, weight.shape[1]),
    }
    return {**weights, **large}


def add_code(folder: Path, marker: Path) -> None:
    """`evil.py` writes the marker when imported."""
    code = f"import pathlib\npathlib.Path({str(marker)!r}).touch()\n"
    classes = "class Config: pass\nclass Model: pass\nclass Tokenizer: pass\n"
    (folder / "evil.py").write_text(code + classes)


CODE = {"AutoConfig": "evil.Config", "AutoModel": "evil.Model", "AutoTokenizer": ["evil.Tokenizer", "evil.Tokenizer"]}


def _auto_map(folder: Path) -> None:
    edit(folder / "config.json", model_type="evil", auto_map=CODE)


def _auto_map_of_a_known_type(folder: Path) -> None:
    edit(folder / "config.json", auto_map=CODE)


def _auto_map_of_a_repository(folder: Path) -> None:
    edit(folder / "config.json", auto_map={"AutoModel": "evil/repository--evil.Model"})


def _auto_map_deeper(folder: Path) -> None:
    edit(folder / "config.json", text_config={"auto_map": CODE})


def _auto_map_of_the_tokenizer(folder: Path) -> None:
    edit(folder / "tokenizer_config.json", auto_map=CODE, tokenizer_class="Tokenizer")


def _old_auto_map_of_the_tokenizer(folder: Path) -> None:
    edit(folder / "tokenizer_config.json", auto_map=["evil.Tokenizer", "evil.Tokenizer"])


def _tokenizer_that_is_a_model(folder: Path) -> None:
    edit(folder / "tokenizer_config.json", tokenizer_class="AutoModel")


def _tokenizer_of_tokenizers(folder: Path) -> None:
    """transformers loads its parts from folders below, with `trust_remote_code` undecided again."""
    edit(folder / "tokenizer_config.json", tokenizer_class="RagTokenizer")
    inner = folder / "question_encoder_tokenizer"
    inner.mkdir()
    edit(inner / "config.json", model_type="evil", auto_map=CODE)
    edit(inner / "tokenizer_config.json", auto_map=CODE)
    (inner / "evil.py").write_bytes((folder / "evil.py").read_bytes())


def _tokenizer_class_in_the_config(folder: Path) -> None:
    edit(folder / "tokenizer_config.json", tokenizer_class=None)
    edit(folder / "config.json", tokenizer_class="AutoModelForCausalLM")


def _attention_from_the_hub(folder: Path) -> None:
    edit(folder / "config.json", attn_implementation="evil/kernels")


def _attention_that_falls_back_to_the_hub(folder: Path) -> None:
    edit(folder / "config.json", attn_implementation="flash_attention_2")


def _backbone_from_the_hub(folder: Path) -> None:
    edit(folder / "config.json", model_type="detr", backbone="evil/repository", use_pretrained_backbone=True)


def _adapter(folder: Path) -> None:
    edit(folder / "adapter_config.json", base_model_name_or_path="evil/repository", peft_type="LORA")


def _pickle(folder: Path) -> None:
    marker = folder.parent / MARKER
    (folder / "model.safetensors").rename(folder / "other.safetensors")
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Payload(marker)))


def _pickle_of_torch(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "other.safetensors")
    torch.save({"weights": Payload(folder.parent / MARKER)}, folder / "pytorch_model.bin")


def _index_of_pickles(folder: Path) -> None:
    _pickle(folder)
    edit(folder / "pytorch_model.bin.index.json", metadata={}, weight_map={"x": "pytorch_model.bin"})


def _pickle_by_its_name(folder: Path) -> None:
    _pickle(folder)
    edit(folder / "config.json", transformers_weights="pytorch_model.bin")


def _index_of(folder: Path, target: str) -> None:
    names = list(load_file(folder / "model.safetensors"))
    (folder / "model.safetensors").rename(folder / "part.safetensors")
    (folder.parent / "other.safetensors").write_bytes((folder / "part.safetensors").read_bytes())
    (folder / "evil.bin").write_bytes(pickle.dumps(Payload(folder.parent / MARKER)))
    edit(folder / "model.safetensors.index.json", metadata={}, weight_map=dict.fromkeys(names, target))


def _index_of_a_pickle(folder: Path) -> None:
    _index_of(folder, "evil.bin")


def _index_of_a_folder_above(folder: Path) -> None:
    _index_of(folder, "../other.safetensors")


def _index_of_a_path(folder: Path) -> None:
    _index_of(folder, str(folder.parent / "other.safetensors"))


def _attention_as_saved(folder: Path) -> None:
    edit(folder / "config.json", _attn_implementation="evil/kernels")


def _experts_from_the_hub(folder: Path) -> None:
    edit(folder / "config.json", experts_implementation="evil/kernels")


def _quantization(folder: Path) -> None:
    edit(folder / "config.json", quantization_config={"quant_method": "gptq", "bits": 4, "dataset": "c4"})


def _labels_without_end(folder: Path) -> None:
    edit(folder / "config.json", num_labels=10**10)


ENCODERS: dict[str, tuple[Callable[[Path], None], str]] = {
    "auto_map": (_auto_map, "auto_map"),
    "auto_map of a known type": (_auto_map_of_a_known_type, "auto_map"),
    "auto_map of a repository": (_auto_map_of_a_repository, "auto_map"),
    "auto_map deeper": (_auto_map_deeper, "auto_map"),
    "auto_map of the tokenizer": (_auto_map_of_the_tokenizer, "auto_map"),
    "old auto_map of the tokenizer": (_old_auto_map_of_the_tokenizer, "auto_map"),
    "tokenizer that is a model": (_tokenizer_that_is_a_model, "tokenizer_class is 'AutoModel'"),
    "tokenizer of tokenizers": (_tokenizer_of_tokenizers, "tokenizer_class is 'RagTokenizer'"),
    "tokenizer_class in the config": (_tokenizer_class_in_the_config, "tokenizer_class is 'AutoModelForCausalLM'"),
    "attention from the hub": (_attention_from_the_hub, "attn_implementation must be eager or sdpa"),
    "attention by fallback": (_attention_that_falls_back_to_the_hub, "attn_implementation must be eager or sdpa"),
    "backbone from the hub": (_backbone_from_the_hub, "its model_type is 'detr'; must be albert, "),
    "adapter": (_adapter, "an adapter names its encoder itself"),
    "pickle": (_pickle, "no file named model.safetensors"),
    "pickle of torch": (_pickle_of_torch, "no file named model.safetensors"),
    "index of pickles": (_index_of_pickles, "weight_map names 'pytorch_model.bin'"),
    "pickle by its name": (_pickle_by_its_name, "transformers_weights names other weights"),
    "index of a pickle in safetensors' name": (
        _index_of_a_pickle,
        "weight_map names 'evil.bin'; must be *.safetensors",
    ),
    "index of a folder above": (_index_of_a_folder_above, "weight_map names '../other.safetensors'"),
    "index of a path": (_index_of_a_path, "other.safetensors'; must be *.safetensors beside it"),
    "attention from the hub as saved": (_attention_as_saved, "_attn_implementation must be eager or sdpa"),
    "experts from the hub": (_experts_from_the_hub, "experts_implementation must be eager or sdpa"),
    "quantization": (_quantization, "quantization_config is for weights that other packages unpack"),
    "labels without end": (_labels_without_end, "num_labels is 10000000000; must be 10000 at most"),
}
"""Encoders with what must not be run, each with a part of the error that refuses it."""


def make_hostile_encoder(folder: Path, kind: str) -> Path:
    """One of `ENCODERS`; whatever of it runs leaves `MARKER` beside the folder."""
    make_encoder(folder, seed=0)
    add_code(folder, folder.parent / MARKER)
    ENCODERS[kind][0](folder)
    return folder


def make_model_of(folder: Path, encoder: Path) -> Path:
    """A model whose config.json names an encoder and its fingerprint."""
    return make_model(folder, str(encoder), fingerprint(encoder))


@pytest.fixture(autouse=True)
def guarded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail on network access, questions, or execution of a folder's code."""

    def refused(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError(f"the network was asked for {args}")

    def asked(*args: Any) -> str:
        raise AssertionError(f"a question was asked: {args}")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    monkeypatch.setattr(builtins, "input", asked)
    monkeypatch.setenv("TREENN_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    yield
    assert not list(tmp_path.rglob(MARKER))
