"""What leaves the record, word for word: the same for everybody, and a link."""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from services.notification.domain.topic import Topic

LINK = "link"


@dataclass(frozen=True)
class Template:
    """``subject`` is also the text message, with the link after it."""

    subject: str
    body: str

    @classmethod
    def parse(cls, text: str) -> "Template":
        """First line, empty line, body. Raises ``ValueError`` if it wants more than the link."""
        subject, _, body = text.partition("\n\n")
        wanted = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        if "\n" in subject or not body or not wanted <= {LINK}:
            raise ValueError("a template is a subject, an empty line and a body with {link}")
        return cls(subject, body)

    def body_with(self, link: str) -> str:
        return self.body.format(link=link)

    def text_with(self, link: str) -> str:
        return f"{self.subject} : {link}"


Templates = Mapping[tuple[str, Topic], Template]
"""By language and topic."""
