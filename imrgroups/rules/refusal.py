"""How an action says no."""


class Cannot(Exception):
    """Something is refused: `reason` is a short word that the screens turn into what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
