"""Attendance: the register, apologies, make-ups, and the figures drawn from them."""
