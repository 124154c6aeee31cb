"""Experiments: plans, runs and their execution, search for settings, recipes, results."""
