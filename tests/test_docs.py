"""What is written is true: examples in docstrings and in the README run, and the README's map names every file."""

import doctest
import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest

import treebanks
import treenn
from treenn.models.names import ENCODERS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MODULES = [
    module.name
    for package in (treenn, treebanks)
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
]


@pytest.mark.parametrize("name", ["treenn", "treebanks", *MODULES])
def test_examples_in_docstrings_run(name: str) -> None:
    assert doctest.testmod(import_module(name)).failed == 0


def test_examples_in_the_readme_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    examples = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(examples) >= 7
    names: dict[str, object] = {"__name__": "readme"}
    try:
        for example in examples:
            assert len([line for line in example.splitlines() if line and not line.startswith("import")]) < 10
            exec(compile(example, "README.md", "exec"), names)
    finally:
        ENCODERS.pop("my-elman", None)
    assert names["states"].shape == (len(names["forest"].labels), 30)
    assert (tmp_path / "my-comparison/report.html").stat().st_size > 10_000
    assert capsys.readouterr().out.count("\n") > 10


def test_the_file_map_names_every_file() -> None:
    sections = re.split(r"^### ", (ROOT / "treenn/guide/architecture.md").read_text(encoding="utf-8"), flags=re.M)
    mapped = {
        f"{section.split('`')[1]}{name}"
        for section in sections[1:]
        for name in re.findall(r"^\| `(.+?)`", section, re.M)
    }
    files = {
        path.relative_to(ROOT).as_posix()
        for package in ("treenn", "treebanks")
        for path in (ROOT / package).rglob("*.py")
        if path.name != "__init__.py"
    }
    assert mapped == files


@pytest.mark.parametrize("package", [treenn, treebanks])
def test_every_public_name_is_there(package) -> None:
    assert package.__all__ == sorted(package.__all__)
    assert all(getattr(package, name) is not None for name in package.__all__)
