"""Submit: a message and its addresses become notifications in the outbox."""
