import torch
from torch import nn

from treenn.parsers.recursive.merge_scorer import Context


def test_it_is_torchs_lstm_of_both_directions() -> None:
    torch.manual_seed(0)
    context, lstm = Context(5, 6, layers=2, dropout=0.0), nn.LSTM(5, 3, num_layers=2, bidirectional=True)
    for layer in range(2):
        for ours, suffix in ((context.forward_layers[layer], ""), (context.backward_layers[layer], "_reverse")):
            for name, parameter in ours.named_parameters():
                getattr(lstm, name.replace("l0", f"l{layer}{suffix}")).data.copy_(parameter)
    lengths = [4, 7, 1, 2]
    x = torch.randn(sum(lengths), 5)
    expected = torch.cat([lstm(words)[0] for words in torch.split(x, lengths)])
    torch.testing.assert_close(context(x, torch.tensor(lengths)), expected)


def test_dropout_is_for_training_alone() -> None:
    context, x, lengths = Context(3, 4, layers=1, dropout=0.5), torch.ones(3, 3), torch.tensor([2, 1])
    assert (context(x, lengths) == 0).any()
    assert (context.eval()(x, lengths) != 0).all()
