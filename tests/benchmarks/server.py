"""The server that is measured: the application as it is served, with the twins beside it. Arguments: data folder, port."""

import sys
from pathlib import Path

from waitress import serve

from imrgroups import create_app, serving
from imrgroups.config import Settings


def main(folder: str, port: str) -> None:
    """Serve until killed."""
    from tests.benchmarks import twins

    app = create_app(Settings(_env_file=None, data=Path(folder), database_url="", demo=True, log_level="WARNING"), RATELIMIT_ENABLED=False)
    app.register_blueprint(twins.bp)
    app.extensions["csrf"].exempt(twins.bp)
    serving.steady()
    serve(app, host="127.0.0.1", port=int(port), threads=8, connection_limit=2000)


if __name__ == "__main__":
    main(*sys.argv[1:])
