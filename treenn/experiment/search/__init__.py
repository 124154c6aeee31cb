"""Random search for settings on dev, the same number of trials for every model."""
