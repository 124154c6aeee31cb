"""Records of comparisons for a repository, and their verification: everything recomputed from the runs' predictions."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

from treenn.analysis.statistics import measure_of
from treenn.evaluation.measuring import paired_metrics
from treenn.experiment.gather import check_run, compute_differences, corrected
from treenn.experiment.results import COMPARISON_SCHEMA, ComparisonResults, TaskResults
from treenn.experiment.run_record import RunResults, summarize_runs
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError
from treenn.trees.json_values import dump_json

_ROUNDING = 6e-5  # relative: records have 5 digits
_SHOWN = 5  # the maximum number of disagreements in a message


def write_record(results: ComparisonResults, file: Path) -> None:
    """Write results for a repository: with predictions, numbers to 5 digits, without tables.

    Summaries and differences are recomputed from the rounded runs, and correlations from the rounded predictions if
    rounding changes them. Thus `verify` finds the same numbers.

    Raises:
        InputError: if the file cannot be written.
    """
    rounded = recomputed(_rounded(_with_metrics_of_predictions(_rounded(replace(results, tables={}, digest="")))))
    record = _rounded(rounded)
    text = dump_json(COMPARISON_SCHEMA.to_json(replace(record, digest=digest(record))), compact=True)
    write_text(file, text + "\n")


def _rounded(results: ComparisonResults) -> ComparisonResults:
    text = dump_json(COMPARISON_SCHEMA.to_json(results))
    return COMPARISON_SCHEMA.parse(json.loads(text, parse_float=lambda digits: float(f"{float(digits):.5g}")), "")


def _with_metrics_of_predictions(results: ComparisonResults) -> ComparisonResults:
    """The results, with metrics recomputed from the predictions where both disagree."""

    def corrected_run(task: TaskResults, run: RunResults) -> RunResults:
        metrics = dict(run.metrics)
        for split in task.unseen_splits:
            right = metrics_of_predictions(task, run, split)
            values = {name: right[name] for name in right if not _agree(run.value(split, name), right[name])}
            metrics[split] = replace(metrics[split], values={**metrics[split].values, **values})
        return replace(run, metrics=metrics)

    tasks = [replace(task, runs=tuple(corrected_run(task, run) for run in task.runs)) for task in results.tasks]
    return replace(results, tasks=tuple(tasks))


def recomputed(results: ComparisonResults) -> ComparisonResults:
    """The results with summaries and differences computed from the runs."""
    tasks = [replace(task, summary=summarize_runs(task.runs, task.evaluated)) for task in results.tasks]
    tasks = [replace(task, differences=tuple(compute_differences(task))) for task in tasks]
    return replace(results, tasks=tuple(corrected(tasks)))


def digest(results: ComparisonResults) -> str:
    """The SHA-256 of results, without their own digest."""
    content = COMPARISON_SCHEMA.to_json(replace(results, digest=""))
    return hashlib.sha256(dump_json(content, compact=True).encode()).hexdigest()


def verify(file: Path) -> ComparisonResults:
    """The results of a file, after the recomputation of everything that follows from the runs' predictions.

    That is each run's metrics, the summaries over seeds, and the differences with intervals, p values and power. The
    order of models must be the same in the plan, the runs and the summaries, because the others are compared with the
    first network. The runs of a network must have one code hash. The digest, if there is one, must be that of the rest.

    Args:
        file: a results.json or a record of `treenn report --record`.

    Raises:
        InputError: if the file is malformed, has no predictions, or disagrees with its predictions.
    """
    results = COMPARISON_SCHEMA.read(file)
    for task in results.sections:
        if not all(set(task.unseen_splits) <= set(run.predictions) for run in task.runs):
            raise InputError(
                f"the runs on {task.treebank.name} have no predictions to verify; make the record again with"
                " `treenn report DIR --record FILE`",
                source=file,
            )
        for run in task.runs:
            check_run(run, task, file)
    if not results.sections:
        raise InputError("this file has no run to verify", source=file)
    found = [
        *_repeated(results),
        *_incomplete(results),
        *_disordered(results),
        *_mixed_code(results),
        *_wrong_metrics(results),
        *_differing(results),
        *_wrong_digest(results),
    ]
    if found:
        more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise InputError(f"this file disagrees with its predictions: {'; '.join(found[:_SHOWN])}{more}", source=file)
    return results


def _repeated(results: ComparisonResults) -> Iterator[str]:
    for number, task in enumerate(results.tasks):
        counts = Counter((run.model, run.seed) for run in task.runs)
        for (model, seed), count in counts.items():
            if count > 1:
                yield f"tasks[{number}].runs has seed {seed} of {model} {count} times; must be once"


def _incomplete(results: ComparisonResults) -> Iterator[str]:
    """Wrong numbers of runs, with the missing ones, wrong sizes of splits and wrong seeds."""
    planned = {model.name: min(results.seeds, model.seeds or results.seeds) for model in results.models}
    for number, task in enumerate(results.tasks):
        counts = Counter([run.model for run in task.runs if run.history] + [run.model for run in task.missing])
        for model in task.networks:
            if counts[model] != planned[model]:
                yield f"tasks[{number}] has {counts[model]} runs of {model}, missing ones too; must be {planned[model]}"
        for split, gold in task.gold.items():
            examples = max(map(len, gold.columns.values()), default=0)
            if task.treebank.sizes.get(split) != examples:
                yield f"tasks[{number}].treebank.sizes.{split} is {task.treebank.sizes.get(split)}; must be {examples}"
        for index, run in enumerate(task.runs):
            if run.settings.get("seed", run.seed) != run.seed:
                yield f"tasks[{number}].runs[{index}].settings.seed is {run.settings['seed']}; must be {run.seed}"


def _disordered(results: ComparisonResults) -> Iterator[str]:
    for number, task in enumerate(results.tasks):
        in_plan = [model.name for model in results.models if model.name in task.runs_by_model]
        for place, names in (("runs", task.runs_by_model), ("summary", task.summary)):
            if list(names) != in_plan:
                yield f"tasks[{number}].{place} has the models {', '.join(names)}; must be {', '.join(in_plan)}"


def _mixed_code(results: ComparisonResults) -> Iterator[str]:
    """The networks whose runs are from different versions of the code; runs of before 2026-12 have no hash."""
    for number, task in enumerate(results.tasks):
        hashes: dict[object, dict[str, None]] = {}
        for run in task.runs:
            if run.code:
                hashes.setdefault(run.settings.get("model"), {})[run.code] = None
        for network, found in hashes.items():
            if len(found) > 1:
                yield f"tasks[{number}].runs of {network} have the code hashes {', '.join(found)}; must be one"


def _wrong_metrics(results: ComparisonResults) -> Iterator[str]:
    for number, task in enumerate(results.tasks):
        for index, run in enumerate(task.runs):
            for split in task.unseen_splits:
                for metric, value in metrics_of_predictions(task, run, split).items():
                    if not _agree(recorded := run.value(split, metric), value):
                        yield f"tasks[{number}].runs[{index}].{split}.{metric} is {recorded}; must be {value:.5g}"


def metrics_of_predictions(task: TaskResults, run: RunResults, split: str) -> dict[str, float]:
    """The metrics with paired tests that a run has on a split, computed from its predictions."""
    values: dict[str, float] = {}
    for metric in paired_metrics():
        if run.value(split, metric) is not None:
            measure = measure_of({"": [run.predictions[split]]}, task.gold[split], len(task.treebank.classes), metric)
            if measure is not None and measure.sentences:
                values[metric] = float(measure.values()[""][0])
    return values


def _differing(results: ComparisonResults) -> Iterator[str]:
    recorded, right = (COMPARISON_SCHEMA.to_json(each) for each in (results, recomputed(results)))
    yield from _compared(recorded["tasks"], right["tasks"], "tasks")


def _compared(recorded: object, right: object, place: str) -> Iterator[str]:
    """The places at which two JSON values differ by more than rounding."""
    if isinstance(recorded, Mapping) and isinstance(right, Mapping):
        for name in dict.fromkeys([*recorded, *right]):
            yield from _compared(recorded.get(name), right.get(name), f"{place}.{name}")
    elif isinstance(recorded, Sequence) and isinstance(right, Sequence) and not isinstance(recorded, str):
        for index, (first, second) in enumerate(zip_longest(recorded, right)):
            yield from _compared(first, second, f"{place}[{index}]")
    elif not _agree(recorded, right):
        yield f"{place} is {recorded}; must be {right}"


def _agree(recorded: object, right: object) -> bool:
    if isinstance(recorded, (int, float)) and isinstance(right, float):
        return math.isclose(recorded, right, rel_tol=_ROUNDING, abs_tol=1e-12)
    return recorded == right


def _wrong_digest(results: ComparisonResults) -> Iterator[str]:
    if results.digest and results.digest != digest(results):
        yield "the digest is another one: some value was changed after the file was written"
