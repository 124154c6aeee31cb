"""`TreeEditor`: an editable tree in a notebook, through anywidget."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from treenn.models.network import Network
from treenn.parsers.shapes import Right
from treenn.sentiment.model import SentimentModel
from treenn.trees import InputError, Tree
from treenn.trees.display import tree_html
from treenn.trees.errors import argument
from treenn.trees.tree import Label
from treenn.web.one_file import inline_modules, inline_styles
from treenn.web.readers import TreeReader
from treenn.web.requests import TreeRequest
from treenn.web.scale_record import scale_record


class TreeEditor:
    """A tree that is edited in a notebook: rotate brackets, move phrases, change words, undo.

    The last expression of a cell displays it. `tree` is the edited tree at any time. With a model, Python predicts the
    changed phrases again. Needs anywidget: `python -m pip install 'treenn[notebook]'`.

    Args:
        tree: the tree.
        model: the model that predicts all phrases (default: None, the labels of the tree are shown).
        classes: the names of the labels 0, 1, … without a model (default: the numbers, at least 5).

    Raises:
        InputError: if anywidget is not installed, the tree is too long, or the model reads no trees.

    Attributes:
        widget: the widget, for layouts of ipywidgets.
    """

    def __init__(
        self, tree: Tree, model: SentimentModel | Network | None = None, *, classes: Sequence[str] | None = None
    ) -> None:
        self._reader = None if model is None else TreeReader("model", _sentence_model(model))
        self._listeners: list[Callable[[Tree], object]] = []
        self._classes = None if classes is None else tuple(classes)
        self._tree = self._labelled(_checked(tree))
        has_model = self._reader is not None
        self.widget: Any = _widget_class()(tree=self._as_json(), scale=self._scale(), has_model=has_model)
        self.widget.observe(self._edited, "tree")
        self.widget.on_msg(self._asked)

    @property
    def tree(self) -> Tree:
        """The edited tree. With a model, its labels are the predictions; otherwise new phrases have none."""
        return self._tree

    @tree.setter
    def tree(self, tree: Tree) -> None:
        self._tree = self._labelled(_checked(tree))
        self.widget.tree = self._as_json()

    def on_edit(self, listener: Callable[[Tree], object]) -> None:
        """Call a function with the tree after every edit.

        Args:
            listener: the function.
        """
        self._listeners.append(listener)

    def __repr__(self) -> str:
        """The tree."""
        return f"TreeEditor({self._tree!r})"

    def _repr_html_(self) -> str:
        if self._reader is None:
            return tree_html(self._tree, self._classes)
        scale = self._reader.scale
        return tree_html(self._tree, scale["classes"] or None, scale=scale["kind"], score_range=scale["range"])

    def _repr_mimebundle_(self, **how: Any) -> Any:
        """The widget, and the picture for viewers without widgets."""
        bundle, *metadata = _pair(self.widget._repr_mimebundle_(**how))
        return ({**bundle, "text/html": self._repr_html_(), "text/plain": repr(self)}, *metadata)

    def _labelled(self, tree: Tree) -> Tree:
        """The tree with the predictions of the model; unchanged without a model."""
        if self._reader is None:
            return tree
        return tree.with_labels([state.label for state in self._reader.states(tree)])

    def _as_json(self) -> dict[str, Any]:
        shape = {"words": list(self._tree.words), "merges": [list(pair) for pair in self._tree.merges]}
        if self._reader is None:
            return shape | {"labels": list(self._tree.labels)}
        return shape | {"models": [self._reader.columns(self._tree, range(len(self._tree)))]}

    def _scale(self) -> dict[str, Any]:
        if self._reader is not None:
            return self._reader.scale
        numbers = [label for label in self._tree.labels if isinstance(label, int)]
        names = self._classes or tuple(map(str, range(max(5, max(numbers, default=0) + 1))))
        return scale_record("labels", "ordinal", list(names))

    def _edited(self, change: Mapping[str, Any]) -> None:
        """Adopt the tree of the notebook, unless it is this one."""
        value = change["new"]
        tree = TreeRequest(value["words"], value["merges"]).tree
        if (tree.words, tree.merges) == (self._tree.words, self._tree.merges):
            return
        self._tree = self._labelled(tree.with_labels(_labels(value, len(tree))))
        for listener in self._listeners:
            listener(self._tree)

    def _asked(self, _: Any, message: Mapping[str, Any], __: Any) -> None:
        """Answer a request for the states of nodes."""
        assert self._reader is not None
        try:
            request = TreeRequest(message["words"], message["merges"], message["nodes"])
            nodes = request.nodes if self._reader.is_local else None
            columns = self._reader.columns(request.tree, nodes or range(len(request.tree)))
            self.widget.send({"id": message["id"], "answer": {"models": [columns]}})
        except InputError as error:
            self.widget.send({"id": message["id"], "error": error.message})


def _sentence_model(model: SentimentModel | Network) -> SentimentModel:
    return model if isinstance(model, SentimentModel) else SentimentModel(model, model.classes or (), Right())


def _checked(tree: Tree) -> Tree:
    """Validate a tree by the limits of requests."""
    if not isinstance(tree, Tree):
        raise InputError(f"{argument('tree')}: must be a Tree, not {type(tree).__name__}")
    TreeRequest(list(tree.words), [list(pair) for pair in tree.merges])
    return tree


def _labels(value: Mapping[str, Any], size: int) -> list[Label]:
    """The labels of an edited tree; none if they are malformed."""
    labels = value.get("labels")
    if not isinstance(labels, list) or len(labels) != size:
        return [None] * size
    return [label if isinstance(label, (int, float, str)) else None for label in labels]


def _pair(bundle: Any) -> Any:
    return bundle if isinstance(bundle, tuple) else (bundle or {},)


@cache
def _widget_class() -> Any:
    """The class of the widget, made on first use.

    Raises:
        InputError: if anywidget is not installed.
    """
    try:
        import anywidget
        import traitlets
    except ImportError as error:
        problem = "TreeEditor needs anywidget; install it by python -m pip install 'treenn[notebook]'"
        raise InputError(problem) from error

    traits = {"tree": traitlets.Dict(), "scale": traitlets.Dict(), "has_model": traitlets.Bool()}
    synced = {name: trait.tag(sync=True) for name, trait in traits.items()}
    return type("TreeWidget", (anywidget.AnyWidget,), {"_esm": front_end(), "_css": style(), **synced})


def front_end() -> str:
    """The JavaScript of the widget, one module with `tree.mjs`."""
    return f"{inline_modules('widget.mjs')}export default widget_mjs;\n"


def style() -> str:
    """The style sheets of the widget."""
    return str(inline_styles("tree.css", "widget.css"))
