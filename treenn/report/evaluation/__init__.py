"""Reports of `treenn evaluate`: one model on one split, in terminal tables, JSON, Markdown, LaTeX and CSV."""
