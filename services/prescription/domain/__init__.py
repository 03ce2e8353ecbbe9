"""Rules of prescriptions: numbers, lines, validity, what may leave and when."""
