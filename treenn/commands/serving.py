"""Pages of commands in the browser, served until Ctrl-C."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

from treenn.commands.output import say, tell

if TYPE_CHECKING:
    from treenn.web.server import Site


def serve(site: Site, noun: str, port: int = 0, *, opens_browser: bool = True) -> None:
    """Serve a page to this machine, until a signal stops the command.

    Args:
        site: the page.
        noun: its description in the line with the address.
        port: the port; 0 is a free one (default: 0).
        opens_browser: whether to open the page in the browser (default: True).

    Raises:
        InputError: if the port is not available.
    """
    from treenn.web.server import PageServer

    with PageServer(site, port) as server:
        tell(f"{noun}: {server.url}")
        say("Ctrl-C ends it")
        if opens_browser:
            import webbrowser

            Thread(target=webbrowser.open, args=(server.url,), daemon=True).start()
        server.serve_forever()
