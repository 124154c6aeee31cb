"""The documentation: examples run, commands and files exist, and the map of files is complete."""

import ast
import doctest
import pkgutil
import re
import shlex
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer

import treebanks
import treenn
from treenn.cli import app, main
from treenn.evaluation.metrics import METRICS

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "treenn/guide"
PAGES = [ROOT / "README.md", *sorted(GUIDE.glob("*.md"))]
MODULES = [
    module.name
    for package in (treenn, treebanks)
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
]
BLOCK = re.compile(r"(?:^<!-- (not run: |file: |output)(.*?) ?-->\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A code block of a page: below a comment it is not run, is written to a file, or is expected as output."""

    page: str
    line: int
    directive: str
    argument: str
    language: str
    code: str

    @property
    def commands(self) -> list[list[str]]:
        """The arguments of each line of a shell block."""
        lines = self.code.replace("\\\n", " ").splitlines()
        return [words for line in lines if (words := shlex.split(line, comments=True))]


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        line = text.count("\n", 0, match.start(4)) + 1
        directive, argument, language, code = match.groups(default="")
        yield Block(page.name, line, directive.strip(": "), argument, language, code)


DRAWN = ("comparison.md", "explain.md", "word-vectors.md")
"""The pages with charts of reports, or pictures in other formats."""

BLOCKS = [block for page in PAGES for block in blocks(page)]
NOT_RUN = [block for block in BLOCKS if block.directive == "not run"]


@pytest.mark.parametrize("name", ["treenn", "treebanks", *MODULES])
def test_examples_in_docstrings_run(name: str) -> None:
    if "triton" in name:
        pytest.importorskip("triton", reason="Triton, an extra of 286 MB, is not installed")
    assert doctest.testmod(import_module(name)).failed == 0


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty working directory. Its modules can be imported; they and new metrics are removed afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    modules, metrics = set(sys.modules), dict(METRICS)
    yield tmp_path
    METRICS.clear()
    METRICS.update(metrics)
    for name in set(sys.modules) - modules:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


@cache
def command_line() -> Any:
    return typer.main.get_command(app)


def run_command(words: list[str], where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert words[0] == "treenn", f"{where}: {words[0]} is no treenn command; state why it is not run"
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code in (None, 0), f"{where}: {shlex.join(words)}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_code_blocks_run(
    page: Path,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    if page.name not in DRAWN:
        request.getfixturevalue("undrawn")
    names: dict[str, Any] = {"__name__": page.stem}
    for block in blocks(page):
        where = f"{block.page}:{block.line}"
        if block.directive == "file":
            Path(block.argument).parent.mkdir(exist_ok=True)
            Path(block.argument).write_text(block.code, encoding="utf-8")
        elif block.directive == "output":
            assert block.code in capsys.readouterr().out, where
        elif block.directive == "not run" or block.language == "text":
            continue
        elif block.language == "python":
            exec(compile("\n" * (block.line - 1) + block.code, page.name, "exec", dont_inherit=True), names)
        else:
            assert block.language == "sh", f"{where}: a {block.language} block needs a comment (file, output, not run)"
            for words in block.commands:
                run_command(words, where, monkeypatch)
    if page.name == "README.md":
        assert (workspace / "tree.svg").read_text(encoding="utf-8") == (GUIDE / "tree.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("block", NOT_RUN, ids=lambda block: f"{block.page}:{block.line}")
def test_blocks_that_are_not_run(block: Block) -> None:
    assert len(block.argument) > 5
    pytest.skip(f"{block.page}:{block.line}: {block.argument}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_options_exist(page: Path) -> None:
    lines = [words for block in blocks(page) if block.language == "sh" for words in block.commands]
    for words in [words for words in lines if words[0] == "treenn"]:
        command: Any = command_line()
        for word in words[1:]:
            command = getattr(command, "commands", {}).get(word, command)
        if command.context_settings.get("ignore_unknown_options"):
            continue  # `parser train`, whose options depend on the kind of parser
        options = {name for each in command.params for name in (*each.opts, *each.secondary_opts)} | {"--help"}
        assert {word for word in words if word.startswith("--")} <= options, shlex.join(words)


def test_the_layers_are_those_of_the_contract() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ][0]
    layers = [name.strip().removeprefix("treenn.") for layer in contract["layers"] for name in layer.split("|")]
    table = (GUIDE / "architecture.md").read_text(encoding="utf-8").split("| layer, top first |")[1].split("\n\n")[0]
    rows = re.findall(r"^\| (`.+?`) \|", table, re.MULTILINE)
    assert [name for row in rows for name in re.findall(r"`(\w+)`", row)] == layers


def test_every_command_is_in_the_readme() -> None:
    listed = re.findall(r"^\| `treenn (\w+)` \|", PAGES[0].read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(command_line().commands)


def test_every_fenced_block_is_recognized() -> None:
    fences = sum(line.startswith("```") for page in PAGES for line in page.read_text(encoding="utf-8").splitlines())
    assert fences == 2 * len(BLOCKS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[\w-]+)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_readme_is_short() -> None:
    text = PAGES[0].read_text(encoding="utf-8")
    assert text.count("\n") <= 200
    assert [page.name for page in PAGES[1:] if f"(treenn/guide/{page.name})" not in text] == []


def first_paragraph(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(docstring.split("\n\n")[0].split())


def test_the_file_map_names_every_file() -> None:
    """The map has each module with the first paragraph of its docstring."""
    sections = re.split(r"^### ", (GUIDE / "architecture.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    mapped = {
        f"{section.split('`')[1]}{name}": contents
        for section in sections[1:]
        for name, contents in re.findall(r"^\| `(.+?)` \| (.+) \|$", section, re.MULTILINE)
    }
    files = {
        path.relative_to(ROOT).as_posix(): first_paragraph(path)
        for package in ("treenn", "treebanks")
        for path in (ROOT / package).rglob("*.py")
        if path.name != "__init__.py"
    }
    assert mapped == files


@pytest.mark.parametrize("package", [treenn, treebanks])
def test_every_public_name_is_there(package: Any) -> None:
    assert package.__all__ == sorted(package.__all__)
    assert all(getattr(package, name) is not None for name in package.__all__)


def test_pdoc_sees_every_public_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(treenn, "__all__", list(treenn.__all__))
    treenn._load_all()
    assert {"Tree", "encoders"} <= set(treenn.__all__)
    assert [name for name in treenn.__all__ if name not in vars(treenn)] == []


def test_the_citation_has_the_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert version is not None
    assert f"\nversion: {version[1]}\n" in citation


def test_names_of_tests_have_at_most_eight_words() -> None:
    names = [
        (node.name, path.relative_to(ROOT).as_posix())
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]
    assert [name for name in names if name[0].count("_") > 8] == []
