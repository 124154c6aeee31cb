"""Translation of sentences: sequence-to-sequence and tree-to-sequence models with attention."""
