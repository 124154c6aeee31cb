"""Plans in TOML: meaning and error messages."""

import json

import pytest

from treenn.experiment.plan_file import read_plan, shipped_plans
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
def test_plans_that_ship_are_plans(name):
    plan = read_plan(name)
    assert plan.seeds >= 3
    assert plan.reference.name == plan.models[0].name


def test_the_plans_of_the_report_ship():
    assert set(shipped_plans()) >= {"sst", "logic", "listops", "sick"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("seeds = 2", "seeds = "), r"plan\.toml:2:9: not TOML: Invalid value"),
        (("seeds = 2", "seeds = 2 3"), r"plan\.toml:2:11: not TOML: "),
        (("seeds = 2", "seeds = true"), r"plan\.toml: seeds = true: must be a whole number"),
        (("seeds = 2", "seed = 2"), r"plan\.toml: seed: no such key; there are seeds, vectors, settings, task, model"),
        (('["50.txt"]', '"50.txt"'), r'vectors = "50\.txt": must be a list of texts in quotes'),
        (("epochs = 3", 'epochs = "3"'), r'plan\.toml: \[settings\]: epochs = "3": must be a whole number'),
        (("epochs = 3", "epochs = 0"), r"plan\.toml: \[settings\]: epochs 0: must be 1 or more"),
        (("epochs = 3", "seed = 3"), r"\[settings\]: seed is not a setting of a plan; seeds decides it"),
        (("epochs = 3", "epoch = 3"), r"\[settings\]: epoch: no such key"),
        (('match = "none"', 'match = "size"'), r'\[\[task\]\] 1: match = "size": must be parameters, time or none'),
        (('["nodes", "roots"]', '"nodes"'), r'\[\[task\]\] 1: supervision = "nodes": must be a list'),
        (
            ("batch_size = 50", "batch_size = 0.5"),
            r"\[\[task\]\] 2: settings: batch_size = 0\.5: must be a whole number",
        ),
        (('trees = "right"', 'trees = "wrong"'), r'plan\.toml: \[\[model\]\] 2: trees = "wrong": must be gold'),
        (('trees = "right"', "trees = 2024-01-01"), r'trees = "2024-01-01": must be text in quotes'),
        (("shuffle = true", "shuffle = 1"), r"\[\[model\]\] 2: shuffle = 1: must be true or false"),
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
    with pytest.raises(InputError, match=r"plan\.toml: models : name one task and one model or more"):
        read_plan(write("seeds = 1"))
    with pytest.raises(InputError, match="must be tables, each under its own"):
        read_plan(write("task = 3"))


def test_unknown_plan_name_lists_the_plans(tmp_path):
    with pytest.raises(InputError, match=r"sts: no such plan; must be the name of a file, or one of .*sst"):
        read_plan("sts")
    with pytest.raises(InputError, match=r"none\.toml: cannot read this file"):
        read_plan(tmp_path / "none.toml")


def test_message_shows_the_value_as_json(write):
    shown = json.dumps(["a", 1])
    with pytest.raises(InputError) as caught:
        read_plan(write(PLAN.replace('["50.txt"]', shown)))
    assert f"vectors = {shown}: must be" in str(caught.value)
