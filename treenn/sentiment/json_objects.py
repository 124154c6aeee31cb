"""Predictions as JSON objects, the format of `treenn predict --json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treenn.sentiment.document import Document, Sentiment


def document_object(document: Document) -> dict[str, Any]:
    """The prediction for a text as a JSON object.

    Its keys are `text`, `label`, `probabilities`, `tree`, `sentences`, `class`, `unknown_words`, `unknown_share` and
    `warning`. Each sentence has the same keys without `sentences`. `tree` is null unless the text is one sentence. For
    scores, `label` is the score, `class` is null, and there are no probabilities. `warning` is `"many unknown words"`
    above a third, `"not English"` if the text is not judged, else null. If it is not judged, `label`, `class` and
    `probabilities` are null.
    """
    sentences = [_core(each) | {"tree": str(each.tree)} | _more(each) for each in document.sentences]
    tree = sentences[0]["tree"] if len(sentences) == 1 else None
    return _core(document) | {"tree": tree, "sentences": sentences} | _more(document)


def comparison_object(documents: Mapping[str, Document]) -> dict[str, Any]:
    """The predictions of several models for one text as a JSON object, with the keys `text` and `models`.

    Args:
        documents: the predictions by the models' names, at least one.
    """
    text = next(iter(documents.values())).text
    return {"text": text, "models": {name: document_object(each) for name, each in documents.items()}}


def _core(prediction: Document | Sentiment) -> dict[str, Any]:
    if prediction.not_judged is not None:
        return {"text": prediction.text, "label": None, "probabilities": None}
    shares = [round(share, 6) for share in prediction.probabilities]
    label = prediction.label if prediction.score is None else round(prediction.score, 6)
    return {"text": prediction.text, "label": label, "probabilities": shares}


def _more(prediction: Document | Sentiment) -> dict[str, Any]:
    return {
        "class": prediction.name if prediction.classes else None,
        "unknown_words": list(prediction.unknown_words),
        "unknown_share": round(prediction.unknown_share, 6),
        "warning": prediction.warning,
    }
