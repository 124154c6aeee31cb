import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from killing import Killed, kill_after, whole_and_resumed
from strategies import left_chain
from toy import toy_treebank

from treebanks import Treebank
from treenn.cells import BinaryTreeLSTM
from treenn.encoders import BidirectionalTreeEncoder, pack
from treenn.encoders.phrases import Phrases
from treenn.models.names import ENCODERS
from treenn.models.saving import load_model
from treenn.models.settings import Settings
from treenn.training import train
from treenn.training.run_results import SplitMetrics, TrainingResults
from treenn.trees import InputError
from treenn.trees.json_records import from_json
from treenn.trees.json_values import read_object

TOY = toy_treebank()
SMALL = Settings(size=10, word_size=8, epochs=3, batch_size=10)
KILLED_IN_EPOCH_2 = """
import os, signal, sys
from pathlib import Path
from toy import toy_treebank
from treenn.models.settings import Settings
from treenn.training import train

def progress(done, *rest):
    if done == 20:
        os.kill(os.getpid(), signal.SIGKILL)

settings = Settings(size=10, word_size=8, epochs=3, batch_size=10)
train(toy_treebank(), settings, out=Path(sys.argv[1]), progress=progress)
"""


@pytest.mark.parametrize("model", ["tree-lstm", "lstm"])
@pytest.mark.parametrize("supervision", ["nodes", "roots"])
def test_a_network_learns_what_not_does(model: str, supervision: str) -> None:
    recipe = Settings(
        model=model, supervision=supervision, size=16, word_size=16, epochs=12, batch_size=5, dropout=0.0,
        learning_rate=0.1, embedding_learning_rate=0.5, weight_decay=0.0,
    )  # fmt: skip
    test = SplitMetrics.of(train(TOY, recipe).model.predict(TOY.test))
    assert test.values["root"] > 0.9
    assert test.majority["root"] < 0.7


def test_a_seed_fixes_every_bit(tmp_path: Path) -> None:
    weights = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        train(TOY, replace(SMALL, seed=seed), out=tmp_path / name)
        weights.append((tmp_path / name / "model.safetensors").read_bytes())
    assert weights[0] == weights[1] != weights[2]


def test_the_best_epoch_on_dev_is_kept(tmp_path: Path) -> None:
    run = train(TOY, replace(SMALL, epochs=5), out=tmp_path)
    dev = [epoch.dev.values["all_nodes"] for epoch in run.results.history]
    best = dev.index(max(dev)) + 1
    assert run.results.best_epoch == best
    stopped_there = train(TOY, replace(SMALL, epochs=best))
    for ours, theirs in zip(run.model.parameters(), stopped_there.model.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    assert run.results.value("dev", "all_nodes") == max(dev)
    loaded = load_model(tmp_path)
    assert all(torch.equal(a, b) for a, b in zip(loaded.parameters(), run.model.parameters(), strict=True))


def test_progress_counts_every_batch_of_the_run() -> None:
    calls = []
    train(TOY, replace(SMALL, epochs=2), progress=lambda *call: calls.append(call))
    assert [done for done, _, _ in calls] == list(range(1, 25))
    assert {total for _, total, _ in calls} == {24}
    assert calls[-1][2] == "epoch 2 of 2"


def test_results_say_what_made_them(tmp_path: Path) -> None:
    results = train(TOY, SMALL, out=tmp_path, command="treenn train ...").results
    assert from_json(TrainingResults, read_object(tmp_path / "results.json"), "results.json") == results
    assert (results.model, results.seed, results.treebank) == ("tree-lstm", 0, "toy")
    assert results.command == "treenn train ..."
    assert results.environment["torch"] == torch.__version__
    assert {"commit", "tag", "python", "numpy", "threads", "device"} <= set(results.environment)
    assert len(results.code) == 12 and len(results.data) == 64
    assert results.cpu_seconds == pytest.approx(sum(epoch.cpu_seconds for epoch in results.history))
    assert set(results.metrics) == {"dev"}, "no other split is evaluated"
    assert not results.predictions
    assert 50 < results.peak_memory_mb < 100_000
    assert not (tmp_path / "checkpoint.safetensors").exists()


def test_a_batch_without_a_label_does_no_harm() -> None:
    bare = tuple(tree.map_labels(lambda label: None) for tree in TOY.train[:50])
    treebank = Treebank("toy", TOY.classes, {**TOY.splits, "train": bare + TOY.train[:5]})
    results = train(treebank, replace(SMALL, batch_size=1)).results
    assert all(epoch.loss > 0 for epoch in results.history)


@pytest.mark.parametrize("supports_dedup", [False, True])
def test_subtrees_are_shared_where_the_encoder_allows_it(supports_dedup: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = set()
    monkeypatch.setattr("treenn.tasks.nodes.pack", lambda trees, dedup: seen.add(dedup) or pack(trees, dedup=dedup))
    if not supports_dedup:
        monkeypatch.setitem(ENCODERS, "tree-lstm", lambda x, d: BidirectionalTreeEncoder(BinaryTreeLSTM(x, d - 4), 4))
    results = train(TOY, SMALL).results
    assert seen == {supports_dedup}
    assert results.history[-1].loss < results.history[0].loss


@pytest.mark.parametrize("model", ["tree-lstm", "lstm"])
@pytest.mark.parametrize("batches", [5, 12, 30])
def test_resumed_run_is_bit_identical(model: str, batches: int, tmp_path: Path) -> None:
    seen = []
    recipe = replace(SMALL, model=model)
    whole, resumed = whole_and_resumed(TOY, recipe, tmp_path, batches, lambda *call: seen.append(call))
    assert len(seen) == 36 - 12 * ((batches - 1) // 12), "finished epochs must not be trained again"
    assert (resumed.best_epoch, resumed.metrics) == (whole.best_epoch, whole.metrics)
    # Losses and dev of each epoch: the best epoch may be before the interruption.
    whole_epochs, epochs = (
        [(each.loss, each.gradient_norm, each.dev) for each in it.history] for it in (whole, resumed)
    )
    assert epochs == whole_epochs


@pytest.mark.slow  # processes of its own
def test_killed_and_resumed_process_yields_identical_weights(tmp_path: Path) -> None:
    path = os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-c", KILLED_IN_EPOCH_2, str(tmp_path / "cut")]
    killed = subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, capture_output=True, timeout=60)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (tmp_path / "cut/checkpoint.safetensors").exists()
    assert not (tmp_path / "cut/results.json").exists()
    for out in ("cut", "whole"):
        train(TOY, SMALL, out=tmp_path / out, resume=True)
    assert (tmp_path / "cut/model.safetensors").read_bytes() == (tmp_path / "whole/model.safetensors").read_bytes()


def test_a_folder_with_a_run_is_not_overwritten(tmp_path: Path) -> None:
    first = train(TOY, SMALL, out=tmp_path).results
    with pytest.raises(InputError, match="holds a run already; pass resume=True to go on with it, overwrite=True to"):
        train(TOY, SMALL, out=tmp_path)
    written = (tmp_path / "results.json").read_bytes()
    assert train(TOY, SMALL, out=tmp_path, resume=True, command="again").results == first
    assert (tmp_path / "results.json").read_bytes() == written


def test_resume_with_other_settings_or_data_is_refused(tmp_path: Path) -> None:
    train(TOY, SMALL, out=tmp_path)
    with pytest.raises(InputError, match=r"has batch_size=10, not 20; resume with the same"):
        train(TOY, replace(SMALL, batch_size=20), out=tmp_path, resume=True)
    other = Treebank("toy", TOY.classes, {**TOY.splits, "train": TOY.train[1:]})
    with pytest.raises(InputError, match="began with other trees or vectors"):
        train(other, SMALL, out=tmp_path, resume=True)


def test_run_saved_before_a_setting_existed_resumes(tmp_path: Path) -> None:
    first = train(TOY, SMALL, out=tmp_path).results
    run = json.loads((tmp_path / "run.json").read_text())
    del run["settings"]["clip_norm"], run["settings"]["optimizer"]
    (tmp_path / "run.json").write_text(json.dumps(run))
    assert train(TOY, SMALL, out=tmp_path, resume=True).results.history == first.history
    with pytest.raises(InputError, match=r"has optimizer=adagrad, not adam; resume with the same"):
        train(TOY, replace(SMALL, optimizer="adam"), out=tmp_path, resume=True)


def test_a_checkpoint_that_is_damaged_is_named(tmp_path: Path) -> None:
    with pytest.raises(Killed):
        train(TOY, SMALL, out=tmp_path, progress=kill_after(20))
    (tmp_path / "checkpoint.safetensors").write_bytes(b"\0" * 100)
    with pytest.raises(InputError, match=r"checkpoint\.safetensors: this checkpoint cannot be read"):
        train(TOY, SMALL, out=tmp_path, resume=True)


def test_what_cannot_be_trained_is_refused(tmp_path: Path) -> None:
    bare = {split: tuple(tree.map_labels(lambda label: None) for tree in trees) for split, trees in TOY.splits.items()}
    with pytest.raises(InputError, match="no nodes of split 'train' of treebank toy are labelled"):
        train(Treebank("toy", TOY.classes, bare), SMALL)
    with pytest.raises(InputError, match="split 'dev' of treebank toy has no tree"):
        train(Treebank("toy", TOY.classes, {**TOY.splits, "dev": ()}), SMALL)
    with pytest.raises(
        InputError, match=r"became (nan|inf) in epoch 1, batch . of 12, at sentence .*; a lower learning_rate"
    ):
        train(TOY, replace(SMALL, learning_rate=1e18, embedding_learning_rate=1e18))
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="this is a file; out must name a folder"):
        train(TOY, SMALL, out=tmp_path / "file")


@pytest.mark.parametrize("model", list(ENCODERS))
def test_every_network_trains_by_name(model: str) -> None:
    treebank = toy_treebank(train=60, dev=10, test=10)
    history = train(treebank, replace(SMALL, model=model, epochs=4, dropout=0.0)).results.history
    assert history[-1].loss < 0.95 * history[0].loss


@pytest.mark.parametrize("n", [3_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_deep_trees_train(n: int, tmp_path: Path) -> None:
    deep = left_chain(n).map_labels(lambda label: 1)
    treebank = Treebank("deep", TOY.classes, {"train": (deep,), "dev": TOY.dev})
    results = train(treebank, Settings(size=2, word_size=2, epochs=1), out=tmp_path).results
    assert 0 < results.history[0].loss < 2 * n * 2


@pytest.mark.parametrize("below", [False, True])
def test_sequence_model_runs_phrases_only_if_labelled(below: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    read = Phrases.of
    monkeypatch.setattr(Phrases, "of", lambda forest, roots_only: asked.append(roots_only) or read(forest, roots_only))
    splits = {
        split: tuple(tree if below else tree.with_labels([None] * (len(tree) - 1) + [tree.label]) for tree in trees)
        for split, trees in toy_treebank(train=20, dev=5, test=5).splits.items()
    }
    train(Treebank("toy", TOY.classes, splits), Settings(model="lstm", size=4, epochs=1, supervision="roots"))
    assert set(asked) == ({True, False} if below else {True})
