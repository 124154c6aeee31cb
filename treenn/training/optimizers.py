"""Which optimizer moves which weights."""

from __future__ import annotations

from torch.optim import SGD, Adagrad, Optimizer

from treenn.models import NodeClassifier
from treenn.settings import Settings


def make_optimizers(model: NodeClassifier, settings: Settings) -> list[Optimizer]:
    """Adagrad for all but the word vectors, plain gradient descent for these."""
    words = model.embedding.weight
    others = [parameter for parameter in model.parameters() if parameter is not words]
    return [
        Adagrad(
            others, lr=settings.learning_rate, weight_decay=settings.weight_decay, fused=words.device.type == "cpu"
        ),
        SGD([words], lr=settings.embedding_learning_rate),
    ]
