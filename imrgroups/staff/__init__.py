"""Staff: centres, who works there, roles, sign-in."""
