"""Rights, the matrix and decisions: no store, no clock, no engine."""
