"""The embedded default: everything the console needs, started and stopped as children of one process."""
