"""A comparison in a notebook: a Tree-LSTM and an LSTM, their metrics, and their differences."""

# %% [markdown]
# # A comparison in a notebook
#
# Two networks over two seeds on 40 trees, small enough for a few seconds. The runs are in a temporary folder; pass
# another one to keep and resume them. Each test set that is read is entered in the test ledger, here a temporary one.

# %%
import os
from pathlib import Path
from tempfile import mkdtemp

import treebanks
from treenn import Plan, Settings, compare

folder = Path(mkdtemp())
os.environ.setdefault("TREENN_LEDGER", str(folder / "ledger.jsonl"))
reviews = treebanks.load("reviews")
splits = {split: reviews.splits[split][:40] for split in ("train", "dev", "test")}
small = treebanks.Treebank("small", reviews.classes, splits)

# %% [markdown]
# ## The plan and its results
#
# The LSTM gets the size at which it has as many parameters as the Tree-LSTM.

# %%
settings = Settings(size=6, word_size=6, epochs=2, batch_size=10)
results = compare(Plan.of(small, ["tree-lstm", "lstm"], seeds=2, settings=settings), folder / "comparison", jobs=1)
results

# %% [markdown]
# ## Differences
#
# The first network minus the other, with a confidence interval and p, over sentences and seeds. 40 sentences are too
# few for a significant difference.

# %%
task = results.tasks[0]
task.differences[0]

# %%
[repr(difference) for difference in task.differences]

# %% [markdown]
# ## One run
#
# The epochs of the first network, and the metrics on dev and test.

# %%
task.runs[0]

# %% [markdown]
# `treenn.report.write_report(results, "report.html")` writes the whole report: charts, tests, slices and examples.
