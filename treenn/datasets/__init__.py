"""Data sets by name or from folders and files, with texts tokenized and parsed."""
