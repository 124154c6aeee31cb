"""Functions excluded from compilation, without importing the compiler."""

import subprocess
import sys

import torch

from treenn.encoders.eager import eager


def test_eager_functions_are_not_compiled_and_equal() -> None:
    seen = []

    @eager
    def inner(x: torch.Tensor) -> torch.Tensor:
        """Doubles."""
        seen.append(torch.compiler.is_compiling())
        return 2 * x

    def outer(x: torch.Tensor) -> torch.Tensor:
        return inner(x + 1) + 1

    assert inner.__doc__ == "Doubles."
    torch.testing.assert_close(torch.compile(outer, backend="aot_eager")(torch.ones(3)), outer(torch.ones(3)))
    assert seen == [False, False]


def test_models_and_reports_start_without_the_compiler() -> None:
    modules = "treenn.models.building, treenn.evaluation.predictions, treenn.report.build"
    code = f"import sys, {modules}; print('torch._dynamo' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "False\n"
