import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from made_up_results import disagreement, make_results, plan_of
from markdown_it import MarkdownIt

from treenn.experiment.gather import read_results
from treenn.report.build import build
from treenn.report.markdown import as_markdown, escaped

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def test_the_same_parts_tables_and_first_paragraph(report):
    text = as_markdown(report)
    assert text.startswith(
        "# tree-lstm and lstm on sst\n\nA comparison made by treenn on 2026-11-21.\n\nOn sst, tree-lstm"
    )
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        f"## {part.title}" for part in report.parts
    ]
    assert len(re.findall(r"^\| :--", text, re.MULTILINE)) == len(list(report.tables()))
    assert "<svg" not in text


def test_all_table_rows_are_of_equal_length(report):
    for block in re.findall(r"(?:^\|.*\n?)+", as_markdown(report), re.MULTILINE):
        assert len({line.count("|") - line.count("\\|") for line in block.splitlines()}) == 1


def test_sentences_are_named_and_not_copied(report):
    text = as_markdown(report)
    assert "| test, line 7 | positive | positive (60%) | very negative (60%) | 0.50 |" in text


def test_names_are_no_markup():
    task = make_results({"a|b*": 0.5, "<i>": 0.4}, seeds=1, sentences=20)
    task["disagreements"] = [disagreement(("a|b*", "<i>"))]
    text = as_markdown(build(plan_of(task)))
    assert r"a\|b\*" in text
    assert "a|b*" not in text.replace(task["command"], "")
    assert r"\<i>" in text
    assert "<i>" not in text.replace(task["command"], "").replace(r"\<i>", "")


def shown(source):
    """The rendered inline text; fails if a token is not text."""
    tokens = READER.parse(source)
    inline = [token for token in tokens if token.type == "inline" and token.content]
    assert all(child.type == "text" for token in inline for child in token.children), source
    return [token.children and "".join(child.content for child in token.children) for token in inline], {
        token.type for token in tokens
    }


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("p < 0.05", "p < 0.05"),
        ("p < 0.001 & n > 5", "p < 0.001 & n > 5"),
        ("<b>", r"\<b>"),
        ("<script>alert(1)</script>", r"\<script>alert(1)\</script>"),
        ("<!-- x", r"\<!-- x"),
        ("&lt;", r"\&lt;"),
        ("R&B", "R&B"),
        ("tree_lstm_2", "tree_lstm_2"),
        ("_lstm_", r"\_lstm\_"),
        ("a|b", r"a\|b"),
        ("`x`", r"\`x\`"),
        ("1. first", r"1\. first"),
        ("1.5 points", "1.5 points"),
        ("# one", r"\# one"),
        ("$x$", r"\$x\$"),
        ("[a](b)", r"\[a](b)"),
    ],
)
def test_only_what_has_a_meaning_is_escaped(text, source):
    assert escaped(text) == source


@given(st.text(alphabet="ab1_*`|<>&;#~[]()!\\-+=./:\"' \n", min_size=1))
@example("<a href='x'>")
@example("&amp;")
@example("***")
@example("---")
@example("<http://a.b>")
def test_escaped_text_survives_markdown_rendering(text):
    text = " ".join(text.split())
    if text:
        assert shown(escaped(text)) == ([text], {"paragraph_open", "inline", "paragraph_close"})
        found, _ = shown(f"| {escaped(text)} | b |\n| :-- | --: |\n| {escaped(text)} | c |")
        assert found == [text, "b", text, "c"]
        assert shown(f"# {escaped(text)}")[0] == [text]


def test_no_text_of_a_report_becomes_html():
    names = {"<img src=x onerror=alert(1)>": 0.5, "`x` <!-- [a](javascript:b) | _c_ **d** &lt;": 0.4}
    task = make_results(names, seeds=1, sentences=20)
    task["disagreements"] = [disagreement(tuple(names))]
    tokens = READER.parse(as_markdown(build(plan_of(task))))
    inline = [child for token in tokens for child in token.children or ()]
    assert {token.type for token in (*tokens, *inline)}.isdisjoint({"html_block", "html_inline", "link_open", "image"})
    cells = [token.content for token in inline]
    assert all(name in cells for name in names)


REPORTS = {name: f"{name.partition('/')[0]}/report" for name in ("sst/sst", "listops/fresh", "logic/fresh")}
REPORTS |= {name: name for name in ("sick/relatedness", "sick/entailment")}


@pytest.mark.parametrize(("record", "report"), REPORTS.items())
def test_the_committed_reports_are_what_their_records_make(record, report):
    folder = Path(__file__).parents[2] / "treebanks" / "results"
    made = as_markdown(build(read_results(folder / f"{record}.json")))
    assert made == (folder / f"{report}.md").read_text(encoding="utf-8"), "make it again with `treenn report`"
