"""Event logs, read models and objects behind small ports."""

import os

# psycopg reads this once, when first imported; its default, C, wait would block every green
# thread of the process for the length of a query.
os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_selector")
