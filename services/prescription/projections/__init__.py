"""What can be asked of prescriptions."""
