"""The predictions and gold labels of runs, under their former address."""

from treenn.evaluation.run_predictions import Gold, RunPredictions

__all__ = ["Gold", "RunPredictions"]
