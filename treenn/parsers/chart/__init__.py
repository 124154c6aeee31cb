"""The chart parser: a neural span scorer and an exact, batched search over all binary trees."""

from treenn.parsers.chart.distribution import TreeDistribution
from treenn.parsers.chart.parser import ChartParser
from treenn.parsers.chart.settings import ChartSettings
from treenn.parsers.chart.training import train

__all__ = ["ChartParser", "ChartSettings", "TreeDistribution", "train"]
