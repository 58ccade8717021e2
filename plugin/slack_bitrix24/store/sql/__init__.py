"""THE TWO DATABASES: engines, clock and wake-ups, tables, and how statements are made."""
