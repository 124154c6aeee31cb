import torch
from torch.nn import functional as F

from treenn.models.heads import Head, node_loss


def test_loss_sums_labelled_nodes_and_averages_trees() -> None:
    scores = torch.randn(6, 5, dtype=torch.float64)
    labels = torch.tensor([3, -100, 0, 4, -100, 1])
    expected = sum(-F.log_softmax(scores[row], dim=0)[label] for row, label in enumerate(labels) if label >= 0) / 3
    torch.testing.assert_close(node_loss(scores, labels, n_trees=3), expected)


def test_unlabelled_batch_has_zero_loss_and_gradients() -> None:
    scores = torch.randn(4, 5, requires_grad=True)
    loss = node_loss(scores, torch.full((4,), -100), n_trees=2)
    loss.backward()
    assert loss.item() == 0
    assert (scores.grad == 0).all()


def test_dropout_acts_in_training_alone() -> None:
    torch.manual_seed(0)
    head, states = Head(50, 5, dropout=0.5), torch.randn(3, 50)
    assert not torch.equal(head(states), head(states))
    head.eval()
    torch.testing.assert_close(head(states), head.linear(states))
