"""Word vectors: training on a corpus, neighbours and analogies, evaluation on word similarity, maps."""
