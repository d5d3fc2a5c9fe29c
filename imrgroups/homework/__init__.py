"""Homework: agreed one by one, reviewed next time."""
