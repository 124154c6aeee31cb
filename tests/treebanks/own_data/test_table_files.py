"""Texts in CSV, TSV and JSON Lines: columns, quoting, line numbers and errors."""

import csv
import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treebanks.own_data import DatasetSpec, RawText, read_dataset
from treebanks.own_data.table_files import read_table, with_columns
from treenn.trees import InputError

FIELD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8).map("a{}b".format)
ROWS = st.lists(st.tuples(FIELD, st.sampled_from(["pos", "neg"])), min_size=1, max_size=5)


def rows(tmp_path, text, form="csv", **options):
    spec = with_columns(DatasetSpec(form=form, **options), tmp_path / "x", text)
    return read_table(tmp_path / "x", text, spec, None, None)


def error(tmp_path, text, form="csv", **options):
    with pytest.raises(InputError) as caught:
        rows(tmp_path, text, form, **options)
    return str(caught.value).removeprefix(f"{tmp_path / 'x'}:")


@pytest.mark.parametrize(
    "text",
    [
        'text;label\r\n"a; b";x\r\n"c, ""d""";y\r\n',
        '\n"text";"label, class"\n"a; b";x\n"c, ""d""";y\n',
        'text\tlabel\na; b\tx\n"c, ""d"""\ty\n',
    ],
    ids=["spreadsheet", "comma in a name", "tab"],
)
def test_separators_of_csv_are_inferred(tmp_path, text):
    columns = text.lstrip().splitlines()[0].replace("\t", ";").replace('"', "").split(";")
    read = rows(tmp_path, text, text_column=columns[:1], label_column=columns[1])
    assert [(row.texts[0], row.label) for row in read] == [("a; b", "x"), ('c, "d"', "y")]


def test_a_comma_precedes_other_separators(tmp_path):
    assert rows(tmp_path, "text;a,label\nx;y,z\n", text_column=["text;a"]) == [RawText(("x;y",), "z", 2)]


@pytest.mark.parametrize(
    ("form", "dialect"), [("csv", "excel"), ("csv", "unix"), ("tsv", "excel-tab")], ids=["excel", "unix", "tab"]
)
@given(table=ROWS)
def test_rows_of_the_csv_module_are_read(form, dialect, table, tmp_path_factory):
    file = io.StringIO(newline="")
    csv.writer(file, dialect).writerows([("text", "label"), *table])
    read = rows(tmp_path_factory.getbasetemp(), file.getvalue(), form)
    assert [(row.texts[0], row.label) for row in read] == table


@given(table=ROWS)
def test_rows_of_json_are_read(table, tmp_path_factory):
    text = "".join(json.dumps({"label": label, "text": text}) + "\n" for text, label in table)
    read = rows(tmp_path_factory.getbasetemp(), text, "jsonl")
    assert [(row.texts[0], row.label) for row in read] == table


def test_lines_count_quoted_line_breaks(tmp_path):
    read = rows(tmp_path, 'text,label\r\n"a\r\nb",x\r\n\r\nc,y\r\n')
    assert read == [RawText(("a\r\nb",), "x", 2), RawText(("c",), "y", 5)]


def test_quotes_of_unquoted_tsv_are_text(tmp_path):
    read = rows(tmp_path, 'label\ttext\nx\t"so" good\ny\t"bad\n', "tsv")
    assert [row.texts[0] for row in read] == ['"so" good', '"bad']


def test_quoted_tsv_is_unquoted(tmp_path):
    assert rows(tmp_path, 'label\ttext\nx\t"so\tgood ""x"""\n', "tsv")[0].texts == ('so\tgood "x"',)


@pytest.mark.parametrize(
    ("header", "text", "label"),
    [
        ("text,label", "text", "label"),
        ("Sentence,Score", "Sentence", "Score"),
        ("id,question,class", "question", "class"),
        ("target,title", "title", "target"),
        ("text,sentence,sentiment", "text", "sentiment"),
    ],
)
def test_columns_have_common_names(header, text, label, tmp_path):
    spec = with_columns(DatasetSpec(form="csv"), tmp_path / "x", header)
    assert (spec.text_column, spec.label_column) == ((text,), label)


def test_pairs_have_two_columns(tmp_path):
    read = rows(tmp_path, "a,b,score\nx,y,3.50\n", text_column=("b", "a"))
    assert read == [RawText(("y", "x"), "3.50", 2)]


def test_numbers_of_json_keep_their_digits(tmp_path):
    read = rows(tmp_path, '{"text": 7, "label": 0.10000000000000000000001}\n{"text": "x", "label": true}', "jsonl")
    assert read == [RawText(("7",), "0.10000000000000000000001", 1), RawText(("x",), "true", 2)]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", {}, " this file is empty; its first line must be the names of the columns"),
        ("text,label\n", {}, " there is no row with a text"),
        (
            "a,b\nx,y\n",
            {},
            "1: pass label_column: there is no column label or class or category or sentiment or score or",
        ),
        (
            "a,b,label\nx,y,z\n",
            {},
            "1: pass text_column: there is no column text or sentence or question or review; the",
        ),
        ("a,label\nx,y\n", {"label_column": "b"}, "1: pass text_column: there is no column text"),
        ("a,b\nx,y\n", {"label_column": "c", "text_column": ["a"]}, "1: there is no column 'c'; the columns are a, b"),
        ("text,label,text\nx,y,z\n", {}, "1: 2 columns are called 'text'; must be one"),
        ("text,label\nx,y\n,y\n", {}, "3: the column 'text' is empty; must be text"),
        ("text,label\nx, \n", {}, "2: the column 'label' is empty; must be text"),
        ("text,label\nx,y,z\n", {}, "2: this row has 3 columns; it must have 2, as the header"),
        ('text,label\nx,y\n"x,y\nz,y\n', {}, "3: a quote in this row is not closed"),
        (
            'text,label\nx,y\n"x"z,y\n',
            {},
            "3: a quote in this row is followed by text; quotes inside of quotes must be",
        ),
        (f"text,label\nx,y\n{'x' * 200_000},y\n", {}, "3: a field has more than 131,072 characters; is a quote not"),
    ],
)
def test_errors_of_csv(text, options, message, tmp_path):
    assert error(tmp_path, text, **options).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n", " this file is empty; a line must be a JSON object"),
        ("{}", "1: this line must be a JSON object with keys"),
        ('{"text": "x", "label": "y"}\n[1]', "2: this line must be a JSON object with keys"),
        ('{"text": "x", "label": "y"}\n{"text": "x"', "2:13: not JSON: Expecting ',' delimiter"),
        ('{"text": "x", "label": "y"}\n{"text": "x"}', "2: there is no key 'label' in this line; its keys are text"),
        ('{"text": ["x"], "label": "y"}', "1: the value of 'text' is a list or an object; must be text or a number"),
        ('{"text": null, "label": "y"}', "1: the column 'text' is empty"),
        ('{"text": "\\ud800", "label": "y"}', "1: this line has an unpaired surrogate"),
        ("[" * 200_000, "1: this JSON is nested too deeply"),
    ],
)
def test_errors_of_json(text, message, tmp_path):
    assert error(tmp_path, text, "jsonl").startswith(message)


def test_malformed_rows_are_skipped(write):
    rows = 'text,label\nx,y\n"x"z,y\n,y\nx,y,z\nfine,z\n'
    folder = write({"train.csv": rows, "dev.csv": "text,label\nx,y\n"})
    errors = []
    data = read_dataset(folder, DatasetSpec(), on_error=errors.append)
    assert [error.line for error in errors] == [3, 4, 5]
    assert [row.line for row in data.examples("train")] == [2, 6]


def test_many_columns_are_cut_in_messages(tmp_path):
    header = ",".join(map(str, range(100_000)))
    message = error(tmp_path, f"{header}\n{header}\n")
    assert message.endswith("the columns are 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, … (100000 in all)")


def test_latin_1_and_utf_16_are_read(write):
    text = "text,label\nnaïve,a\nélan,b\n"
    for encoding in ("latin-1", "utf-16", "utf-8-sig"):
        folder = write({"train.csv": text.encode(encoding), "dev.csv": text.encode(encoding)})
        data = read_dataset(folder, DatasetSpec(encoding=encoding.removesuffix("-sig")))
        assert data.examples("train")[0].texts == ("naïve",)
    with pytest.raises(InputError, match=re.escape("encoding='latin-1'")):
        read_dataset(write({"train.csv": text.encode("latin-1")}), DatasetSpec())
