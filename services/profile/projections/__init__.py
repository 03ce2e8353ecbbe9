"""What can be asked of profiles and measures, and how events answer it."""
