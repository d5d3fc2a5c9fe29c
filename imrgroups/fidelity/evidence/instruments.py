"""The versions of the fidelity scale that lie in curriculum/instruments/. A review keeps the version it began with."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from imrgroups.config import curriculum_folder
from imrgroups.rules.fidelity.instrument import instrument as read_instrument
from imrgroups.rules.fidelity.scale import Instrument

SCALE = "imr-fidelity"


@lru_cache(maxsize=8)
def scale(name: str = SCALE) -> Instrument:
    """An instrument of curriculum/instruments/, read once. Raises BadInstrument naming the entry that is wrong, FileNotFoundError."""
    return read_instrument(tomllib.loads((_folder() / f"{name}.toml").read_text(encoding="utf-8")))


@lru_cache(maxsize=16)
def version(instrument: str, of: str) -> Instrument:
    """One version of an instrument, whatever its file is called. Raises LookupError where no file holds it any more."""
    for path in sorted(_folder().glob("*.toml")):
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        if (said.get("id"), said.get("version")) == (instrument, of):
            return read_instrument(said)
    raise LookupError(f"no file in curriculum/instruments holds version {of} of {instrument}")


def instrument_of(review: Any) -> Instrument:
    """The instrument and version a review began with."""
    return version(review.instrument, review.instrument_version)


def _folder() -> Path:
    return curriculum_folder() / "instruments"
