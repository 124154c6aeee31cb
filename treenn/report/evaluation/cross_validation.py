"""`cross_validate`: k-fold cross-validation of one network, with a report on the pooled predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from treebanks import AnyTreebank
from treenn.datasets.loading import load_dataset
from treenn.experiment.baselines import fit_baseline, predict_split
from treenn.experiment.cross_validation import folds_run, pooled, trained_folds
from treenn.experiment.folds import HELD_OUT, Folds, cross_validation_folds, pooled_examples
from treenn.experiment.ledger import digest
from treenn.experiment.text_baseline import TEXT_BASELINE
from treenn.models.settings import Settings
from treenn.report.evaluation.evaluation_report import EvaluationReport
from treenn.report.evaluation.files import write_evaluation
from treenn.report.evaluation.other_models import other_models
from treenn.report.evaluation.predictions_report import metric_values, report_on
from treenn.runtime.portable_command import portable
from treenn.runtime.progress import Progress, ignore
from treenn.tasks import task_of
from treenn.training.run_dir import check_run_dir
from treenn.training.run_results import portable_origin
from treenn.trees.arguments import AnyPath, Device, Runs, Seed, checked
from treenn.trees.json_records import to_json

EVALUATION = "evaluation.json"
"""The file of a cross-validation's report, in its folder."""


@checked
def cross_validate(
    treebank: AnyTreebank | str,
    settings: Settings | None = None,
    folds: Folds = 5,
    *,
    out: AnyPath,
    vectors: Sequence[AnyPath] = (),
    fold_seed: Seed = 0,
    overwrite: bool = False,
    jobs: Runs | None = None,
    device: Device = "cpu",
    progress: Progress = ignore,
    command: str = "treenn.cross_validate",
) -> EvaluationReport:
    """Cross-validate a network: each fold is predicted by a network trained on the others.

    The examples of train and dev are divided into folds, stratified by label. Equal sentences are in one fold. A
    stratified tenth of the training examples of a fold selects the epoch. Test splits are not read.

    The folder has a training run for each fold, `fold-1`, `fold-2`, ..., and the report, `evaluation.json`. The same
    call resumes. No entry in the ledger is made. If the trees are a parser's, the report has tests against the baseline
    `tf-idf`.

    Args:
        treebank: the treebank, or its name.
        settings: the recipe (default: `Settings()`).
        folds: the number of folds (default: 5).
        out: the folder.
        vectors: paths of pretrained word vectors, concatenated (default: none).
        fold_seed: the seed of the partition into folds (default: 0).
        overwrite: whether to replace what a treenn command left in `out` (default: False).
        jobs: the number of worker processes (default: `joblib.parallel_config` decides).
        device: `"cpu"` or `"cuda"` (default: `"cpu"`).
        progress: called for every batch or fold, and for every bootstrap sample of the report (default: no report).
        command: the command in the results.

    Returns:
        The report on the pooled predictions, those of train before those of dev. `folds` has the metrics of each fold.

    Raises:
        InputError: if a class has fewer different examples than there are folds; as `treenn.train`.
    """
    settings, data = settings or Settings(), load_dataset(treebank) if isinstance(treebank, str) else treebank
    divided = cross_validation_folds(data, folds, fold_seed)
    paths, folder = list(map(str, vectors)), Path(out)
    marker = folds_run(divided, settings, paths)
    check_run_dir(folder, marker, resume=True, overwrite=overwrite)
    how: dict[str, Any] = {"jobs": jobs, "device": device, "progress": progress, "command": command}
    with trained_folds(divided, settings, folder, vectors=paths, overwrite=overwrite, **how) as trained:
        report = report_on(
            task_of(divided[0][1]),
            pooled_examples(data),
            pooled(divided, [predictions for _, predictions in trained]),
            progress,
            command=command,
            model=portable(str(out)),
            network=settings.model,
            seed=settings.seed,
            treebank=data.name,
            split=HELD_OUT,
            data=digest(to_json(marker.identity)),
            origin=portable_origin(data.origin),
            folds=tuple(results.metrics[HELD_OUT].values for results, _ in trained),
        )
        if data.origin is not None and data.origin.parsed:
            baseline = pooled(divided, [_of_baseline(of_fold, settings) for _, of_fold in divided])
            values = metric_values(baseline, report.metrics, progress)
            report = replace(report, against=other_models(report, {TEXT_BASELINE: (baseline, values)}))
        write_evaluation(report, folder / EVALUATION)
        return report


def _of_baseline(treebank: AnyTreebank, settings: Settings) -> Any:
    """Predict a fold by the baseline of texts."""
    return predict_split(fit_baseline(treebank, TEXT_BASELINE, settings), treebank, HELD_OUT)
