"""The pages of the room, one file a subject."""

from imrgroups.fidelity.views import group, rating, report, reviews
from imrgroups.fidelity.views.addresses import bp

__all__ = ["bp", "group", "rating", "report", "reviews"]
