"""A headless Chromium, driven by the DevTools protocol over a pipe."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

FOUND = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
_QUIET = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
_TIMEOUT = 120
_WITH_PIPES = """
import os, sys
for number, end in enumerate(sys.argv[1:3], start=3):
    os.dup2(int(end), number)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """A browser with one page.

    `console` has its messages and errors, `requests` the addresses that it loaded, `posts` the bodies that it sent.
    """

    def __init__(self, profile: Path) -> None:
        assert FOUND is not None
        (reads, self._out), (self._in, writes) = os.pipe(), os.pipe()
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (reads, writes)]  # beyond 3 and 4, their numbers there
        command = [
            FOUND,
            "--headless",
            "--no-sandbox",
            *_QUIET,
            f"--user-data-dir={profile}",
            "--remote-debugging-pipe",
        ]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _WITH_PIPES, *map(str, ends), *command],
            pass_fds=ends,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in (reads, writes, *ends):
            os.close(end)
        self._buffer, self._number, self._session = b"", 0, ""
        self.console: list[str] = []
        self.requests: list[str] = []
        self.posts: list[tuple[str, Any]] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")
        self.send("Emulation.setFocusEmulationEnabled", enabled=True)

    def close(self) -> None:
        """End the browser."""
        self._process.kill()
        self._process.wait()
        os.close(self._out)
        os.close(self._in)

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while (answer := self._receive()).get("id") != self._number:
            pass
        assert "error" not in answer, answer
        return dict(answer["result"])

    def evaluate(self, script: str) -> Any:
        """The value of an expression of JavaScript, awaited."""
        result = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def until(self, script: str) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + _TIMEOUT
        while not self.evaluate(f"Boolean({script})"):
            assert time.monotonic() < end, script
            time.sleep(0.005)

    def open(self, url: str, width: int = 1200, height: int = 900, *, dark: bool = False, touch: bool = False) -> None:
        """Open a page in a window of a size."""
        self.resize(width, height, dark=dark, touch=touch)
        self.console.clear()
        self.requests.clear()
        self.posts.clear()
        self.send("Page.navigate", url="about:blank")
        self.send("Page.navigate", url=url)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def resize(self, width: int, height: int = 900, *, dark: bool = False, touch: bool = False) -> None:
        """Set the size of the window and the colour scheme."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=touch)
        self.send("Emulation.setTouchEmulationEnabled", enabled=touch)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send(
            "Emulation.setEmulatedMedia", features=[scheme, {"name": "prefers-reduced-motion", "value": "reduce"}]
        )

    def printed(self, selector: str) -> int:
        """The number of elements of a selector that are visible in print."""
        self.send("Emulation.setEmulatedMedia", media="print")
        elements = f"[...document.querySelectorAll({json.dumps(selector)})]"
        count = int(self.evaluate(f"{elements}.filter((each) => each.checkVisibility()).length"))
        self.send("Emulation.setEmulatedMedia", media="")
        return count

    def press(self, key: str, modifiers: int = 0) -> None:
        """Press a key; modifiers are 1 for Alt, 2 for Ctrl, 8 for Shift."""
        text = {"text": key} if len(key) == 1 and not modifiers & 3 else {"text": "\r"} if key == "Enter" else {}
        codes = {"Enter": 13, "Tab": 9, "Escape": 27, "Delete": 46, "End": 35, "Home": 36}
        codes |= {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}
        how = {"key": key, "modifiers": modifiers, "windowsVirtualKeyCode": codes.get(key, 0)}
        self.send("Input.dispatchKeyEvent", type="keyDown", **how, **text)
        self.send("Input.dispatchKeyEvent", type="keyUp", **how)

    def type(self, text: str) -> None:
        """Insert a text into the focused field."""
        self.send("Input.insertText", text=text)

    def touch(self, *steps: tuple[tuple[int, int], ...]) -> None:
        """Put fingers on the points of the first step, move them to those of the others, and lift them."""
        for kind, points in zip(["touchStart", *["touchMove"] * (len(steps) - 1)], steps, strict=True):
            touches = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(points)]
            self.send("Input.dispatchTouchEvent", type=kind, touchPoints=touches)
        self.send("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def drag(self, *points: tuple[int, int]) -> None:
        """Press the mouse at the first point, and release it at the last one."""
        kinds = ["mousePressed", *["mouseMoved"] * (len(points) - 1)]
        for kind, (x, y) in zip(kinds, points, strict=True):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1)
        x, y = points[-1]
        self.send("Input.dispatchMouseEvent", type="mouseReleased", x=x, y=y, button="left", clickCount=1)

    def screenshot(self, path: Path, *, whole: bool = True) -> None:
        """Write a picture of the page."""
        data = self.send("Page.captureScreenshot", captureBeyondViewport=whole)["data"]
        path.write_bytes(base64.b64decode(data))

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            assert select.select([self._in], [], [], _TIMEOUT)[0], "the browser does not answer"
            part = os.read(self._in, 1 << 16)
            assert part, "the browser ended"
            self._buffer += part
        message, _, self._buffer = self._buffer.partition(b"\0")
        event: dict[str, Any] = json.loads(message)
        self._record(event.get("method", ""), event.get("params", {}))
        return event

    def _record(self, method: str, params: dict[str, Any]) -> None:
        if method == "Runtime.consoleAPICalled":
            self.console.append(" ".join(str(item.get("value", item)) for item in params["args"]))
        elif method == "Runtime.exceptionThrown":
            self.console.append(str(params["exceptionDetails"].get("exception", params["exceptionDetails"])))
        elif method == "Log.entryAdded":
            self.console.append(params["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            request = params["request"]
            self.requests.append(request["url"])
            if "postData" in request:
                self.posts.append((request["url"].rpartition("/")[2], json.loads(request["postData"])))
