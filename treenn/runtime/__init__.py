"""Processes, files of runs, versions and devices: what every long command shares."""
