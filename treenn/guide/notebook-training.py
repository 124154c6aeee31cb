"""Training in a notebook: a small network, its epochs, and its predictions."""

# %% [markdown]
# # Training in a notebook
#
# A Tree-LSTM on 60 trees of the treebank `reviews`, small enough for a few seconds. Better settings are those of
# `treenn train`.

# %%
import treebanks
from treenn import Settings, train

reviews = treebanks.load("reviews")
small = treebanks.Treebank("small", reviews.classes, {split: reviews.splits[split][:60] for split in ("train", "dev")})
small

# %% [markdown]
# ## One run
#
# `train` returns the network of the best epoch on dev. The display has the metrics and all epochs.

# %%
run = train(small, Settings(model="tree-lstm", size=12, word_size=12, epochs=4, batch_size=10, learning_rate=0.1))
run

# %%
run.results.majority_class

# %% [markdown]
# ## Predictions
#
# Those of all nodes of the trees, with the metrics next to those of the majority class.

# %%
predictions = run.model.predict(small.dev)
predictions

# %%
predictions.take(predictions.whole[0].argsort()[:10])

# %% [markdown]
# ## The class of every phrase
#
# Predicted labels in a tree of dev.

# %%
tree = small.dev[0]
tree.with_labels(predictions.classes[: len(tree)].tolist())
