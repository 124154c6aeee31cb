"""Analysis of results: pure functions of predictions and of finished runs."""
