"""Event logs, read models and objects behind small ports."""
