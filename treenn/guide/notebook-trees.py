"""Trees in a notebook: read, parse, predict, and edit them."""

# %% [markdown]
# # Trees in a notebook
#
# Run the cells in order: VS Code, Spyder and PyCharm show them in this file, Jupyter after a conversion by jupytext.
# The last expression of a cell is displayed: trees as pictures, treebanks and predictions as tables.

# %%
from importlib.util import find_spec

import treebanks
from treenn import TreeEditor, load_sentiment, parse_tree

tree = parse_tree("(1 (2 It) (1 (2 is) (1 (2 not) (3 good))))", classes=5)
tree

# %% [markdown]
# ## A treebank
#
# The table has the number of trees, words and labels of each split.

# %%
reviews = treebanks.load("reviews")
reviews

# %%
reviews.test[0]

# %% [markdown]
# ## Parser and sentiment model
#
# `predict` splits a text into sentences, parses them, and predicts the class of every phrase.

# %%
model = load_sentiment()
document = model.predict("Nobody who likes films would say that this was not good. A wonderful cast!")
document

# %%
document.sentences[1].tree

# %% [markdown]
# Reprs are short, also in the terminal. All probabilities are in the objects.

# %%
[(sentence, max(sentence.probabilities)) for sentence in document.sentences]

# %% [markdown]
# ## An editable tree
#
# Rotate a bracket by L and R, move a phrase by Shift and an arrow key, replace a word by E, undo by Z. `?` lists
# the keys. Python predicts the changed phrases again. The cell needs anywidget:
# `python -m pip install 'treenn[notebook]'`.

# %%
editor = TreeEditor(document.sentences[0].tree, model) if find_spec("anywidget") else None
editor

# %% [markdown]
# The edited tree is an ordinary `Tree`.

# %%
editor.tree if editor is not None else document.sentences[0].tree
