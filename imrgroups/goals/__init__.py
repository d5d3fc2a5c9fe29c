"""Goals: in the person's own words, with small steps and follow-ups."""
