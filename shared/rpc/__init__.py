"""Both sides of a call: validation, deadlines, faults, tracing."""
