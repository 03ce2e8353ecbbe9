"""The processes of audit."""
