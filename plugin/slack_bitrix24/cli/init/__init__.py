"""`init`: the guided set-up, in the terminal or from a file of answers."""
