"""The pages of the room, one file a subject."""

from imrgroups.fidelity.views import binder, gaps, group, rating, report, reviews
from imrgroups.fidelity.views.addresses import bp

__all__ = ["binder", "bp", "gaps", "group", "rating", "report", "reviews"]
