"""The published language: JSON Schema 2020-12 and AsyncAPI 3, exported from the code."""
