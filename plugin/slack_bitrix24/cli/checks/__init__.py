"""`check`: each thing that is looked at, and the cure for what is wrong."""
