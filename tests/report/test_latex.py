"""Reports as LaTeX: a grammar of the rows and environments, and pdflatex where it is installed."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from treenn.report.document import Part, Report, Section, Table, Text, field_of
from treenn.report.latex import as_latex, escaped

NAMES = (
    *("a&b", "50%", "$x$", "#1", "a_b", "{c}", "~", "^", r"\alpha", "--x---", "<tag>", "|", '"q"', "`t'", "[0]", "*"),
    *("é ü", "\N{MINUS SIGN}1", "\N{EN DASH}", "x\x07y", r"\end{tabular}", "%", "\\"),
)


def made_report(names: tuple[str, ...] = NAMES) -> Report:
    heads = {"Class": field_of("name"), "N_1 & %": field_of("n")}
    wide = {**heads, **{f"column {number}": field_of("n") for number in range(5)}}
    records = [{"name": name, "n": 1} for name in names]
    tables = [
        Table("t/1", "Names & more_of 50 %", heads, records, note="p < 0.05"),
        Table("t/2", "Wide", wide, records),
    ]
    part = Part("T", "t", [Section("S", [Text("x % y\nz"), *tables])])
    return Report("T & x\n%", "2026-11-28", ["head"], [part], noun="evaluation")


CHARACTER = r"""(?:[^\\{}$&#_%^~<>|"`]|\\[{}$&#_%]|\$-\$|\$\\pm\$|\\symbol\{34\}|\\(?:text\w+|dots)\{\}|-\{\})"""
ROW = re.compile(rf"\\relax {CHARACTER}*(?: & {CHARACTER}*)* \\\\")
COMMANDS = re.compile(
    r"""%\ .* | \\begin\{table\}\[htbp\] | \\end\{table\} | \\centering | \\caption\{.*\}\\smallskip
    | \\footnotesize\\setlength\{\\tabcolsep\}\{3pt\} | \\label\{tab:[A-Za-z0-9-]+\} | \\begin\{tabular\}\{[lr]+\}
    | \\(?:top|mid|bottom)rule | \\end\{tabular\} | \\par\\smallskip\\begin\{minipage\}.*\\end\{minipage\} |""",
    re.VERBOSE,
)


def test_rows_and_environments_follow_the_grammar() -> None:
    text = as_latex(made_report())
    columns = 0
    for line in text.splitlines():
        if found := re.match(r"\\begin\{tabular\}\{([lr]+)\}", line):
            columns = len(found[1])
        if line.startswith(r"\relax"):
            assert ROW.fullmatch(line), line
            assert len(re.findall(r"(?<!\\) & ", line)) == columns - 1, line
        else:
            assert COMMANDS.fullmatch(line), line
    for name in ("table", "tabular"):
        assert len(re.findall(rf"^\\begin{{{name}}}", text, re.M)) == len(re.findall(rf"^\\end{{{name}}}", text, re.M))
    assert text.startswith("% An evaluation made by treenn on 2026-11-28.\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A_1 & 50%", r"A\_1 \& 50\%"),
        ("\\{~", r"\textbackslash{}\{\textasciitilde{}"),
        ("a--b", "a-{}-b"),
        ("0 \N{PLUS-MINUS SIGN} \N{MINUS SIGN}1", r"0 $\pm$ $-$1"),
        ("two\nlines", "two lines"),
    ],
)
def test_special_characters(text: str, expected: str) -> None:
    assert escaped(text) == expected


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_pdflatex_compiles_every_class_name(tmp_path: Path) -> None:
    (tmp_path / "tables.tex").write_text(as_latex(made_report()), encoding="utf-8")
    (tmp_path / "paper.tex").write_text(
        r"\documentclass{article}\usepackage{booktabs}\begin{document}\input{tables.tex}\end{document}"
    )
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"],
        cwd=tmp_path, capture_output=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout.decode("utf-8", "replace")[-2000:]
