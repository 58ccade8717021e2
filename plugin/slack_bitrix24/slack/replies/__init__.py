"""What people are answered in Slack: words, receipts, forms and the App Home. No I/O."""
