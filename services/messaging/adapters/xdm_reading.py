"""Reading an IHE_XDM.ZIP of whatever software (IHE ITI TF-2b 3.32.4.1.2).

Only METADATA.XML and the IHE_XDM folder have names of their own: how many submission sets there
are, what their folders and files are called and in which order they lie is the sender's choice.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from lzma import LZMAError
from xml.etree.ElementTree import Element

from services.messaging.adapters.xdm_metadata import Described, entries_in, path_of
from services.messaging.domain.attachment import CDA, XDM, recognise, shown_title
from services.messaging.domain.ports import Xdm, XdmDocument
from shared.cda.tree import HL7, document_in, parsed
from shared.cda.tree import text as text_of
from shared.kernel.errors import InvalidRequest

MAX_ENTRIES = 100
MAX_BYTES = 20_000_000
"""Of all files together, once inflated: what a small archive may grow to is bounded."""
START = 512
"""Bytes by which a document is told from other files, whatever its name."""
_ENTRY = b"PK\x01\x02"
"""Begins what the archive's directory says of one file."""
_METADATA = "/METADATA.XML"
_ROOT = "IHE_XDM/"


def read_archive(data: bytes) -> Xdm | None:
    """``None`` for an archive that describes no document and holds no CDA."""
    with _opened(data) as files:
        told = [one for path, root in files.metadata() for one in entries_in(root, path)]
        documents = list(_documents(files, told))
    if not told and not documents:
        return None
    codes = {code for one in told for code in one.codes}
    codes |= {code for one in documents for code in one.confidentiality}
    cda_first = sorted(documents, key=lambda one: one.media_type != CDA)
    return Xdm(documents=tuple(_each_once(cda_first)), confidentiality=tuple(sorted(codes)))


def hidden_as(cda: bytes) -> frozenset[str]:
    """The confidentiality that a CDA says itself; none for what is no CDA."""
    root = _parsed(cda)
    document = None if root is None else document_in(root)
    return frozenset() if document is None else frozenset(_cda_codes(document))


class _Files:
    """Files below IHE_XDM; read no further than allowed whatever their headers claim."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = MAX_BYTES
        named = [(path_of(entry.filename), entry) for entry in archive.infolist()]
        self._entries = [(p, e) for p, e in named if p.startswith(_ROOT) and not e.is_dir()]

    def metadata(self) -> Iterator[tuple[str, Element]]:
        """Each METADATA.XML, with the folder it is in."""
        for path, entry in self._entries:
            if path.endswith(_METADATA):
                root = _parsed(self._content(entry, whole=True))
                if root is None:
                    raise _damaged()
                yield path.removesuffix(_METADATA), root

    def others(self, wanted: Mapping[str, Described]) -> Iterator[tuple[str, bytes]]:
        """What may be a CDA, and what is described."""
        for path, entry in self._entries:
            if not path.endswith(_METADATA):
                whole = path in wanted or path.endswith(".XML")
                if content := self._content(entry, whole=whole):
                    yield path, content

    def _content(self, entry: zipfile.ZipInfo, *, whole: bool) -> bytes:
        """Nothing of a file that is not wanted ``whole`` and does not begin like a CDA."""
        with self._archive.open(entry) as file:
            content = file.read(START)
            if not whole and recognise(content) != CDA:
                return b""
            content += file.read(max(0, self._left + 1 - len(content)))
        self._left -= len(content)
        if self._left < 0:
            raise InvalidRequest(fields={"attachments": "an archive grows too large"})
        return content


@contextmanager
def _opened(data: bytes) -> Iterator[_Files]:
    if data.count(_ENTRY) > MAX_ENTRIES:  # before the library keeps a word on each
        raise _damaged()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield _Files(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError) as bad:
        raise _damaged() from bad
    except (OSError, EOFError, ValueError, zlib.error, LZMAError, struct.error) as bad:
        raise _damaged() from bad


def _documents(files: _Files, told: Sequence[Described]) -> Iterator[XdmDocument]:
    """Each with what its own entry says. What is said of a document that is not found may be said
    of any: it hides them all."""
    by_path = {one.path: one for one in told if one.path}
    by_id = {one.unique_id: one for one in told if one.unique_id}
    found = []
    for path, content in files.others(by_path):
        # One tree at a time: a hundred of them would fill the memory.
        document = _cda_in(content)
        unique_id = "" if document is None else _cda_id(document)
        entry = by_path.get(path) or by_id.get(unique_id)
        if document is not None:
            found.append((entry, _of_cda(content, unique_id, document, entry)))
        elif entry is not None and (media_type := recognise(content)) not in {None, CDA, XDM}:
            found.append((entry, _of_file(content, media_type or "", entry)))
    known = {id(entry) for entry, _ in found}
    lost = {code for one in told if id(one) not in known for code in one.codes}
    for _, one in found:
        yield one.hidden_too(lost)


def _of_cda(
    content: bytes, unique_id: str, document: Element, entry: Described | None
) -> XdmDocument:
    said = entry.title if entry else ""
    codes = _cda_codes(document) | (entry.codes if entry else frozenset())
    return XdmDocument(
        data=content,
        media_type=CDA,
        unique_id=unique_id,
        title=shown_title(said or text_of(document.find(f"{{{HL7}}}title")) or ""),
        confidentiality=tuple(sorted(codes)),
    )


def _of_file(content: bytes, media_type: str, entry: Described) -> XdmDocument:
    return XdmDocument(
        data=content,
        media_type=media_type,
        unique_id=entry.unique_id,
        title=shown_title(entry.title),
        confidentiality=tuple(sorted(entry.codes)),
    )


def _each_once(documents: Sequence[XdmDocument]) -> list[XdmDocument]:
    """The same file in two submission sets is one, hidden as either says."""
    codes: dict[bytes, set[str]] = {}
    for one in documents:
        codes.setdefault(one.data, set()).update(one.confidentiality)
    first = {one.data: one for one in reversed(documents)}
    return [first[data].hidden_too(hidden) for data, hidden in codes.items()]


def _parsed(content: bytes) -> Element | None:
    try:
        return parsed(content)
    except InvalidRequest:
        return None


def _cda_in(content: bytes) -> Element | None:
    root = _parsed(content)
    return None if root is None else document_in(root)


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


def _damaged() -> InvalidRequest:
    return InvalidRequest(fields={"attachments": "an archive is damaged or no IHE_XDM.ZIP"})
