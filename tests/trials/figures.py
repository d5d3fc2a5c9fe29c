"""What a trial found, and how it is told: its figures, whether the promise held, and whether the control failed as it must."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Found:
    """`held`: the promise was kept. `control_failed`: the naive way, under the same conditions, did not keep it."""

    name: str
    database: str
    figures: dict[str, Any] = field(default_factory=dict)
    control: dict[str, Any] = field(default_factory=dict)
    held: bool = False
    control_failed: bool = False
    skipped: str = ""

    @property
    def good(self) -> bool:
        return bool(self.skipped) or (self.held and self.control_failed)

    def told(self) -> str:
        """One line of a report."""
        if self.skipped:
            return f"{self.name} on {self.database}: left out, {self.skipped}"
        figures = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in self.figures.items())
        control = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in self.control.items())
        return (
            f"{self.name} on {self.database}: {'kept' if self.held else 'BROKEN'} ({figures}); control "
            f"{'fails as it must' if self.control_failed else 'DID NOT FAIL'} ({control})"
        )
