"""The paragraphs of an evaluation: model, data, earlier readings, and provenance."""

from __future__ import annotations

from collections.abc import Iterator

from treenn.report.evaluation.evaluation_report import EvaluationReport


def introduction(report: EvaluationReport) -> str:
    """The paragraph on the model, the data and the earlier readings of the data."""
    sentences = [_of_folds(report)] if report.folds else [_of_one_model(report), *_readings(report)]
    return " ".join([*sentences, *_of_origin(report)])


def _of_one_model(report: EvaluationReport) -> str:
    seed = "" if report.seed is None else f", seed {report.seed}"
    count = f"{report.size:,} {report.noun}{'s' * (report.size != 1)}"
    return f"{report.model} ({report.network}{seed}) was evaluated on {report.split} of {report.treebank}, {count}."


def _readings(report: EvaluationReport) -> Iterator[str]:
    """The sentences on earlier readings, or on the use of train or dev in training."""
    these = f"these {report.noun}s"
    if report.split in ("train", "dev"):
        chosen = "was trained on" if report.split == "train" else "selected its epoch on"
        yield f"If training {chosen} {these}, the values are too high for new ones."
    if report.earlier_configurations is not None:
        number = report.earlier_configurations
        others = f"{number or 'no'} other configuration{'s' * (number > 1)}"
        yield f"According to the test ledger, {others} had been evaluated on {these} before."


def _of_folds(report: EvaluationReport) -> str:
    """The sentences on a cross-validation."""
    noun = report.noun
    return (
        f"{report.network}, seed {report.seed}: {len(report.folds)}-fold cross-validation on train and dev of"
        f" {report.treebank}, {report.size:,} {noun}s, in {report.model}. Each {noun} is predicted once, by a"
        " network that was trained on the other folds, a tenth of which selected the epoch. The folds share training"
        " data, so they are no independent samples, and there is no test over folds. No test split was read."
    )


def _of_origin(report: EvaluationReport) -> Iterator[str]:
    """The split of a file, and the parser of texts."""
    origin = report.origin
    if origin is not None and origin.spec.split is not None and not report.folds:
        yield f"The file was split {origin.spec.split}, with seed {origin.spec.split_seed}."
    if origin is not None and origin.parsed:
        parser, tokenizer = origin.spec.trees, origin.spec.tokenizer
        yield f"The trees are those of the parser {parser}, over words of the tokenizer {tokenizer}."


def provenance(report: EvaluationReport) -> str:
    """The command and the identity of the data."""
    commit = report.environment.get("commit")
    code = "" if commit is None else f" at commit {commit}"
    return f"Command: {report.command}, treenn {report.environment.get('treenn')}{code}. Data: {report.data}."
