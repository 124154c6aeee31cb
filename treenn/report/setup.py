"""The section on the setup: supervision, matching, tuning and the models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from treenn.experiment.plan_record import ESTIMATES, ComparedModel, TrialLog
from treenn.experiment.plan_spec import NGRAMS
from treenn.experiment.results import MATCHED, TaskResults
from treenn.models.names import GRAMMARS
from treenn.parsers.loading import is_shape
from treenn.report.budget import at_maximum, budget_table, expected_best_chart
from treenn.report.document import Block, Record, Section, Table, Text, field_of
from treenn.report.folds_section import conditions
from treenn.report.formatting import NONE, label_of, listing
from treenn.translation.beam_search import BeamOptions

_SUPERVISION = {
    "nodes": "every labelled phrase; a tree network has it as a node, a sequence network reads its words",
    "roots": "only the labels of whole sentences",
    "spans": "the sentence and four of its labelled phrases, resampled each epoch",
    "published": "as of Tai et al. (2015): every labelled node for networks that read trees; the sentence and four of"
    " its labelled phrases, resampled each epoch, for networks that read sequences",
}


_BASELINES = {"majority": "nothing", "naive-bayes": "unigrams and bigrams", "tf-idf": "TF-IDF of unigrams and bigrams"}
_BASELINES |= dict.fromkeys(NGRAMS, "the tokens before")
_TREES = {"gold": "the original treebank", "brackets": "words and the brackets of the treebank's trees"}


def setup_section(task: TaskResults) -> Section:
    """The setup that all models share, and the models."""
    sentences = (
        _supervision(task),
        *_parsing(task),
        *_vectors(task),
        _matching(task),
        *_equal_time(task),
        *_unmatched(task),
        _tuning(task),
        _readings(task),
    )
    blocks: list[Block] = [Text(" ".join(sentences))]
    if task.models:
        blocks.append(_models(task))
    if task.networks:
        blocks += [budget_table(task), Text(at_maximum(task))]
    if (curves := expected_best_chart(task)) is not None:
        blocks.append(curves)
    if task.missing:
        runs = listing([f"{each.model} with seed {each.seed}" for each in task.missing])
        blocks.append(Text(f"Planned, but not finished: {runs}."))
    return Section("Setup", blocks)


def _supervision(task: TaskResults) -> str:
    if task.is_of_tokens:
        if (estimates := task.settings.get(ESTIMATES)) is None:
            return "Supervision: the tokens of sentences."
        return (
            "Supervision: the tokens of sentences, for grammars also the trees. The probability of a sentence under a "
            f"grammar is a sum over its trees: {estimates}."
        )
    if task.is_of_pairs:
        return "Supervision: one label or score for each pair."
    if task.is_of_translations:
        search = BeamOptions()
        return (
            "Supervision: the translations. Epochs are compared by greedy translations of dev; trained models are"
            f" evaluated by beam search of width {search.width} with α = {search.alpha:g}."
        )
    others = [model for model in task.models if model.labels and model.name in task.summary]
    own = "".join(f" {model.name}: {_SUPERVISION[model.labels or task.supervision]}." for model in others)
    return f"Supervision: {_SUPERVISION[task.supervision]}.{own}"


def _parsing(task: TaskResults) -> Iterator[str]:
    """The parser and the tokenizer of texts."""
    origin = task.treebank.origin
    if origin is not None and origin.parsed:
        syntax = " (a fixed shape, no syntax)" if is_shape(origin.spec.trees) else ""
        yield (
            f"The data are texts: the parser {origin.spec.trees}{syntax} made their trees, "
            f"the tokenizer {origin.spec.tokenizer} their words."
        )


def _vectors(task: TaskResults) -> Iterator[str]:
    """The word vectors of models that do not read those of the task."""
    others = [model for model in task.models if model.vectors is not None and model.name in task.summary]
    named = [f"{model.name}: {listing(model.vectors) if model.vectors else 'random'}" for model in others]
    if named:
        yield f"Word vectors of single models: {'; '.join(named)}."


def _matching(task: TaskResults) -> str:
    first = task.reference
    if task.match == "parameters":
        return (
            f"Matched by parameters: every network has as many as {first}, to {MATCHED:.0%}, unless it is marked;"
            " word vectors are excluded, contextual vectors count as inputs."
        )
    if task.match == "time":
        return f"Matched by training time: every network has the epochs that fit into the training time of {first}."
    return "Not matched, neither by parameters nor by training time."


def _equal_time(task: TaskResults) -> Iterator[str]:
    """The networks that are also matched in training time."""
    names = [model.name for model in task.models if model.equal_time and model.name in task.summary]
    if names:
        yield f"Also matched by training time, in epochs that fit into that of {task.reference}: {listing(names)}."


def _unmatched(task: TaskResults) -> Iterator[str]:
    """The networks that are marked in the tables."""
    runs = task.runs_by_model
    counts = [f"{model} {runs[model][0].parameters:,}" for model in task.unmatched]
    if counts:
        reference = f"{task.reference} has {runs[task.reference][0].parameters:,}"
        yield f"Unmatched, in parameters or in the contextual encoder: {listing(counts)}; {reference}."


def _tuning(task: TaskResults) -> str:
    trials = {each.name: each.trials for each in task.models if each.name in task.summary}
    tuned = {name: log for name, log in trials.items() if log}
    if not tuned:
        return "No model's settings are from a logged search."
    equal = "Equal" if len({log.number for log in tuned.values()}) == 1 else "Unequal"
    untuned = [name for name in trials if name not in tuned]
    rest = f" No logged search: {listing(untuned)}." if untuned else ""
    return f"{equal} numbers of logged tuning trials.{_elsewhere(task, tuned.values())}{rest}"


def _elsewhere(task: TaskResults, logs: Iterable[TrialLog]) -> str:
    """The supervision of the trials, if it is another one; empty if it is not recorded."""
    others = dict.fromkeys(log.supervision for log in logs if log.supervision)
    others.pop(task.supervision, None)
    return f" The trials were under supervision {listing(list(others))}." if others else ""


def _readings(task: TaskResults) -> str:
    """The number of other configurations evaluated on the unseen splits, or the conditions of a cross-validation."""
    if task.cross_validation is not None:
        return conditions(task)
    if task.earlier_readings is None:
        return f"It is unknown how many configurations had been evaluated on {listing(task.unseen_splits)} before."
    counts = listing([f"{number} on {split}" for split, number in task.earlier_readings.items()])
    number = task.repeated_readings
    again = f" {number} of these configurations were evaluated more than once, as for more seeds." if number else ""
    return f"Other configurations that had been evaluated before, by the test ledger: {counts}.{again}"


def _models(task: TaskResults) -> Table:
    return Table(
        name=f"{task.slug}/models",
        caption="Models",
        columns={
            "Name": label_of(task, "name"),
            "Network or baseline": field_of("model"),
            "Reads": partial(_reads, task),
            "Settings": field_of("settings"),
        },
        records=[_record(each) for each in task.models if each.name in task.summary],
        left=4,
    )


def _record(model: ComparedModel) -> Record:
    settings = ", ".join(f"{name} = {value}" for name, value in model.settings.items())
    names = ("name", "model", "trees", "shuffle")
    return {name: getattr(model, name) for name in names} | {"settings": settings or NONE}


def _reads(task: TaskResults, record: Record) -> str:
    """A model's input."""
    if record["model"] in _BASELINES:
        return _BASELINES[record["model"]]
    if task.is_of_tokens:
        return "the tokens before and their partial trees" if record["model"] in GRAMMARS else "the tokens before"
    trees = _TREES.get(record["trees"], f"{record['trees']} trees")
    if record["trees"] == "gold" and task.is_of_translations:
        trees = "the parser's trees of the sources"
    if record["trees"] == "gold" and (origin := task.treebank.origin) is not None and origin.parsed:
        trees = f"{origin.spec.trees} trees"
    return f"{trees}, with the words in random order" if record["shuffle"] else trees
