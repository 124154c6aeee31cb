"""Predictions of models over examples, and the metrics of predictions."""
