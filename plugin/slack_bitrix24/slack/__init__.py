"""What Slack means: commands, mrkdwn, blocks, attachments and events, read into our own values. No I/O."""
