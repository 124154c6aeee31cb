import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from toy import toy_treebank

from treenn.encoders import pack
from treenn.models.building import build, match_parameters
from treenn.models.names import ENCODERS
from treenn.models.saving import load_model, save_model
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary
from treenn.trees import InputError

TREES = toy_treebank(train=10).train
VOCABULARY = Vocabulary.of(TREES)


@pytest.mark.parametrize("name", list(ENCODERS))
def test_save_and_load_preserve_scores(name: str, tmp_path: Path) -> None:
    settings = Settings(model=name, size=7, word_size=5, seed=3)
    model = build(settings, 5, VOCABULARY).eval()
    save_model(tmp_path / "model", model)
    loaded = load_model(tmp_path / "model")
    again, classes = loaded.settings, loaded.classes
    forest = pack(TREES)
    assert torch.equal(loaded(forest), model(forest))
    assert (again, classes) == (settings, ("0", "1", "2", "3", "4"))
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == [
        "config.json",
        "model.safetensors",
        "vocabulary.json",
    ]


def test_seed_fixes_weights_and_preserves_global_rng() -> None:
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    first, second = (build(Settings(size=4, seed=1), 5, VOCABULARY).state_dict() for _ in range(2))
    other = build(Settings(size=4, seed=2), 5, VOCABULARY).state_dict()
    assert torch.rand(1) == expected
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["encoder.cell.U"], other["encoder.cell.U"])


def test_roots_only_scores_equal_the_root_rows() -> None:
    model = build(Settings(size=4), 5, VOCABULARY).eval()
    forest = pack(TREES)
    torch.testing.assert_close(model(forest, roots_only=True), model(forest)[forest.roots])


@pytest.mark.parametrize(("name", "reference"), [("lstm", "tree-lstm"), ("tree-lstm", "lstm")])
@pytest.mark.parametrize("size", [20, 150, 300])
def test_parameters_are_matched_within_2_percent(name: str, reference: str, size: int) -> None:
    wanted = Settings(model=reference, size=size)
    matched = match_parameters(
        Settings(model=name),
        wanted,
        input_size=150,
        make_head=make_task("nodes", list("01234")).make_head,
    )
    counts = [build(replace(s, word_size=150), 5, VOCABULARY).parameter_counts()[0] for s in (matched, wanted)]
    assert abs(counts[0] / counts[1] - 1) < (0.02 if size > 20 else 0.05)


def test_a_network_that_is_always_smaller_keeps_size() -> None:
    head, small = make_task("nodes", list("01234")).make_head, Settings(model="average", word_size=1, size=7)
    assert match_parameters(small, Settings(size=400), input_size=1, make_head=head) == small


def test_parameter_counts_separate_the_embedding() -> None:
    model = build(Settings(size=4, word_size=3), 5, VOCABULARY)
    cell = 3 * 4 * 3 + 5 * 4 * 8 + 16
    assert model.parameter_counts() == (cell + 4 * 5 + 5, len(VOCABULARY) * 3)


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"config\.json: cannot read this file"):
        load_model(tmp_path)
    save_model(tmp_path, build(Settings(size=4), 5, VOCABULARY))
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(InputError, match=r"model\.safetensors: these weights cannot be read"):
        load_model(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text()) | {"format": 99}
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match="the format of this model is 99; it must be 1"):
        load_model(tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(InputError, match=r"config\.json:1:2: not JSON"):
        load_model(tmp_path)
