"""The Cedar engine and the files of facts, one adapter each."""
