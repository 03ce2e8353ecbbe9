"""Record keys, sealed events, sealed content, keyed tokens."""
