"""The runs of a plan, from its tasks, models, regimes and seeds."""

import pytest
from tiny_encoder import make_encoder

from treenn.experiment.plan import Plan
from treenn.experiment.plan_spec import Model, PlanTask
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.trees import InputError

MODELS = (
    Model("tree-lstm"),
    Model("lstm"),
    Model("right", model="tree-lstm", trees="right"),
    Model("majority"),
)
SMALL = Settings(size=20, word_size=20)


def runs(plan, task=0, regime="nodes", data=""):
    make_head = make_task("nodes", list("01234")).make_head
    return list(plan.runs(plan.tasks[task], regime, input_size=20, make_head=make_head, data=data))


def test_networks_have_every_seed_and_controls_one():
    plan = Plan((PlanTask("sst"),), MODELS, seeds=2, settings=SMALL)
    named = [f"{run.label} {run.settings.seed}" for run in runs(plan)]
    assert named == ["tree-lstm 0", "lstm 0", "right 0", "majority 0", "tree-lstm 1", "lstm 1", "right 1"]


def test_model_may_restrict_seeds_and_regimes():
    few = Model("right", model="tree-lstm", trees="right", seeds=1, supervision=("nodes",))
    plan = Plan((PlanTask("sst", ("nodes", "roots")),), (Model("tree-lstm"), few), seeds=2, settings=SMALL)
    named = [[f"{run.label} {run.settings.seed}" for run in runs(plan, regime=it)] for it in ("nodes", "roots")]
    assert named == [["tree-lstm 0", "right 0", "tree-lstm 1"], ["tree-lstm 0", "tree-lstm 1"]]


@pytest.mark.parametrize("own", [{"seeds": 1}, {"supervision": ("nodes",)}])
def test_reference_model_cannot_restrict_seeds_or_regimes(own):
    with pytest.raises(InputError, match='model "tree-lstm": the others are matched to it'):
        Plan((PlanTask("sst"),), (Model("tree-lstm", **own), Model("lstm")))


def test_matched_models_change_their_size_to_the_first():
    tree, recurrent, right, _ = runs(Plan((PlanTask("sst"),), MODELS, seeds=1, settings=SMALL))
    assert (tree.settings.size, right.settings.size) == (20, 20)
    assert recurrent.settings.size > 20
    free = runs(Plan((PlanTask("sst", match="none"),), MODELS, seeds=1, settings=SMALL))
    assert [run.settings.size for run in free] == [20] * 4


def test_time_match_refers_to_first_model_and_seed():
    plan = Plan((PlanTask("sst", match="time"),), MODELS, seeds=2, settings=SMALL)
    found = runs(plan)
    assert [run.time_match and (run.time_match.label, run.time_match.settings.seed) for run in found] == [
        None, ("tree-lstm", 0), ("tree-lstm", 0), None, None, ("tree-lstm", 1), ("tree-lstm", 1)
    ]  # fmt: skip
    assert {run.settings.size for run in found} == {20}


def test_model_settings_override_task_and_plan_settings():
    task = PlanTask("sst", match="none", settings={"epochs": 5, "dropout": 0.2})
    models = (Model("tree-lstm"), Model("lstm", settings={"epochs": 7, "size": 30}))
    tree, recurrent = runs(Plan((task,), models, seeds=1, settings=SMALL))
    assert (tree.settings.epochs, tree.settings.dropout, tree.settings.size) == (5, 0.2, 20)
    assert (recurrent.settings.epochs, recurrent.settings.dropout, recurrent.settings.size) == (7, 0.2, 30)


@pytest.mark.parametrize(
    ("regime", "supervision"),
    [("nodes", ["nodes"] * 4), ("spans", ["spans"] * 4), ("published", ["nodes", "spans", "nodes", "nodes"])],
)
def test_regime_sets_each_models_supervision(regime, supervision):
    plan = Plan((PlanTask("sst", supervision=(regime,)),), MODELS, seeds=1, settings=SMALL)
    assert [run.settings.supervision for run in runs(plan, regime=regime)] == supervision


def test_task_vectors_override_those_of_the_plan():
    plan = Plan(
        (PlanTask("sst"), PlanTask("sick", vectors=("300.txt",))), MODELS, seeds=1, vectors=("50.txt",), settings=SMALL
    )
    assert [runs(plan, number)[0].vectors for number in (0, 1)] == [("50.txt",), ("300.txt",)]


def test_a_model_may_have_its_own_vectors():
    models = (
        Model("tree-lstm"),
        Model("own", model="tree-lstm", vectors=("own.txt",)),
        Model("random", "tree-lstm", vectors=()),
    )
    plan = Plan((PlanTask("sst"),), models, seeds=1, vectors=("50.txt",), settings=SMALL)
    make_head = make_task("nodes", list("01234")).make_head
    found = list(plan.runs(plan.tasks[0], "nodes", 50, make_head, own_input_sizes={"own": 100, "random": 20}))
    assert [run.vectors for run in found] == [("50.txt",), ("own.txt",), ()]
    shared, own, random = (run.settings.size for run in found)
    assert own < shared < random
    assert len({run.key for run in found}) == 3


def test_run_names_are_unique_and_depend_on_data():
    plan = Plan((PlanTask("sst", match="none"),), (*MODELS, Model("words, shuffled", model="tree-lstm", shuffle=True)))
    names = [run.name for run in runs(plan)]
    assert len(set(names)) == len(names) == 13
    assert names[4].startswith("words-shuffled-0-")
    assert not set(names) & {run.name for run in runs(plan, data="another")}
    timed = runs(Plan((PlanTask("sst", match="time"),), MODELS))
    assert [run.name in names for run in timed[:4]] == [True, False, False, True]


def test_two_regimes_may_share_a_run():
    plan = Plan((PlanTask("sst", supervision=("nodes", "published")),), MODELS, seeds=1, settings=SMALL)
    nodes, published = ([run.name for run in runs(plan, regime=regime)] for regime in ("nodes", "published"))
    assert [a == b for a, b in zip(nodes, published, strict=True)] == [True, False, True, True]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Plan((), MODELS), "must have one .*task.* or more"),
        (lambda: Plan((PlanTask("sst"),), (Model("lstm"), Model("lstm"))), "models lstm,lstm: .* each once"),
        (lambda: Plan((PlanTask("sst"),), MODELS, seeds=0), "seeds 0: must be 1 to 10000"),
        (lambda: PlanTask("sst", supervision=("leaves",)), '"leaves": must be nodes, roots, spans or published'),
        (lambda: PlanTask("sst", supervision=()), 'supervision = ""'),
        (lambda: PlanTask("sst", match="size"), 'match = "size": must be parameters, time or none'),
        (lambda: Plan.of("sst", ["lstm", "rnn"]), "models rnn: no such model; there are majority, naive-bayes, "),
        (lambda: Model("rnn"), 'model = "rnn": no such model; there are majority, naive-bayes, tf-idf, kneser-ney-3'),
        (lambda: Model("lstm", trees="wrong"), '"wrong": must be gold, brackets or a parser, by name .*right.*'),
        (lambda: Model("majority", trees="left"), "a majority model has no trees"),
        (lambda: Model("majority", vectors=("own.txt",)), "a majority model has .* no vectors"),
        (lambda: Model("dependency-tree-lstm", shuffle=True), "reads dependency trees"),
        (
            lambda: Plan((PlanTask("sst"),), (Model("tree-lstm"), Model("lstm", settings={"size": 9}))),
            'size of model "lstm": match = "parameters" decides it',
        ),
        (
            lambda: Plan((PlanTask("sst"),), (Model("lstm"), Model("gru", settings={"cell_dropout": 0.1}))),
            "gru does not support cell dropout",
        ),
    ],
)  # fmt: skip
def test_invalid_plan_is_refused_before_anything_is_read(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_model_without_word_vectors_reads_none(tmp_path):
    shared = {"contextual": str(make_encoder(tmp_path / "encoder", seed=0)), "contextual_layers": "1"}
    models = [Model("tree-lstm"), Model("linear", model="average", settings={"word_size": 0, "size": 5})]
    plan = Plan([PlanTask("sst", settings=shared)], models, seeds=1, vectors=["glove.txt"], settings=SMALL)
    tree, linear = runs(plan)
    assert (tree.vectors, linear.vectors) == (("glove.txt",), ())
    assert linear.settings.size == 5


def test_model_may_have_other_labels_than_the_task():
    models = [Model("tree-lstm"), Model("linear", model="average", labels="roots")]
    plan = Plan([PlanTask("sst", ("nodes",))], models, seeds=1, settings=SMALL)
    assert [run.settings.supervision for run in runs(plan)] == ["nodes", "roots"]
    with pytest.raises(InputError, match='labels = "published": must be nodes, roots or spans'):
        Model("average", labels="published")
