"""A participant's own page: sign-in with a card, plan, homework, goals, handouts, worksheets to fill in."""
