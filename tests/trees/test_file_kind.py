from pathlib import Path

import pytest

from treenn.trees import InputError
from treenn.trees.atomic_writing import write_bytes

SVG, PNG, PAGE = "<svg xmlns='x'></svg>", b"\x89PNG\r\n", "<!doctype html>\n<p>"
REPORT, NOTES = "# SST\n\nA comparison made by treenn on", "# My notes\n"


@pytest.mark.parametrize(
    ("held", "new", "kind"),
    [
        ("my letter", SVG, "SVG"),
        (PNG, SVG, "SVG"),
        (SVG, PNG, "PNG"),
        ("my letter", PAGE, "HTML"),
        (PAGE, PAGE + "made by treenn", "report of treenn in HTML"),
        (NOTES, REPORT, "report of treenn in Markdown"),
        ('{"name": "package"}', '{"schema": "treenn.bench", "version": 1}', "JSON of treenn.bench"),
        ('{"schema": "treenn.trials"}', '{\n  "schema": "treenn.bench"}', "JSON of treenn.bench"),
    ],
)
def test_a_file_of_another_kind_is_not_replaced(held: str | bytes, new: str | bytes, kind: str, tmp_path: Path) -> None:
    old, data = (text.encode() if isinstance(text, str) else text for text in (held, new))
    (tmp_path / "file").write_bytes(old)
    with pytest.raises(InputError, match=f"this file exists and is no {kind}: it is not replaced"):
        write_bytes(tmp_path / "file", data)
    assert (tmp_path / "file").read_bytes() == old
    for before in (b"", data):
        (tmp_path / "file").write_bytes(before)
        write_bytes(tmp_path / "file", data + b"\n")
        assert (tmp_path / "file").read_bytes() == data + b"\n"
