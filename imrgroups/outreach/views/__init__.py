"""Messages, replies and calls to make; and the door that the carrier knocks at."""

from flask import Blueprint

bp = Blueprint("outreach", __name__)

from imrgroups.outreach.views import carrier, messages  # noqa: E402, F401 (they add their addresses to bp)
