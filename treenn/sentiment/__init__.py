"""Sentiment of texts: from text to a class at every node of its trees."""
