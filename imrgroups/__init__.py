"""imrgroups: weekly Illness Management and Recovery groups, with the evidence for their fidelity as a by-product.

Importing the package costs nothing: `imrgroups.rules` must run where Flask is not installed.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from imrgroups.config import Settings

__version__ = "0.1.0"


def create_app(settings: "Settings | None" = None, **overrides: Any) -> "Flask":
    """Build the application: ground first, then the rooms from left to right.

    settings: taken from the environment when left out. overrides: Flask configuration, for tests.
    Raises secret.UnsafeKey when the key is a known default.
    """
    from imrgroups.roof import build

    return build(settings, overrides)
