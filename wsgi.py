"""The application for gunicorn or any other WSGI server: `gunicorn wsgi:app`. Run `imrgroups worker` beside it."""

from imrgroups import create_app, serving
from imrgroups.cli import trouble
from imrgroups.library import content

try:
    content.load()  # a mistake in a text stops the start, never a page in a meeting
    app = create_app()
    with serving.opened(app):
        serving.keys_fit()
except Exception as error:
    words = trouble.words(error)
    if words is None:
        raise
    raise serving.CannotStart(words) from None  # its last line tells; the server ends by itself
