"""The outside: the log's tables and files, other services, stores as an auditor reads them."""
