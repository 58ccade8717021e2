"""Deliver what the outbox owes: one lane per portal claims, sends and records."""
