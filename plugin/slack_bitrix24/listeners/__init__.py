"""The way in from Slack: commands, messages, shortcuts and the App Home."""
