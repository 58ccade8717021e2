"""Builds everything from the settings: the only place that knows which parts run."""
