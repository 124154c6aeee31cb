r"""Training on small samples of a treebank with the default settings of commands, and fine-tuning on them.

For example, 5 samples of 300 training and 100 dev trees of SST, evaluated on the whole of test:

    python -m treenn.experiment.small_samples sst --train 300 --dev 100 --vectors glove.6B.50d.txt --out FILE

and samples of the dev file of a data set, each evaluated on 1,000 other examples of that file:

    python -m treenn.experiment.small_samples DIR --of dev --train 400 --dev 100 --others 1000 \
        --init sentiment --out FILE
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer

from treebanks import AnyTreebank
from treebanks.paths import data_home
from treenn.datasets.loading import load_dataset
from treenn.experiment.ledger import configuration_of, data_of, enter, unseen
from treenn.experiment.run_spec import RunSpec
from treenn.models.settings import Settings
from treenn.models.vectors import read_vectors
from treenn.runtime.environment import environment
from treenn.runtime.portable_command import portable_command
from treenn.training import train
from treenn.training.fine_tuning import Source
from treenn.trees.arguments import Count
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError
from treenn.trees.json_records import digits
from treenn.trees.json_values import dump_json

MIN_STEPS = 1500
"""The default minimum number of training steps of commands."""


@dataclass(frozen=True)
class Samples:
    """Random samples of a treebank.

    Args:
        treebank: the treebank.
        train: the number of training examples.
        dev: the number of dev examples.
        of: the split of both samples; empty for train and dev (default: `""`).
        others: the number of further examples of `of` for evaluation; None for the whole of `on` (default: None).
        on: the split of the evaluation without `others` (default: `"test"`).
    """

    treebank: AnyTreebank
    train: Count
    dev: Count
    of: str = ""
    others: int | None = None
    on: str = "test"

    def draw(self, seed: int) -> AnyTreebank:
        """Draw one sample. The split test has the further examples.

        Raises:
            InputError: if a split has too few examples.
        """
        generator, splits = np.random.default_rng(seed), self.treebank.splits
        if not self.of:
            of_train, of_dev = (_chosen(splits[split], size, generator) for split, size in self._sizes.items())
            return self._with(train=of_train, dev=of_dev, **{self.on: splits[self.on]})
        some = _chosen(splits[self.of], self.train + self.dev + (self.others or 0), generator)
        parts = np.split(np.arange(len(some)), np.cumsum([self.train, self.dev]))
        of_train, of_dev, test = ([some[index] for index in part] for part in parts)
        return self._with(train=of_train, dev=of_dev, test=test)

    @property
    def _sizes(self) -> dict[str, int]:
        return {"train": self.train, "dev": self.dev}

    def _with(self, **splits: Sequence[Any]) -> AnyTreebank:
        values: Any = splits
        return replace(self.treebank, splits=values)


def _chosen(examples: Sequence[Any], size: int, generator: np.random.Generator) -> list[Any]:
    if size > len(examples):
        raise InputError(f"the samples need {size} examples of a split that has {len(examples)}")
    return [examples[index] for index in generator.permutation(len(examples))[:size]]


def results(
    samples: Samples, number: int, *, vectors: Sequence[Path], init: str | None, command: str
) -> Iterator[dict[str, Any]]:
    """Yield the accuracy at roots on each sample, and that of the majority class of its training examples.

    Args:
        samples: the samples.
        number: the number of samples; their seeds are 0, 1, ...
        vectors: the files of word vectors.
        init: the model to fine-tune; None to train from scratch.
        command: the command, for the ledger.
    """
    source = None if init is None else Source.of(init)
    for seed in range(number):
        sample = samples.draw(seed)
        settings = Settings(min_steps=MIN_STEPS) if source is None else source.settings({"min_steps": MIN_STEPS})
        settings = replace(settings.for_examples(samples.train), seed=seed)
        files = [read_vectors(path, sample.words()) for path in vectors]
        split = samples.on if samples.others is None else "test"
        if samples.others is None and unseen([split]):
            names = tuple(path.name for path in vectors)
            configuration = configuration_of(RunSpec(settings, sample, names))
            enter(samples.treebank, [split], [(configuration, f"{settings.model}, sample {seed}")], command)
        run = train(replace_splits(sample), settings, vectors=files, init=source)
        predictions = run.model.predict(sample.splits[split], roots_only=True)
        gold, guess = predictions.whole
        of_train = np.array([label for label in map(_root, sample.splits["train"]) if label is not None])
        yield {
            "seed": seed,
            "epochs": run.results.epochs,
            "best_epoch": run.results.best_epoch,
            "accuracy": float((gold == guess).mean()),
            "majority": float((gold == np.bincount(of_train).argmax()).mean()),
            "data": data_of(sample, "train"),
            "predictions": digits(guess.tolist()),
        }


def replace_splits(treebank: AnyTreebank) -> AnyTreebank:
    """The treebank without the splits other than train and dev, whose words would be part of the vocabulary."""
    splits: Any = {split: treebank.splits[split] for split in ("train", "dev")}
    return replace(treebank, splits=splits)


def _root(example: Any) -> int | None:
    label: int | None = example.label
    return label


def main(
    treebank: Annotated[str, typer.Argument(help="A treebank, or a folder or file of single trees or texts.")],
    train: Annotated[int, typer.Option(help="The number of training examples.")],
    dev: Annotated[int, typer.Option(help="The number of dev examples.")],
    out: Annotated[Path, typer.Option(help="The JSON file of the record.")],
    of: Annotated[str, typer.Option(help="The split of all samples (default: train and dev).")] = "",
    others: Annotated[int | None, typer.Option(help="The number of other examples of --of to evaluate on.")] = None,
    number: Annotated[int, typer.Option(help="The number of samples.")] = 5,
    vectors: Annotated[list[str], typer.Option(help="A file of word vectors in TREEBANKS_HOME/vectors.")] = [],  # noqa: B006
    init: Annotated[str | None, typer.Option(help="A model to fine-tune.")] = None,
) -> None:
    """Train on small samples, and record the accuracy at roots next to that of the majority class."""
    torch.set_num_threads(1)
    files = [data_home() / "vectors" / name for name in vectors]
    command = portable_command(sys.argv[1:]).replace("treenn", "python -m treenn.experiment.small_samples", 1)
    samples = Samples(load_dataset(treebank), train, dev, of, others)
    found = []
    for result in results(samples, number, vectors=files, init=init, command=command):
        found.append(result)
        print(f"sample {result['seed']}: {result['accuracy']:.4f}, majority class {result['majority']:.4f}", flush=True)
    means = {name: float(np.mean([result[name] for result in found])) for name in ("accuracy", "majority")}
    record = {"schema": "treenn.small-samples", "version": 1, "command": command, **means, "samples": found}
    sizes = {"treebank": samples.treebank.name, "train": train, "dev": dev, "of": of, "others": others}
    record |= sizes | {"vectors": vectors, "init": init, "environment": environment()}
    write_text(out, dump_json(record, indent=1) + "\n")
    print({name: round(mean, 4) for name, mean in means.items()})


if __name__ == "__main__":
    typer.run(main)
