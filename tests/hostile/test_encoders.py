"""Untrusted contextual encoders, and model folders that name one, through the Python interface."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hostile_folders import ENCODERS, SETTINGS, TOY, edit, make_hostile_encoder, make_model, make_model_of
from tiny_encoder import make_encoder
from toy import load_instead

from treenn.contextual import ContextualEncoder, contextual_size, locate
from treenn.contextual.pretrained import fingerprint, read_config
from treenn.models.saving import load_model
from treenn.sentiment.model import load_sentiment
from treenn.trees import InputError


@pytest.mark.parametrize("kind", ENCODERS)
def test_code_in_an_explicit_encoder_is_not_run(kind: str, tmp_path: Path) -> None:
    encoder = make_hostile_encoder(tmp_path / "encoder", kind)
    with pytest.raises(InputError) as refused:
        ContextualEncoder(locate(str(encoder)), (1,))
    assert ENCODERS[kind][1] in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("kind", ENCODERS)
def test_a_model_cannot_name_an_encoder_by_itself(kind: str, tmp_path: Path) -> None:
    encoder = make_hostile_encoder(tmp_path / "encoder", kind)
    model = make_model_of(tmp_path / "model", encoder)
    for load in (load_model, load_sentiment):
        with pytest.raises(InputError, match="which is read only if you name it, too: contextual=NAME"):
            load(model)


@pytest.mark.parametrize(
    "name", ["evil/encoder", "../../encoder", "..", "/encoder", "evil", "", 5, ["x"], {"a": 1}, "\0"]
)
def test_invalid_encoder_names_are_refused_before_lookup(name: object, tmp_path: Path) -> None:
    make_encoder(tmp_path / "evil", seed=0)  # also if there is such a folder here
    model = make_model(tmp_path / "a/b/model")
    settings = json.loads((model / "config.json").read_text())["settings"]
    edit(model / "config.json", settings=settings | {"contextual": name})
    with pytest.raises(InputError, match=r"config\.json: "):
        load_model(model)
    with pytest.raises(InputError, match=r"config\.json: "):
        load_model(model, "another/encoder")


def test_pairs_are_held_to_the_same(tmp_path: Path) -> None:
    model = make_model(tmp_path / "model", "evil/encoder")
    edit(model / "config.json", task="pairs")
    with pytest.raises(InputError, match="names the contextual encoder 'evil/encoder'"):
        load_model(model)


def test_fingerprint_is_compared_before_parsing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = make_encoder(tmp_path / "encoder", seed=0)
    model = make_model(tmp_path / "model", str(encoder), "0" * 64)
    monkeypatch.setattr("treenn.contextual.pretrained.import_transformers", lambda: pytest.fail("was imported"))
    with pytest.raises(InputError, match="was trained with another contextual encoder of this name"):
        load_model(model, str(encoder))
    edit(model / "config.json", contextual=None)
    with pytest.raises(InputError, match="was trained with another contextual encoder of this name"):
        load_model(model, [str(encoder)])


def test_weights_of_an_encoder_must_be_finite(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    encoder = make_encoder(tmp_path / "encoder", seed=0)
    weights = load_file(encoder / "model.safetensors")
    weights["embeddings.word_embeddings.weight"][3, 1] = float("nan")
    save_file(weights, encoder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(InputError, match=r"encoder: embeddings\.word_embeddings\.weight has a NaN or infinite number"):
        ContextualEncoder(encoder, (1,))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", "[]"),
        ("config.json", "{"),
        ("config.json", '{"model_type": ["bert"]}'),
        ("config.json", '{"model_type": "bert", "hidden_size": "8"}'),
        ("tokenizer_config.json", "[]"),
        ("tokenizer.json", "{}"),
        ("tokenizer.json", '{"model": {"type": "WordPiece", "vocab": 5}}'),
        ("model.safetensors", ""),
        ("model.safetensors", "x" * 100),
    ],
)
def test_a_broken_encoder_is_one_line(name: str, content: str, tmp_path: Path) -> None:
    encoder = make_encoder(tmp_path / "encoder", seed=0)
    (encoder / name).write_text(content)
    with pytest.raises(InputError, match=r"encoder") as refused:
        ContextualEncoder(encoder, (1,))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden_size": 2 * 10**6},
        {"hidden_size": 2 * 10**15},
        {"hidden_size": 10**30},
        {"vocab_size": 10**12},
        {"intermediate_size": 10**12},
        {"max_position_embeddings": 10**10},
        {"num_hidden_layers": 50_000},
        {"num_attention_heads": 3},
    ],
)
def test_encoder_sizes_must_match_the_weights(
    changes: dict[str, int], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    encoder = make_encoder(tmp_path / "encoder", seed=0)
    edit(encoder / "config.json", **changes)
    capfd.readouterr()
    with pytest.raises(InputError) as refused:
        ContextualEncoder(encoder, (1,))
    assert "\n" not in str(refused.value)
    assert capfd.readouterr() == ("", "")


def test_an_encoder_is_read_without_the_network(tmp_path: Path) -> None:
    encoder = make_encoder(tmp_path / "encoder", seed=0)
    edit(encoder / "config.json", attn_implementation="eager")
    assert contextual_size(encoder, (1,)) == 8
    assert read_config(encoder).model_type == "bert"
    assert ContextualEncoder(locate(str(encoder)), (1,))([("good", "film")]).shape == (2, 8)
    edit(encoder / "tokenizer_config.json", tokenizer_class="NoSuchTokenizer")  # transformers takes its general one
    assert fingerprint(encoder)
    assert ContextualEncoder(encoder, (1,))([("good",)]).shape == (1, 8)


def test_the_toy_model_itself_is_sound(tmp_path: Path) -> None:
    model = load_model(make_model(tmp_path / "model"))
    settings, classes = model.settings, model.classes
    assert (settings, classes) == (SETTINGS, TOY.classes)


def test_comparison_loads_the_encoder_of_its_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from treenn.experiment.compare import compare
    from treenn.experiment.gather import gather
    from treenn.experiment.plan import Plan
    from treenn.experiment.run import load

    load_instead(monkeypatch, TOY)
    encoder = str(make_encoder(tmp_path / "encoder", seed=0))
    settings = replace(SETTINGS, epochs=1, contextual=encoder, contextual_layers="1")
    found = compare(Plan.of("toy", ["lstm", "average"], 1, [], settings), tmp_path / "out", jobs=1)
    load.cache_clear()
    assert all(each.models["lstm"].nodes for each in found.tasks[0].disagreements)
    with pytest.raises(InputError, match="which is read only if you name it, too"):
        gather(tmp_path / "out")
    assert gather(tmp_path / "out", encoder).tasks[0].disagreements == found.tasks[0].disagreements


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "notes.txt", "more.safetensors"])
def test_a_pipe_in_an_encoder(name: str, tmp_path: Path) -> None:
    encoder = make_encoder(tmp_path / "encoder", seed=0)
    (encoder / name).unlink(missing_ok=True)
    os.mkfifo(encoder / name)
    with pytest.raises(InputError, match=f"{name}: must be a regular file"):
        locate(str(encoder))
