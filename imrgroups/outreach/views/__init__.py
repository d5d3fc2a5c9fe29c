"""Messages, replies and calls to make."""

from flask import Blueprint

bp = Blueprint("outreach", __name__)

from imrgroups.outreach.views import words  # noqa: E402, F401
