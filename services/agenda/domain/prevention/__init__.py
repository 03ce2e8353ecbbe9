"""The prevention plan: what is due to whom, when, and why, from a table of rules."""
