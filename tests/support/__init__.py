"""What tests share: real servers, one per run, and waiting with a deadline."""
