"""What is done with what Slack sends: one file for each thing that a person or a channel may want."""
