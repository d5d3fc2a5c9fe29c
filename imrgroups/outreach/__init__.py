"""Outreach: messages, replies and calls that bring people back."""
