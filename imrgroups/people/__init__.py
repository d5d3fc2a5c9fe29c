"""People: participants, those close to them, consents, hospital stays, intake."""
