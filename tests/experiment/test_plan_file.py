"""Plans in TOML: meaning and error messages."""

from pathlib import Path

import pytest

from treenn.experiment.plan_file import read_plan, shipped_plans
from treenn.models import building
from treenn.trees import InputError

PLAN = """
seeds = 2
vectors = ["50.txt"]

[settings]
epochs = 3
learning_rate = 1

[[task]]
treebank = "sst"
supervision = ["nodes", "roots"]
match = "none"

[[task]]
treebank = "logic"
vectors = []
[task.settings]
batch_size = 50

[[model]]
name = "tree-lstm"
trials = "trials.json"

[[model]]
name = "right"
model = "tree-lstm"
trees = "right"
shuffle = true
"""


@pytest.fixture
def write(tmp_path):
    def to_file(text):
        (tmp_path / "plan.toml").write_text(text, encoding="utf-8")
        return tmp_path / "plan.toml"

    return to_file


def test_a_file_says_all_of_a_plan(write, tmp_path):
    plan = read_plan(write(PLAN))
    assert (plan.seeds, list(plan.vectors)) == (2, ["50.txt"])
    assert (plan.settings.epochs, plan.settings.learning_rate) == (3, 1)
    sst, logic = plan.tasks
    assert (sst.treebank, list(sst.supervision), sst.match, sst.vectors) == ("sst", ["nodes", "roots"], "none", None)
    assert (logic.match, logic.vectors, logic.settings) == ("parameters", (), {"batch_size": 50})
    tree, right = plan.models
    assert (tree.model, tree.trees, tree.trials) == ("tree-lstm", "gold", str(tmp_path / "trials.json"))
    assert (right.model, right.trees, right.shuffle, right.trials) == ("tree-lstm", "right", True, None)


@pytest.mark.parametrize("name", shipped_plans())
def test_plans_that_ship_are_plans(name, monkeypatch):
    # Encoders of plans are downloads, or extras that the tests do without.
    monkeypatch.setattr(building, "locate", Path)
    monkeypatch.setattr(building, "contextual_size", lambda folder, layers: 384)
    plan = read_plan(name)
    assert plan.seeds >= 3
    assert plan.reference.name == plan.models[0].name


def test_the_plans_of_the_report_ship():
    assert set(shipped_plans()) >= {"sst", "logic", "listops", "sick-relatedness", "sick-entailment"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("seeds = 2", "seeds = "), r"plan\.toml:2:9: not TOML: Invalid value"),
        (("seeds = 2", "seeds = 2 3"), r"plan\.toml:2:11: not TOML: "),
        (("seeds = 2", "seeds = true"), r"plan\.toml: seeds True: must be a whole number, 1 to 10000"),
        (("seeds = 2", "seed = 2"), r"plan\.toml: seed: no such key; there are seeds, vectors, settings, task, model"),
        (
            ('["50.txt"]', '"50.txt"'),
            r"vectors '50\.txt': must be a list of texts or paths; for a single one, write \[\.\.\.\]",
        ),
        (("epochs = 3", 'epochs = "3"'), r"plan\.toml: \[settings\]: epochs '3': must be a whole number, 1 or more"),
        (("epochs = 3", "epochs = 0"), r"plan\.toml: \[settings\]: epochs 0: must be 1 or more"),
        (("epochs = 3", "seed = 3"), r"\[settings\]: seed is not a setting of a plan; seeds decides it"),
        (("epochs = 3", "epoch = 3"), r"\[settings\]: epoch: no such key"),
        (('match = "none"', 'match = "size"'), r'\[\[task\]\] 1: match = "size": must be parameters, time or none'),
        (('["nodes", "roots"]', '"nodes"'), r"\[\[task\]\] 1: supervision 'nodes': must be a list of texts"),
        (
            ("batch_size = 50", "batch_size = 0.5"),
            r"\[\[task\]\] 2: settings: batch_size 0\.5: must be a whole number, 1 or more",
        ),
        (('trees = "right"', 'trees = "wrong"'), r'plan\.toml: \[\[model\]\] 2: trees = "wrong": must be gold'),
        (('trees = "right"', "trees = 2024-01-01"), r"\[\[model\]\] 2: trees of type date: must be text"),
        (("batch_size = 50", "dropout = 1.5"), r"2: settings: dropout 1\.5: must be at least 0 and below 1"),
        (("batch_size = 50", "no = 1"), r"\[\[task\]\] 2: settings: no: no such key; there are model"),
        (("shuffle = true", "shuffle = 1"), r"\[\[model\]\] 2: shuffle 1: must be True or False"),
        (("shuffle = true", 'supervision = ["all"]'), r'\[\[model\]\] 2: supervision = "all": must be nodes, roots'),
        (("shuffle = true", "seeds = 0"), r"\[\[model\]\] 2: seeds 0: must be 1 to 10000"),
        (('name = "right"\n', ""), r"\[\[model\]\] 2: name is missing"),
        (('name = "right"', 'name = "tree-lstm"'), r"plan\.toml: models tree-lstm,tree-lstm: "),
        (("[[model]]", "[model]"), r"plan\.toml:\d+:\d+: not TOML: Cannot declare"),
        (("[[task]]", "[[tasks]]"), r"tasks: no such key"),
    ],
)
def test_mistake_is_reported_with_line_or_key(write, change, message):
    assert change[0] in PLAN
    with pytest.raises(InputError, match=message):
        read_plan(write(PLAN.replace(*change)))


def test_a_plan_without_models_or_tasks_is_none(write):
    with pytest.raises(InputError, match=r"plan\.toml: this plan has no task"):
        read_plan(write("seeds = 1"))
    with pytest.raises(InputError, match=r"task: must be tables, each under its own \[\[task\]\]"):
        read_plan(write("task = 3"))
    with pytest.raises(InputError, match=r"\[settings\]: must be a table"):
        read_plan(write("settings = 3"))


def test_unknown_plan_name_lists_the_plans(tmp_path):
    with pytest.raises(InputError, match=r"sts: no such plan; must be the name of a file, or one of .*sst"):
        read_plan("sts")
    with pytest.raises(InputError, match=r"none\.toml: cannot read this file"):
        read_plan(tmp_path / "none.toml")


def test_old_names_of_settings_are_upgraded(write):
    plan = read_plan(write(PLAN.replace("epochs = 3", "average = 0.9").replace("batch_size = 50", "starts = 2")))
    assert plan.settings.ema_decay == 0.9
    assert plan.tasks[1].settings == {"restarts": 2}
