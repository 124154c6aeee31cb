"""`train`: the epochs of a run, the best of them on dev, and what it reached."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from safetensors.torch import load_file

from treebanks import Treebank
from treenn.checkpoint import load_checkpoint, save_checkpoint
from treenn.encoders import pack
from treenn.environment import environment
from treenn.evaluation import Predictions, metrics, predict
from treenn.models import NodeClassifier, build, save_model, save_weights
from treenn.settings import Settings
from treenn.training import folder
from treenn.training.data import batches, check_labels, digest, find_words
from treenn.training.optimizers import make_optimizers
from treenn.trees import InputError, Tree
from treenn.trees.files import read_text, write_text
from treenn.vectors import WordVectors

Progress = Callable[[int, int, str], None]
"""Called after every batch with the batches done, their number in the whole run, and a line that says how it goes."""


@dataclass(frozen=True)
class Run:
    """A finished training run.

    Args:
        model: the network of the best epoch.
        settings: what it was trained with.
        results: one entry of a comparison's `runs` (see `treenn.comparison.results`).
    """

    model: NodeClassifier
    settings: Settings
    results: dict[str, Any]


def train(
    treebank: Treebank,
    settings: Settings | None = None,
    *,
    vectors: Sequence[WordVectors] = (),
    out: Path | None = None,
    resume: bool = False,
    device: str = "cpu",
    command: str = "",
    progress: Progress = lambda done, total, text: None,
) -> Run:
    """Train one model, keep its best epoch on dev, and evaluate that on every split but train.

    The best epoch is the first with the highest dev accuracy over all nodes, or at the roots where training sees only
    them. On one thread of one machine the settings fix every bit of the result, also over an interruption: each epoch
    starts its random numbers anew from the seed and its own number.

    Args:
        treebank: what to train and to evaluate on.
        settings: the recipe; left out, the defaults of `Settings`.
        vectors: pretrained word vectors, side by side.
        out: a folder for the model, the checkpoint while it is trained, and `results.json`.
        resume: go on from the checkpoint in `out`, where there is one.
        device: `"cpu"` or `"cuda"`.
        command: what the results name as the command that made them.
        progress: told of every batch.

    Raises:
        InputError: where `out` holds a run already and `resume` was not asked for, or one of other settings or data;
            where nothing is labelled; where the loss stops being a number.
    """
    trainer = _Trainer(treebank, settings or Settings(), vectors, device)
    if out is not None:
        trainer.open(out, resume)
    for epoch in range(trainer.epochs_done + 1, trainer.settings.epochs + 1):
        trainer.run_epoch(epoch, progress)
    return trainer.finish(command)


class _Trainer:
    """The state of a run between epochs."""

    def __init__(self, treebank: Treebank, settings: Settings, vectors: Sequence[WordVectors], device: str) -> None:
        check_labels(treebank, settings)
        self.treebank, self.settings = treebank, settings
        vocabulary, self.coverage = find_words(treebank, vectors)
        network = build(settings, len(treebank.classes), vocabulary, vectors)
        self.fabric = _fabric(device)
        # Asked for now, not at the end: the code that runs is the code of the start, whatever is edited meanwhile.
        self.environment = environment(str(self.fabric.device))
        self.network, self.data = network, digest(treebank, network)
        self.model, *self.optimizers = self.fabric.setup(network, *make_optimizers(network, settings))
        self.model.mark_forward_method("loss")
        self.history: list[dict[str, Any]] = []
        self.best_epoch, self.best_weights = 0, network.state_dict()
        self.out: Path | None = None

    @property
    def epochs_done(self) -> int:
        return len(self.history)

    def open(self, out: Path, resume: bool) -> None:
        """Make the folder ready: refuse to overwrite a run, take up an unfinished one, or start afresh."""
        run = {"settings": asdict(self.settings), "data": self.data}
        self.out, held = out, folder.claim(out, run, resume=resume)
        if held is None:
            save_model(out, self.network, self.settings, self.treebank.classes)
            return
        if held == folder.RESULTS:
            state = json.loads(read_text(out / held))
        else:
            state = load_checkpoint(out / held, self.network, self.optimizers)
        self.history, self.best_epoch = state["history"], state["best_epoch"]
        self.best_weights = load_file(out / "model.safetensors")

    def run_epoch(self, epoch: int, progress: Progress) -> None:
        """Train one epoch, evaluate on dev, keep the weights if they are the best, write the checkpoint."""
        seed = int(np.random.SeedSequence([self.settings.seed, epoch]).generate_state(1)[0])
        start = time.perf_counter()
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            loss = self._train_epoch(epoch, np.random.default_rng(seed), progress)
        seconds = time.perf_counter() - start
        dev = metrics(predict(self.network, self.treebank.dev))
        self.history.append({"epoch": epoch, "loss": loss, "seconds": seconds, "dev": dev})
        if epoch == max(self.history, key=lambda entry: entry["dev"][self._criterion])["epoch"]:
            self.best_epoch = epoch
            self.best_weights = {name: tensor.clone() for name, tensor in self.network.state_dict().items()}
            if self.out is not None:
                save_weights(self.out, self.network)
        if self.out is not None:
            state = {"history": self.history, "best_epoch": self.best_epoch}
            save_checkpoint(self.out / folder.CHECKPOINT, self.network, self.optimizers, state)

    @property
    def _criterion(self) -> str:
        return "all_nodes" if self.settings.supervision == "nodes" else "root"

    def _train_epoch(self, epoch: int, generator: np.random.Generator, progress: Progress) -> float:
        self.network.train()
        total = torch.zeros((), device=self.fabric.device)
        in_order = list(batches(self.treebank.train, self.settings.batch_size, generator))
        for number, batch in enumerate(in_order, start=1):
            total += self._step(batch) * len(batch)
            done = (epoch - 1) * len(in_order) + number
            progress(done, self.settings.epochs * len(in_order), f"epoch {epoch} of {self.settings.epochs}")
        mean = float(total) / len(self.treebank.train)
        if not math.isfinite(mean):
            raise InputError(f"the loss became {mean} in epoch {epoch}; a lower --learning-rate may help")
        return mean

    def _step(self, batch: list[Tree]) -> torch.Tensor:
        """One step of the optimizers; a function of its own, so that its graph is gone before the next one grows."""
        forest = pack(batch, share=self.network.encoder.shareable).to(self.fabric.device)
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        loss: torch.Tensor = self.model.loss(forest, roots_only=self.settings.supervision == "roots")
        self.fabric.backward(loss)
        for optimizer in self.optimizers:
            optimizer.step()
        return loss.detach()

    def finish(self, command: str) -> Run:
        """Evaluate the best epoch and write `results.json`; the checkpoint has served its purpose."""
        self.network.load_state_dict(self.best_weights)
        results = {"command": command, **self._results()}
        if self.out is not None:
            write_text(self.out / folder.RESULTS, json.dumps(results) + "\n")
            (self.out / folder.CHECKPOINT).unlink(missing_ok=True)
        return Run(self.network.eval(), self.settings, results)

    def _results(self) -> dict[str, Any]:
        predictions = {
            split: predict(self.network, trees) for split, trees in self.treebank.splits.items() if split != "train"
        }
        parameters, embedding_parameters = self.network.parameter_counts()
        seconds = sum(entry["seconds"] for entry in self.history)
        return {
            "model": self.settings.model,
            "seed": self.settings.seed,
            "treebank": self.treebank.name,
            "parameters": parameters,
            "embedding_parameters": embedding_parameters,
            "seconds": seconds,
            "trees_per_second": len(self.treebank.train) * len(self.history) / seconds,
            "best_epoch": self.best_epoch,
            "epochs": len(self.history),
            "settings": asdict(self.settings),
            "vectors": self.coverage,
            "history": self.history,
            "environment": self.environment,
            **{split: metrics(p) for split, p in predictions.items()},
            "predictions": {split: _by_sentence(p) for split, p in predictions.items() if split != "dev"},
        }


def _fabric(device: str) -> Fabric:
    if device not in ("cpu", "cuda"):
        raise InputError(f"--device {device}: must be cpu or cuda")
    if device == "cuda" and not torch.cuda.is_available():
        raise InputError("--device cuda: torch finds no GPU on this machine; use --device cpu")
    return Fabric(accelerator=device, devices=1)


def _by_sentence(p: Predictions) -> dict[str, list[int]]:
    """What a paired comparison needs of each sentence."""
    return {
        "root": p.classes[p.roots].tolist(),
        "root_binary": p.positive[p.roots].astype(int).tolist(),
        "correct_nodes": p.correct_nodes().tolist(),
    }
