"""`TrainedModel`: a saved model with the record of its training, for evaluation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from treebanks import AnyTreebank
from treebanks.own_data.spec import DatasetSpec, is_safe
from treenn.experiment.input_variants import input_variant
from treenn.experiment.ledger import configuration_of, digest
from treenn.experiment.plan_record import PLAN_SCHEMA, ComparedModel
from treenn.experiment.results import PLAN, RUNS
from treenn.experiment.run_spec import RunSpec
from treenn.models.network import Network
from treenn.models.saving import SHIPPED, load_model, model_folder
from treenn.runtime.portable_command import portable
from treenn.runtime.weight_file import NAME
from treenn.training.run_dir import kind_in
from treenn.training.run_marker import COMPARISON, CROSS_VALIDATION, RESULTS
from treenn.training.run_results import TrainingResults, read_training
from treenn.trees.errors import InputError

_GOLD = ComparedModel("", "", trees="gold", shuffle=False)


@dataclass(frozen=True)
class TrainedModel:
    """A saved model.

    Args:
        path: the folder as given, or `sentiment`.
        folder: the folder with the results.json to which evaluations are added; None if it is not a training run, or if
            it is a run of a comparison with other trees.
        network: the network.
        results: the results of its training; None without a training run.
        variant: the trees that it reads: `gold`, except for runs of a comparison with other trees.
        parser: the parser of its training texts, if the texts of the evaluation were parsed by another one (default:
            None).
    """

    path: str
    folder: Path | None
    network: Network
    results: TrainingResults | None
    variant: ComparedModel = _GOLD
    parser: str | None = None

    @property
    def name(self) -> str:
        """The name in reports, without absolute paths of this machine."""
        return portable(self.path)

    @property
    def reads_gold_trees(self) -> bool:
        """True if the model reads the treebank's trees, with the words in order."""
        return self.variant.trees == "gold" and not self.variant.shuffle

    def configuration(self, treebank: AnyTreebank) -> str:
        """The configuration in the test ledger, or a hash of the weights without a record of training."""
        assert self.network.settings is not None
        if self.results is None:
            return digest(hashlib.sha256((model_folder(self.path) / NAME).read_bytes()).hexdigest())
        vectors = tuple(file.file for file in self.results.vectors)
        variant = self.variant
        return configuration_of(RunSpec(self.network.settings, treebank, vectors, variant.trees, variant.shuffle))

    def read(self, treebank: AnyTreebank) -> AnyTreebank:
        """Convert the treebank to the input of this model."""
        if self.reads_gold_trees:
            is_parsed = treebank.origin is not None and treebank.origin.parsed
            reparsed = self.parser if is_parsed else None
            return treebank if reparsed is None else input_variant(treebank, reparsed, shuffle=False, seed=0)
        seed = 0 if self.results is None else self.results.seed
        return input_variant(treebank, self.variant.trees, shuffle=self.variant.shuffle, seed=seed)


def open_model(
    model: str | Path, contextual: str | Sequence[str] = (), trust: str | Sequence[str] = ()
) -> TrainedModel:
    """Load a saved model with the record of its training.

    Args:
        model: a folder of `treenn train`, of a run of `treenn compare` or `reproduce` or of `treenn export`, or
            `sentiment`, the model that ships with treenn.
        contextual: the contextual encoders that the model may name (`treenn.load_model`).
        trust: the modules that the model may name (`treenn.load_model`).

    Raises:
        InputError: as `load_model`, and if the record of its training is malformed.
    """
    folder = Path(model)
    _refuse_experiment(folder)
    network = load_model(model, contextual, trust)
    if str(model) == SHIPPED or not (folder / RESULTS).exists():
        return TrainedModel(str(model), None, network, None)
    found = TrainedModel(str(model), folder, network, read_training(folder), _variant(folder.resolve()))
    return found if found.reads_gold_trees else replace(found, folder=None)


def _refuse_experiment(folder: Path) -> None:
    """Validate that a folder is not that of a comparison or a cross-validation, whose subfolders have the models."""
    below = {COMPARISON: f"{RUNS}/*/{NAME}", CROSS_VALIDATION: f"fold-*/{NAME}"}
    kind = None if (folder / NAME).exists() else kind_in(folder)
    if kind is None or kind not in below:
        return
    runs = sorted(path.parent for path in folder.glob(below[kind]))
    example = f", such as {runs[0]}" if runs else ""
    raise InputError(f"this folder holds a {kind.noun}; name the folder of one of its runs{example}", source=folder)


def _variant(folder: Path) -> ComparedModel:
    """The trees that a run reads, according to the plan of its comparison."""
    plan = folder.parent.parent / PLAN
    if folder.parent.name != RUNS or not plan.exists():
        return _GOLD
    outline = PLAN_SCHEMA.read(plan)
    models = {model.name: model for model in outline.models}
    names = [entry.model for task in outline.tasks for entry in task.planned if entry.run == folder.name]
    variant = models.get(names[0], _GOLD) if names else _GOLD
    if variant.trees not in ("gold", "brackets") and not is_safe(DatasetSpec(trees=variant.trees)):
        raise InputError(
            f"this run reads trees of the parser {variant.trees[:200]!r}; must be one of treenn, because a plan may be "
            "from anyone",
            source=folder,
        )
    return variant


def reading_texts_of(model: TrainedModel, first: TrainedModel) -> TrainedModel:
    """Set the parser of a model that is evaluated on the texts of another model.

    Raises:
        InputError: if the model was trained on words of another tokenizer, or if it names the folder of a parser.
    """
    own, others = model.network.text_parsing, first.network.text_parsing
    if own is None or others is None or own == others:
        return model
    if own.tokenizer != others.tokenizer:
        raise InputError(
            f"this model was trained on words of the tokenizer {own.tokenizer}: must be {others.tokenizer}, as "
            f"{first.path}",
            source=model.path,
        )
    own.check_permitted()
    return replace(model, parser=own.trees)
