"""Desk: the pages a leader works from."""
