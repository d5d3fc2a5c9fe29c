"""Enrolment: who belongs to a group from when to when, and who waits for a place."""
