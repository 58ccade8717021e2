"""`portal`: list, probe, connect, bot."""
