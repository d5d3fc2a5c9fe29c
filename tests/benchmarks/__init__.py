"""Measurements: run them with `python3 run.py bench`."""
