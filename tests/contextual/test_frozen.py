import copy
from pathlib import Path

import pytest
import torch
from tiny_encoder import make_encoder

from treenn.contextual import ContextualEncoder, FrozenVectors
from treenn.contextual.frozen import cache_file, cache_home
from treenn.trees import InputError

SENTENCES = [("the", "film"), ("not", "awful", "soup"), ("bad",), ("the", "film")]


def files(cache: Path) -> list[Path]:
    return sorted(cache.iterdir()) if cache.exists() else []


def test_vectors_are_the_encoders_prepared_or_not(tiny: Path) -> None:
    frozen = FrozenVectors(tiny, (1, 3))
    wanted = ContextualEncoder(tiny, (1, 3)).eval()(SENTENCES).detach()
    assert frozen.size == 16
    torch.testing.assert_close(frozen(SENTENCES), wanted, atol=2e-3, rtol=2e-3)
    frozen.precompute(SENTENCES[:2])
    torch.testing.assert_close(frozen(SENTENCES), wanted, atol=2e-3, rtol=2e-3)


def test_what_is_on_disk_is_not_computed_again(tiny: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []
    first = FrozenVectors(tiny, (3,))
    first.precompute(SENTENCES, progress=lambda n, of, text: told.append((n, of)))
    assert told == [(3, 3)]
    assert len(files(cache)) == 1
    monkeypatch.setattr(ContextualEncoder, "forward", None)
    again = FrozenVectors(tiny, (3,))
    again.precompute(iter(SENTENCES), progress=lambda n, of, text: told.append((n, of)))
    assert torch.equal(again(SENTENCES), first(SENTENCES))
    assert len(told) == 1


def test_any_other_option_is_another_file(tiny: Path, cache: Path, tmp_path: Path) -> None:
    other = make_encoder(tmp_path / "other", seed=1)
    kept = []
    for folder, layers, sentences in (
        (tiny, (3,), SENTENCES),
        (tiny, (2,), SENTENCES),
        (tiny, (2, 3), SENTENCES),
        (tiny, (3, 2), SENTENCES),
        (other, (3,), SENTENCES),
        (tiny, (3,), SENTENCES[:2]),
        (tiny, (3,), [("the", "film", "not"), ("awful", "soup"), ("bad",)]),
    ):
        frozen = FrozenVectors(folder, layers)
        frozen.precompute(sentences)
        wanted = ContextualEncoder(folder, layers).eval()(sentences)
        torch.testing.assert_close(frozen(sentences), wanted.detach(), atol=2e-3, rtol=2e-3)
        kept.append(len(files(cache)))
    assert kept == [1, 2, 3, 4, 5, 6, 7]


def test_a_broken_file_is_made_anew(tiny: Path, cache: Path) -> None:
    frozen = FrozenVectors(tiny, (3,))
    frozen.precompute(SENTENCES)
    (file,) = files(cache)
    whole, wanted = file.read_bytes(), frozen(SENTENCES)
    del frozen
    file.unlink()
    file.write_bytes(whole[:-5])
    again = FrozenVectors(tiny, (3,))
    again.precompute(SENTENCES)
    assert torch.equal(again(SENTENCES), wanted)
    assert files(cache) == [file]
    assert file.read_bytes() == whole


def test_copies_share_the_table_without_gradient(tiny: Path) -> None:
    frozen = FrozenVectors(tiny, (3,))
    assert copy.deepcopy(frozen) is frozen
    assert not frozen(SENTENCES).requires_grad


def test_states_beyond_float16_are_refused(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forward = ContextualEncoder.forward
    monkeypatch.setattr(ContextualEncoder, "forward", lambda self, sentences: forward(self, sentences) * 1e6)
    with pytest.raises(InputError, match="this encoder's states exceed the range of float16"):
        FrozenVectors(tiny, (3,))(SENTENCES)


def test_the_cache_lies_where_it_is_told_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache_home() == tmp_path / "cache/contextual"
    assert cache_file("f", (1,), SENTENCES).parent == cache_home()
    monkeypatch.delenv("TREENN_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_home().parts[-2:] == ("treenn", "contextual")
    monkeypatch.setenv("TREENN_CACHE", "~nobody-of-that-name/x")
    with pytest.raises(InputError, match="TREENN_CACHE is ~nobody-of-that-name/x"):
        cache_home()
