"""`send`: to whom, what, and what became of it."""
