"""What others hear of documents: ids, codes and who acted; never a title, a name or a content.

``confidentiality`` goes with every message about a document, so that nothing derived from it
reaches those it is hidden from.
"""

from services.vault.messages import entering, hiding, stored, using
from services.vault.messages.listed import message_for

__all__ = ["entering", "hiding", "message_for", "stored", "using"]
