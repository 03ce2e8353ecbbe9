"""The processes of identity."""
