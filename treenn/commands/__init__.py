"""One file per command; imports are inside functions, so that `treenn --help` is fast."""
