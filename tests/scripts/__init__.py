"""Set-up, private servers and the command line."""
