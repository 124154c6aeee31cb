"""The section on the setup: supervision, matching, tuning and the models."""

from __future__ import annotations

from collections.abc import Iterable

from treenn.experiment.results import ComparedModel, TaskResults, TrialLog
from treenn.report.document import Block, Record, Section, Table, Text, field_of
from treenn.report.formatting import NONE, listing

_SUPERVISION = {
    "nodes": "every phrase with a label: a tree network at each of its nodes, a sequence network over the words of each"
    " phrase",
    "roots": "the labels of whole sentences alone",
    "spans": "the sentence and four of its labelled phrases, drawn anew each epoch",
    "published": "as Tai et al. (2015) trained: networks that read trees at every labelled node, those that read"
    " sequences on the sentence and four of its labelled phrases, drawn anew each epoch",
}


_CONTROLS = {"majority": "nothing", "naive-bayes": "words and pairs of words"}
_TREES = {"gold": "the treebank as it is", "brackets": "words with the brackets of the treebank's trees among them"}


def setup_section(task: TaskResults) -> Section:
    """The setup that all models share, and the models."""
    blocks: list[Block] = [Text(f"{_supervision(task)} {_matching(task)} {_tuning(task)}")]
    if task.models:
        blocks.append(_models(task))
    if task.missing:
        runs = listing([f"{each.model} with seed {each.seed}" for each in task.missing])
        blocks.append(Text(f"Planned, and not there (yet): {runs}."))
    return Section("What was compared", blocks)


def _supervision(task: TaskResults) -> str:
    if task.is_of_pairs:
        return "Supervision: one label or score for each pair."
    return f"Supervision: {_SUPERVISION[task.supervision]}."


def _matching(task: TaskResults) -> str:
    first = task.reference
    if task.match == "parameters":
        return f"Matched by parameters: every other network has about as many as {first}, word vectors aside."
    if task.match == "time":
        return f"Matched by training time: every other network has as many epochs as fit into what {first} took."
    return "Not matched: neither by parameters nor by time."


def _tuning(task: TaskResults) -> str:
    there = [each for each in task.models if each.name in task.summary]
    trials = {each.name: each.trials for each in there}
    tuned = {name: log for name, log in trials.items() if log}
    if not tuned:
        return "No model's settings are from a logged search."
    numbers = {log.number for log in tuned.values()}
    said = listing([f"{name} {log.number} ({log.file})" for name, log in tuned.items()])
    untuned = [name for name in trials if name not in tuned]
    rest = f" No logged search: {listing(untuned)}." if untuned else ""
    many = "As many" if len(numbers) == 1 else "Not equally many"
    return f"{many} tuning trials for each of these, logged: {said}.{_elsewhere(task, tuned.values())}{rest}"


def _elsewhere(task: TaskResults, logs: Iterable[TrialLog]) -> str:
    """The supervision of the trials, if it is another one; empty if it is not recorded."""
    others = dict.fromkeys(log.supervision for log in logs if log.supervision)
    others.pop(task.supervision, None)
    return f" The trials were under supervision {listing(list(others))}." if others else ""


def _models(task: TaskResults) -> Table:
    return Table(
        name=f"{task.slug}/models",
        caption="The models",
        columns={
            "Name": field_of("name"),
            "Network or control": field_of("model"),
            "Reads": _reads,
            "Its own settings": field_of("settings"),
        },
        records=[_record(each) for each in task.models if each.name in task.summary],
        left=4,
    )


def _record(model: ComparedModel) -> Record:
    settings = ", ".join(f"{name} = {value}" for name, value in model.settings.items())
    reading = {"trees": model.trees, "shuffle": model.shuffle}
    return {"name": model.name, "model": model.model, **reading, "settings": settings or NONE}


def _reads(record: Record) -> str:
    """A model's input."""
    if record["model"] in _CONTROLS:
        return _CONTROLS[record["model"]]
    trees = _TREES.get(record["trees"], f"{record['trees']} trees")
    return f"{trees}, with the words in random order" if record["shuffle"] else trees
