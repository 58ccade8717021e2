"""Slack's messages, read: mrkdwn, blocks, attachments, events and files into a `Document`. No I/O."""
