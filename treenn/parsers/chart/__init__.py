"""The chart parser: a neural span scorer and exact, batched search over all binary trees."""

from treenn.parsers.chart.chart_parser import ChartParser
from treenn.parsers.chart.chart_settings import ChartSettings
from treenn.parsers.chart.chart_training import train
from treenn.parsers.chart.distribution import TreeDistribution

__all__ = ["ChartParser", "ChartSettings", "TreeDistribution", "train"]
