"""The command `imrgroups`. Everything heavy is imported where it is used, so that `imrgroups --help` answers at once."""

from imrgroups.cli import counting, keeping, planning, running  # noqa: F401  (their commands join `main` when they are imported)
from imrgroups.cli.base import main

__all__ = ["main"]
