"""Recipes as rows and as Markdown."""

import json

from treenn.experiment.recipes.record import RECIPE_SCHEMA
from treenn.report.cards import section
from treenn.report.recipe_tables import groups, notes, overlap_line, recipe_table, seeds


def numbers(mean, std=0.004):
    return {"mean": mean, "std": std, "min": mean - 0.01, "median": mean, "max": mean + 0.01}


PAPER = {"paper": "Tai et al. 2015", "model": "Tree-LSTM", "runs": 5, "read_in": "as quoted by Looks et al. 2017"}


def record(*args, **more):
    return RECIPE_SCHEMA.parse(record_json(*args, **more), "made up")


def record_json(name="tai", published=True, members=(), dev=0.5, **more):
    figures = {
        "root": {"mean": 0.51, "std": 0.005, "checked": True},
        "root_binary": {"mean": 0.88, "std": None, "checked": False},
    }
    metrics = {"root": numbers(0.495), "root_binary": numbers(0.87), "all_nodes": numbers(0.82, None)}
    test = metrics | {"all_nodes_binary": None}
    run = {
        "environment": {"torch": "2.13.0"},
        "predictions": {"test": {"root": "01"}},
        **({"seeds": [0, 1, 2]} if members else {"seed": 0}),
    }
    return {
        "schema": "treenn.recipe",
        "version": 1,
        "name": name,
        "title": "a Tree-LSTM",
        "command": "treenn reproduce sst",
        "created": "2026-11-22",
        "settings": {},
        "vectors": [],
        "treebank": {"name": "sst", "classes": list("01"), "sizes": {"train": 8544, "dev": 1101, "test": 2210}},
        "overlap": [["dev", 625, [8178]], ["test", 1670, [6983, 8288]]],
        "members": list(members),
        "published": PAPER | {"figures": figures} if published else None,
        "unmatched": ["GloVe 840B there"],
        "gold": {"test": {"root": "01"}},
        "runs": [run] * (1 if members else 2),
        "summary": {"dev": {"root": numbers(dev)}, "test": test},
        **more,
    }


def test_published_rows_name_papers_and_measured_rows_recipes():
    published, measured = groups([record()])
    assert published[:3] == ("Tai et al. 2015: Tree-LSTM", True, "5")
    assert published.rows == [("root", "51.0 ± 0.5", "", ""), ("root, binary", "88.0 †", "", "")]
    assert measured[:3] == ("tai", False, "2")
    root, _, nodes = measured.rows
    assert root == ("root", "49.5 ± 0.4", "48.5 / 49.5 / 50.5", "−1.5")
    assert nodes == ("all nodes", "82.0", "", "")


def test_a_published_model_is_listed_once():
    names = [group.name for group in groups([record("tai"), record("own"), record("other", published=False)])]
    assert names == ["Tai et al. 2015: Tree-LSTM", "tai", "own", "other"]


def test_what_was_never_published_has_no_difference():
    [measured] = groups([record(published=False)])
    assert [row.difference for row in measured.rows] == [""] * 3


def sized(name, model, parameters, dropout=0.5):
    json = record_json(name, settings={"model": model, "size": parameters, "dropout": dropout}, unmatched=[])
    json["runs"] = [run | {"parameters": parameters} for run in json["runs"]]
    return RECIPE_SCHEMA.parse(json, "made up")


def test_recipes_larger_than_the_tree_are_marked():
    tree, near, far = sized("own", "tree-lstm", 1000), sized("near", "lstm", 1020), sized("far", "lstm", 1021)
    other = sized("other", "lstm", 5000, dropout=0.1)
    notes = {group.name: group.note for group in groups([far, near, other, tree])}
    assert notes["far"] == "unmatched parameters: 1,021, own 1,000"
    assert notes["near"] == notes["other"] == notes["own"] == ""


def test_an_ensemble_counts_its_members():
    assert (seeds(record()), seeds(record(members=["tai", "own"]))) == (2, 6)


def test_notes_say_what_is_not_matched():
    assert notes(record()) == [
        "a Tree-LSTM",
        "compared with Tai et al. 2015: Tree-LSTM; as quoted by Looks et al. 2017",
        "not matched: GloVe 840B there",
    ]


def test_sentences_shared_with_train_are_reported():
    line = overlap_line(record())
    assert "1 of the 1,101 of dev, 1 of the 2,210 of test" in line
    assert "test 1670 (train 6983 and 8288)" in line
    assert overlap_line(record(overlap=[])) == "No sentence of sst is both in train and in another split."


def test_recipe_table_has_one_row_per_metric():
    lines = recipe_table([record()], "here/").splitlines()
    assert lines[4:7] == [
        "| Tai et al. 2015: Tree-LSTM | published | root | 51.0 ± 0.5 |  |  | 5 |  |",
        "|  |  | root, binary | 88.0 † |  |  |  |  |",
        "| `tai` | here | root | 49.5 ± 0.4 | 48.5 / 49.5 / 50.5 | −1.5 | 2 | GloVe 840B there |",
    ]
    assert "- `tai`: a Tree-LSTM; compared with Tai et al. 2015: Tree-LSTM; as quoted by Looks et al. 2017." in lines
    assert lines[-1].startswith("`treenn reproduce sst`, torch 2.13.0; every run's command")


def test_card_lists_published_recipes_first_and_disagreements(tmp_path):
    folder = tmp_path / "sst/recipes"
    folder.mkdir(parents=True)
    for name, dev in (("tai", 0.4), ("own", 0.5), ("own_lstm", 0.44), ("own_bilstm", 0.45)):
        (folder / f"{name}.json").write_text(json.dumps(record_json(name, dev=dev)))
    card = section("sst", tmp_path)
    places = [card.index(f"| `{name}`") for name in ("tai", "own", "own_bilstm", "own_lstm")]
    assert places == sorted(places)
    assert "`own` and `own_bilstm` predict different" in card, "the recurrent network that is best on dev"
