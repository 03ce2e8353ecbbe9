"""PostgreSQL's write-ahead log as what was written to it: a record goes on over the edge of a page,
and the header of the next page cuts the words in it (access/xlog_internal.h)."""

WAL = "pg_wal"
"""Folder of its segments."""
PAGE = 8192
MAGIC = 0xD1
"""Second byte of the magic number that a page begins with; the first is the version's."""
HEADER = 24
LONG_HEADER = 40
"""Bytes before the records of a page, and of a segment's first page, which says more."""
IS_LONG = 0x0002
"""Bit of the 16 in native order that follow a page's magic number."""


def joined(segment: bytes) -> bytes:
    """The records of a segment without the headers of its pages."""
    pages = (segment[at : at + PAGE] for at in range(0, len(segment), PAGE))
    return b"".join(page[_header_of(page) :] for page in pages)


def _header_of(page: bytes) -> int:
    if page[1:2] != bytes([MAGIC]):
        return 0
    is_long = int.from_bytes(page[2:4], "little") & IS_LONG
    return LONG_HEADER if is_long else HEADER
