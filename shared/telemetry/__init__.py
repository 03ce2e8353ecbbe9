"""What operators may see: logs without persons, metrics, traces, health."""
