"""Overview: lists for coordinators, import and export."""
