"""The static page of `treenn play --export`: the playground with its model and parser in one HTML file."""

from __future__ import annotations

import gzip
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from importlib.resources import files
from pathlib import Path

from treenn.sentiment.model import SentimentModel
from treenn.trees.json_values import dump_json
from treenn.web.one_file import inline_modules, inline_styles
from treenn.web.page_data import page_data
from treenn.web.page_folders import FILES
from treenn.web.readers import make_readers

KIND = "playground of treenn in HTML"
"""The kind of the file, as `treenn.trees.file_kind.kind_of` returns it."""

_COMMENT = "<!-- A playground made by treenn; it loads nothing from the network. -->"
_ABOUT = "Everything is computed in this page, by a model and a parser in 8 bits. Nothing is sent or loaded."
_POLICY = (
    "default-src 'none'; script-src '{script}' blob:; worker-src blob:; style-src '{style}'; img-src data: blob:; "
    "connect-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; "
    "trusted-types treenn-worker"
)


def build_page(name: str, model: SentimentModel, folders: Path, about: str = "") -> str:
    """Build the page.

    The files of both folders are in the page, compressed by gzip and in Base64. A Content-Security-Policy permits the
    script and the styles of the page and a worker, and no request.

    Args:
        name: the name of the model on the page.
        model: the model with its parser, which `save_folders` returned.
        folders: the folder that has the folders `model` and `parser`.
        about: a remark below the page, such as the accuracy of the model (default: none).

    Returns:
        The HTML.
    """
    script, style = inline_modules("static_host.mjs"), inline_styles("tree.css", "play.css")
    policy = _POLICY.format(script=_hash(script), style=_hash(style))
    data = dump_json(page_data(make_readers([(name, model)])), compact=True)
    charset = '<meta charset="utf-8">\n'
    return _filled(
        {
            "<!doctype html>\n": f"<!doctype html>\n{_COMMENT}\n",
            charset: f'{charset}<meta http-equiv="Content-Security-Policy" content="{policy}">\n',
            '<link rel="stylesheet" href="tree.css">\n': "",
            '<link rel="stylesheet" href="play.css">\n': f"<style>{style}</style>\n",
            '<script type="module" src="server_host.mjs"></script>\n': "",
            "<footer></footer>\n": f"<footer>{_ABOUT} {escape(about)}</footer>\n",
            "</body>\n": _data_blocks(data, folders) + f'<script type="module">{script}</script>\n</body>\n',
        }
    )


def _data_blocks(data: str, folders: Path) -> str:
    """Blocks of data, which are no scripts: the worker's source, its data, and the files of both folders."""
    packed = {'id="data"': data.encode()}
    for name in (f"{part}/{file}" for part in ("model", "parser") for file in FILES):
        packed[f'data-file="{name}"'] = (folders / name).read_bytes()
    return f'<script type="text/plain" id="worker">{inline_modules("worker.mjs")}</script>\n' + "".join(
        f'<script type="application/gzip" {name}>{b64encode(gzip.compress(content, mtime=0)).decode()}</script>\n'
        for name, content in packed.items()
    )


def _filled(replacements: Mapping[str, str]) -> str:
    """The page of the server with replaced lines, each of which occurs once."""
    page = (files("treenn.web") / "play.html").read_text("utf-8")
    for line, text in replacements.items():
        assert page.count(line) == 1, line
        page = page.replace(line, text)
    return page


def _hash(text: str) -> str:
    """The source of a Content-Security-Policy that permits an inline text."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
