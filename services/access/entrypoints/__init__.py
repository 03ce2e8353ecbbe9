"""One file per process."""
