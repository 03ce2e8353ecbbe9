"""What other services hear from access. An event not listed here stays inside.

Reasons that people gave, and the facts of a decision, are never in a message.
"""

from services.access.messages import admission, deciding, delegation, emergency, protection
from services.access.messages.listed import message_for

__all__ = ["admission", "deciding", "delegation", "emergency", "message_for", "protection"]
