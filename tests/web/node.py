"""Node.js, for tests of the modules in treenn/web."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

NODE = shutil.which("node")
MODULE = Path(__file__).parents[2] / "treenn/web/tree.mjs"
needs_node = pytest.mark.skipif(NODE is None, reason="there is no Node.js here")


def run_module(script: str, value: Any, module: str = "tree") -> Any:
    """The result of a JavaScript function of `value`, whose result is JSON.

    `script` is an expression, in which a module, by default `tree`, has its name.
    """
    program = f"""
    import * as {module} from {json.dumps(MODULE.with_name(f"{module}.mjs").as_uri())};
    let text = "";
    for await (const part of process.stdin) text += part;
    const run = {script};
    process.stdout.write(JSON.stringify(run(JSON.parse(text))));
    """
    command = [str(NODE), "--input-type=module", "--eval", program]
    done = subprocess.run(command, input=json.dumps(value), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
