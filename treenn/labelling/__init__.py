"""Annotation of sentences: labels and structures of trees, independent of any front end."""
