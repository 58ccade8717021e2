"""WHAT THE PAGE FOR OPERATORS ASKS: search, sessions, the audit list, who was not reached, rates."""
