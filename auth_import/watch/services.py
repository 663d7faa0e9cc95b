"""What others use of the drift watch."""

from auth_import.watch.due import watch_of as watch_of
