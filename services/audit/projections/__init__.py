"""What can be asked of the journal, and how other services' messages answer it."""
