"""Slack commands, alerts and schedules, delivered as Bitrix24 personal notifications."""
