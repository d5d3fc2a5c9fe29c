"""The application for gunicorn or any other WSGI server: `gunicorn wsgi:app`. Run `imrgroups worker` beside it."""

from imrgroups import create_app
from imrgroups.library import content

content.load()  # a mistake in a text stops the start, never a page in a meeting
app = create_app()
