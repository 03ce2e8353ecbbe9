"""Private servers on this machine: on loopback, in one folder, gone with whoever started them.

The system's own RabbitMQ and PostgreSQL are never used nor touched.
"""
