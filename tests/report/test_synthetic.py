"""Reports on generated text state this first and print no figures published for SST."""

import io
from dataclasses import replace

import pytest
from made_up_results import enrich, make_results, plan_of
from rich.console import Console

import treebanks
from treebanks.catalogue import synthetic
from treebanks.listops import generate as generate_listops
from treebanks.reviews import generate as generate_reviews
from treenn import Settings
from treenn.experiment.outline import outline_task
from treenn.experiment.plan import Plan
from treenn.report import render, tables
from treenn.report.build import build
from treenn.report.console import comparison_table
from treenn.report.lead import lead
from treenn.report.markdown import as_markdown

FIRST = {
    "reviews": "reviews is synthetic: a grammar generated its sentences and labels.",
    "reviews-binary": "reviews-binary is synthetic: a grammar generated its sentences and labels.",
    "listops-100": "listops-100 is synthetic: a program generated its expressions and labels.",
    "logic": "logic is synthetic: a program generated its formulas and labels.",
}


def task_on(name, **more):
    task = enrich(make_results({"tree-lstm": 0.6, "lstm": 0.5}, seeds=1, sentences=60))
    return task | {"treebank": {**task["treebank"], "name": name, **more}}


@pytest.mark.parametrize("name", FIRST)
def test_the_first_sentence_names_what_generated_the_text(name):
    plan = plan_of(task_on(name))
    assert lead(plan.sections).startswith(FIRST[name] + " ")
    assert as_markdown(build(plan)).split("\n\n")[2].startswith(FIRST[name])
    console = Console(width=200, file=io.StringIO())
    console.print(comparison_table(plan.sections[0]))
    assert f"{name} with every phrase labelled (synthetic):" in console.file.getvalue()


def test_the_page_begins_with_it():
    task = make_results({"lstm": 0.5}, seeds=1, sentences=20)
    page = render(plan_of(task | {"treebank": {**task["treebank"], "name": "reviews"}}))
    assert f'<p class="headline">{FIRST["reviews"]}' in page


def test_generated_treebank_is_named_once_across_tasks():
    plan = plan_of(task_on("reviews"), task_on("reviews") | {"supervision": "roots"}, task_on("sst"))
    text = lead(plan.sections)
    assert text.startswith(f"{FIRST['reviews']} tree-lstm was compared")
    assert text.count("synthetic") == 1


def test_a_treebank_of_ones_own_declares_it():
    assert lead(plan_of(task_on("mine", synthetic="a script drew it")).sections).startswith(
        "mine is synthetic: a script drew it. "
    )


@pytest.mark.parametrize("name", ["sst", "sst-binary", "sick-relatedness", "mine"])
def test_text_that_people_wrote_is_not_called_synthetic(name):
    assert synthetic(name) == ""
    assert "synthetic" not in lead(plan_of(task_on(name)).sections)


@pytest.mark.parametrize(("name", "published"), [("sst", 3), ("reviews", 0), ("reviews-binary", 0), ("mine", 0)])
def test_published_sst_figures_are_printed_on_sst_only(name, published):
    plan = plan_of(task_on(name))
    assert sum("published" in table for table in tables(plan)) == published
    text = as_markdown(build(plan))
    assert ("quoted from memory" in text) == bool(published)
    assert ("RNTN" in text) == bool(published)


def test_results_record_what_generated_the_treebank():
    treebank = generate_reviews({"train": 2, "dev": 2, "test": 2})
    plan = Plan.of("reviews", ["tree-lstm"], 1, settings=Settings())
    for each, clause in ((treebank, FIRST["reviews"]), (replace(treebank, synthetic=""), "")):
        kept = outline_task(plan, plan.tasks[0], "nodes", each, []).treebank.synthetic
        assert kept == clause.removeprefix("reviews is synthetic: ").removesuffix(".")


def test_generated_treebanks_declare_it():
    assert treebanks.load("reviews-binary").synthetic == treebanks.load("reviews").synthetic != ""
    assert generate_listops({"train": 1, "dev": 1, "generalisation": 0}).synthetic
