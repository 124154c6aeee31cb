import pytest
import torch
from torch import Tensor

from treenn.sequences import AttentionPooling, LastPooling, MaxPooling, MeanPooling, Readout

LENGTHS = torch.tensor([3, 1, 4])


def attention(readout: AttentionPooling, part: Tensor) -> Tensor:
    weights = torch.softmax(torch.tanh(part @ readout.W.weight.T + readout.W.bias) @ readout.u.weight[0], dim=0)
    return (weights[:, None] * part).sum(dim=0)


@pytest.mark.parametrize(
    ("readout", "plain"),
    [
        (LastPooling(), lambda readout, part: part[-1]),
        (MeanPooling(), lambda readout, part: part.mean(dim=0)),
        (MaxPooling(), lambda readout, part: part.amax(dim=0)),
        (AttentionPooling(5), attention),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_sequence_is_read_out_for_itself(readout: Readout, plain) -> None:
    torch.manual_seed(0)
    readout = readout.double()
    states = torch.randn(8, 5, dtype=torch.float64, requires_grad=True)
    read = readout(states, LENGTHS)
    expected = torch.stack([plain(readout, part) for part in states.split(LENGTHS.tolist())])
    torch.testing.assert_close(read, expected, rtol=1e-12, atol=1e-12)
    upstream, inputs = torch.randn_like(read), [states, *readout.parameters()]
    for ours, theirs in zip(
        torch.autograd.grad(read, inputs, upstream), torch.autograd.grad(expected, inputs, upstream), strict=True
    ):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


def test_attention_stands_scores_of_any_size() -> None:
    readout = AttentionPooling(2)
    torch.nn.init.eye_(readout.W.weight)
    torch.nn.init.constant_(readout.u.weight, 1e4)
    states = torch.tensor([[5.0, 5.0], [-5.0, -5.0], [5.0, 5.0]]).requires_grad_()
    weights = readout.weights(states, torch.tensor([3]))
    torch.testing.assert_close(weights, torch.tensor([0.5, 0.0, 0.5]))
    readout(states, torch.tensor([3])).sum().backward()
    assert torch.isfinite(states.grad).all()
