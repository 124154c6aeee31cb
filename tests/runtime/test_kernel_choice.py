"""When kernels are used: for which tensors, and by the choice in the environment."""

import sys
from collections.abc import Iterator

import pytest
import torch
from torch import nn

from treenn.runtime import kernel_choice
from treenn.runtime.kernel_choice import uses_numba, uses_triton
from treenn.trees import InputError


def clear_caches() -> None:
    kernel_choice._choice.cache_clear()
    kernel_choice._is_installed.cache_clear()


@pytest.fixture(autouse=True)
def _without_caches() -> Iterator[None]:
    clear_caches()
    yield
    clear_caches()


@pytest.fixture
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TREENN_KERNELS", raising=False)
    monkeypatch.setattr(kernel_choice, "find_spec", lambda name: name)


@pytest.mark.usefixtures("_installed")
def test_float32_of_the_processor_only() -> None:
    assert uses_numba(torch.ones(2), nn.Parameter(torch.ones(2)), training=True)
    assert not uses_numba(torch.ones(2), torch.ones(2, dtype=torch.float64), training=True)
    assert not uses_numba(torch.ones(2, device="meta"), training=True)


class Masked(torch.Tensor):
    pass


@pytest.mark.usefixtures("_installed")
def test_not_for_subclasses() -> None:
    assert not uses_numba(torch.ones(2).as_subclass(Masked), training=True)


@pytest.mark.usefixtures("_installed")
def test_prediction_does_not_load_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "numba", raising=False)
    assert not uses_numba(torch.ones(2), training=False)
    monkeypatch.setitem(sys.modules, "numba", torch)
    assert uses_numba(torch.ones(2), training=False)


@pytest.mark.usefixtures("_installed")
def test_torch_by_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREENN_KERNELS", "torch")
    assert not uses_numba(torch.ones(2), training=True)


@pytest.mark.usefixtures("_installed")
def test_unknown_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREENN_KERNELS", "cuda")
    with pytest.raises(InputError, match="TREENN_KERNELS is 'cuda' in the environment; must be numba, triton or torch"):
        uses_numba(torch.ones(2), training=True)


def test_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TREENN_KERNELS", raising=False)
    monkeypatch.setattr(kernel_choice, "find_spec", lambda name: None)
    assert not uses_numba(torch.ones(2), training=True)
    monkeypatch.setenv("TREENN_KERNELS", "numba")
    with pytest.raises(InputError, match=r"not installed; install it by .* 'treenn\[fast\]'"):
        uses_numba(torch.ones(2), training=True)


@pytest.mark.usefixtures("_installed")
def test_triton_by_choice_and_on_gpus_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    assert not uses_triton()
    monkeypatch.setenv("TREENN_KERNELS", "triton")
    assert uses_triton()
    assert not uses_triton(torch.ones(2))
    monkeypatch.setenv("TRITON_INTERPRET", "1")
    assert uses_triton(torch.ones(2))
