"""Reading an IHE_XDM.ZIP of whatever software (IHE ITI TF-2b 3.32.4.1.2).

Only METADATA.XML and the IHE_XDM folder have names of their own: how many submission sets there
are, what their folders and files are called and in which order they lie is the sender's choice.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from lzma import LZMAError
from xml.etree.ElementTree import Element

from services.messaging.domain.attachment import CDA, recognise
from services.messaging.domain.ports import Xdm
from shared.cda.tree import HL7, document_in, parsed
from shared.kernel.errors import InvalidRequest

RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
CONFIDENTIALITY = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
MAX_ENTRIES = 100
MAX_BYTES = 20_000_000
"""Of all files together, once inflated: what a small archive may grow to is bounded."""
START = 512
"""Bytes by which a document is told from other files, whatever its name."""
_ENTRY = b"PK\x01\x02"
"""Begins what the archive's directory says of one file."""


def read_archive(data: bytes) -> Xdm | None:
    """``None`` for an archive without IHE_XDM folder, or without a CDA."""
    cda, unique_id, codes = None, "", set[str]()
    for is_metadata, content in _opened(data):
        # One tree at a time: a hundred of them would fill the memory.
        root = _parsed(content)
        if is_metadata:
            if root is None:
                raise _damaged()
            codes |= _metadata_codes(root)
        elif root is not None and (document := document_in(root)) is not None:
            codes |= _cda_codes(document)
            if cda is None:
                cda, unique_id = content, _cda_id(document)
    if cda is None:
        return None
    return Xdm(cda=cda, unique_id=unique_id, confidentiality=tuple(sorted(codes)))


def hidden_as(cda: bytes) -> frozenset[str]:
    """The confidentiality that a CDA says itself; none for what is no CDA."""
    root = _parsed(cda)
    document = None if root is None else document_in(root)
    return frozenset() if document is None else frozenset(_cda_codes(document))


def _opened(data: bytes) -> list[tuple[bool, bytes]]:
    if data.count(_ENTRY) > MAX_ENTRIES:  # before the library keeps a word on each
        raise _damaged()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return list(_inflated(archive))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError) as bad:
        raise _damaged() from bad
    except (OSError, EOFError, ValueError, zlib.error, LZMAError, struct.error) as bad:
        raise _damaged() from bad


def _inflated(archive: zipfile.ZipFile) -> Iterator[tuple[bool, bytes]]:
    """XML files below IHE_XDM, and whether each is a METADATA.XML; read no further than allowed
    whatever their headers claim."""
    left = MAX_BYTES
    for entry in archive.infolist():
        # Some software writes the paths of Windows, which the format does not have.
        path = entry.filename.replace("\\", "/").upper()
        if not path.startswith("IHE_XDM/") or path.endswith("/"):
            continue
        with archive.open(entry) as file:
            content = file.read(START)
            if recognise(content) != CDA and not path.endswith(".XML"):
                continue
            content += file.read(max(0, left + 1 - len(content)))
        left -= len(content)
        if left < 0:
            raise InvalidRequest(fields={"attachments": "an archive grows too large"})
        yield path.endswith("/METADATA.XML"), content


def _parsed(content: bytes) -> Element | None:
    try:
        return parsed(content)
    except InvalidRequest:
        return None


def _cda_id(document: Element) -> str:
    """XDS uniqueId: root^extension, or the root alone."""
    found = document.find(f"{{{HL7}}}id")
    if found is None:
        raise _damaged()
    extension = found.get("extension")
    return f"{found.get('root', '')}^{extension}" if extension else found.get("root", "")


def _cda_codes(document: Element) -> set[str]:
    found = document.findall(f"{{{HL7}}}confidentialityCode")
    return {code for e in found if (code := e.get("code"))}


def _metadata_codes(root: Element) -> set[str]:
    """A mask that only the metadata says counts too."""
    return {
        code
        for element in root.iter(f"{{{RIM}}}Classification")
        if element.get("classificationScheme") == CONFIDENTIALITY
        and (code := element.get("nodeRepresentation"))
    }


def _damaged() -> InvalidRequest:
    return InvalidRequest(fields={"attachments": "an archive is damaged or no IHE_XDM.ZIP"})
