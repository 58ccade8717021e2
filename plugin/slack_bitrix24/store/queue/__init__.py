"""WHAT IS PENDING: put in, ranked, superseded, claimed by lanes, retried; how a notification is kept."""
