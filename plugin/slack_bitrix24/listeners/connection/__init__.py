"""Connections to Slack: Socket Mode and HTTP, opened, watched and opened again."""
