"""The page of `treenn explain --html`: numbers of one sentence in one or several networks, step by step."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from markupsafe import Markup, escape

from treenn.explain.flow import Array, Flow, FlowPass, Prediction, Vector
from treenn.explain.mathml import block_markup
from treenn.runtime.pages import inline_json, page_template
from treenn.trees import Tree, draw_svg
from treenn.trees.json_values import dump_json
from treenn.trees.palette import Scale
from treenn.web.one_file import inline_modules, inline_styles
from treenn.web.scale_record import scale_record

_DRAWN = 512
"""The number of drawn units of a vector; norms and means are of all."""


class PredictionScale(NamedTuple):
    """The scale of a network's predictions.

    Args:
        kind: "ordinal", "nominal" or "score".
        classes: the names of the classes; empty for scores.
        score_range: the lowest and the highest score (default: None).
    """

    kind: Scale
    classes: Sequence[str]
    score_range: tuple[float, float] | None = None

    def record(self, name: str) -> dict[str, Any]:
        """The scale as `tree.mjs` reads it."""
        return scale_record(name, self.kind, self.classes, self.score_range)

    def draw(self, tree: Tree) -> Markup:
        """A static picture of a tree, for browsers without JavaScript."""
        classes = self.classes or 5
        return Markup(draw_svg(tree, classes=classes, scale=self.kind, score_range=self.score_range))


def flow_page(text: str, flows: Sequence[tuple[Flow, PredictionScale]]) -> str:
    """Render the page, one HTML file that loads nothing.

    Args:
        text: the sentence.
        flows: the numbers of each network, over the same words, with the scale of its labels.
    """
    filters = {"equations": lambda block: Markup(block_markup(block)), "code": _code}
    template = page_template(Path(__file__).parent, "flow.html", **filters)
    record = {"words": flows[0][0].tree.words, "flows": [_flow(flow, scale) for flow, scale in flows]}
    return template.render(
        text=text,
        flows=[flow for flow, _ in flows],
        pictures=[scale.draw(_labelled(flow)) if flow.kind == "tree" else "" for flow, scale in flows],
        data=inline_json(dump_json(record, compact=True)),
        script=inline_modules("tree.mjs", "flow.mjs"),
        style=inline_styles("tree.css", "flow.css"),
    )


def _code(text: str) -> Markup:
    """A paragraph of a docstring, with its symbols in backticks as `<code>`."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _labelled(flow: Flow) -> Tree:
    return flow.tree.with_labels([prediction.label for prediction in flow.predictions])


def _flow(flow: Flow, scale: PredictionScale) -> dict[str, Any]:
    return {
        "name": flow.name,
        "kind": flow.kind,
        "scale": scale.record(flow.name),
        "merges": flow.tree.merges,
        "unknown": flow.unknown,
        "labels": [prediction.label for prediction in flow.predictions],
        "probabilities": [_rounded(prediction) for prediction in flow.predictions],
        "final": {"label": flow.final.label, "probabilities": _rounded(flow.final)},
        "loss": float(f"{flow.loss:.4g}"),
        "length": flow.length,
        "words": [_vector(vector) for vector in flow.words],
        "passes": [_pass(sweep) for sweep in flow.passes],
    }


def _rounded(prediction: Prediction) -> list[float]:
    return [round(p, 4) for p in prediction.probabilities]


def _pass(sweep: FlowPass) -> dict[str, Any]:
    return {
        "name": sweep.name,
        "section": sweep.section,
        "start": sweep.start,
        "steps": sweep.steps,
        "output": sweep.output,
        "memory": sweep.memory,
        "nodes": {str(node): [_vector(vector) for vector in vectors] for node, vectors in sweep.vectors.items()},
    }


def _vector(vector: Vector) -> dict[str, Any]:
    """A vector with its gradient, each as signed bytes in base64 with the value of 127."""
    return {
        "name": vector.name,
        "role": vector.role,
        "size": len(vector.values),
        "mean": _short(vector.values.mean()),
        "norm": _short(np.linalg.norm(vector.values)),
        "values": _bytes(vector.values),
        "gradientNorm": _short(np.linalg.norm(vector.gradient)),
        "gradient": _bytes(vector.gradient),
    }


def _short(value: float | np.floating[Any]) -> float:
    return float(f"{float(value):.4g}")


def _bytes(values: Array) -> list[Any]:
    """The value of 127, and the drawn values as signed bytes in base64."""
    drawn = values[:_DRAWN]
    largest = float(np.abs(drawn).max(initial=0.0))
    scaled = np.zeros(len(drawn)) if largest == 0 else 127 * drawn / largest
    return [_short(largest), base64.b64encode(scaled.round().astype(np.int8).tobytes()).decode("ascii")]
