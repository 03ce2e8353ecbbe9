"""What people run: set-up, demo, command line, bench, schemas."""
