"""The softmax over words: its cross-entropy against that of torch."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from treenn.models import word_softmax
from treenn.models.word_softmax import WordSoftmax
from treenn.trees import InputError


@pytest.mark.parametrize(("tied", "dtype"), [(None, torch.float64), (3, torch.float64), (4, torch.float32)])
def test_loss_and_gradients_equal_those_of_torch(tied, dtype, monkeypatch):
    monkeypatch.setattr(word_softmax, "_NUMBERS", 100)  # many pieces
    torch.manual_seed(0)
    head = WordSoftmax(4, 11, tied).to(dtype)
    states = torch.randn(45, 4, dtype=dtype, requires_grad=True)
    embedding = torch.randn(11, tied or 5, dtype=dtype, requires_grad=True)
    torch.nn.init.normal_(head.bias)
    targets = torch.randint(11, (45,))
    leaves = [states, *head.parameters(), *([embedding] if tied else [])]
    wanted = F.cross_entropy(head(states, embedding), targets)
    found = head.loss(states, embedding, targets)
    torch.testing.assert_close(found, wanted)
    for mine, theirs in zip(*(torch.autograd.grad(3 * loss, leaves) for loss in (found, wanted)), strict=True):
        torch.testing.assert_close(mine, theirs)
    logs = head(states, embedding).log_softmax(dim=1)[torch.arange(45), targets]
    torch.testing.assert_close(head.log_probabilities(states, embedding, targets), logs)


def test_bfloat16_reads_no_uninitialized_row(monkeypatch):
    def filled(like, **options):
        return empty_like(like, **options).fill_(torch.nan)

    empty_like = torch.empty_like
    monkeypatch.setattr(torch, "empty_like", filled)
    torch.manual_seed(0)
    head, embedding, targets = WordSoftmax(4, 11), torch.randn(11, 5), torch.randint(11, (45,))
    states = torch.randn(45, 4, requires_grad=True)
    exact = torch.autograd.grad(head.loss(states, embedding, targets), [states, *head.parameters()])
    with torch.autocast("cpu", torch.bfloat16):
        loss = head.loss(states, embedding, targets)
    for mine, wanted in zip(torch.autograd.grad(loss, [states, *head.parameters()]), exact, strict=True):
        torch.testing.assert_close(mine, wanted, rtol=0.05, atol=1e-3)


def test_improbable_targets_have_a_finite_loss():
    head = WordSoftmax(1, 2)
    with torch.no_grad():
        head.bias[0] = 300.0
    assert 80 < head.loss(torch.zeros(1, 1), torch.zeros(2, 1), torch.tensor([1])).item() < 100


def test_tied_vectors_of_another_width_are_refused():
    with pytest.raises(InputError, match="word_size 3: must be 5, the width of the word vectors"):
        WordSoftmax(4, 11, tied=3)(torch.zeros(1, 4), torch.zeros(11, 5))
