"""The words of a structured CDA as a page that any browser shows (CDA R2, narrative block).

What a section says to people stands in its ``text``, whatever is coded beside it. Only what is
listed here becomes an element of the page, without a script, a style or an address of the document.
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from html import escape

from services.vault.domain.active_content import active_parts
from services.vault.domain.content import JPEG, PDF, PNG, RTF, TEXT, TIFF, taken_for
from shared.cda.body import carried
from shared.cda.tree import HL7, Element, child, children, text
from shared.kernel.errors import Refusal

Show = Callable[[str], str]
"""What stands in the place of a file, by the ID that the narrative refers to."""

_SAME = {"sub", "sup", "br", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"}
_TAGS = {name: name for name in _SAME} | {"paragraph": "p", "item": "li", "footnote": "small"}
_STYLES = {"Bold": "b", "Italics": "i", "Underline": "u"}
_SPANS = ("colspan", "rowspan")
_SHOWN = {JPEG, PNG}
_NAMES = {PDF: "pdf", JPEG: "jpg", PNG: "png", TIFF: "tif", RTF: "rtf", TEXT: "txt"}


def page(document: Element, title: str, said: str, max_bytes: int) -> bytes:
    """``said``: of the document, below its title; ``max_bytes``: of what it carries."""
    files = _files(document, max_bytes)
    left = dict(files)

    def show(name: str) -> str:
        left.pop(name, None)
        return files.get(name, "")

    words = "".join(
        _section(one, 2, show)
        for one in _all(document, "component/structuredBody/component/section")
    )
    joined = "".join(f"<p>{link}</p>" for link in left.values())
    return f"""<!DOCTYPE html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>
body {{ font: 16px/1.5 sans-serif; margin: 2em auto; max-width: 60em; padding: 0 1em }}
table {{ border-collapse: collapse }}
th, td {{ border: 1px solid #bbb; padding: .2em .5em; text-align: left; vertical-align: top }}
img {{ max-width: 100% }}
</style>
</head>
<body>
<h1>{escape(title)}</h1>
<p>{escape(said)}</p>
{words}
{joined and f"<h2>Pièces jointes</h2>{joined}"}
</body>
</html>
""".encode()


def _section(section: Element, level: int, show: Show) -> str:
    heading = text(child(section, "title"))
    inner = "".join(_section(one, level + 1, show) for one in _all(section, "component/section"))
    words = "".join(f"<div>{_inside(one, show)}</div>" for one in _all(section, "text"))
    shown = f"<h{min(level, 6)}>{escape(heading)}</h{min(level, 6)}>" if heading else ""
    return f"<section>{shown}{words}{inner}</section>\n"


def _all(parent: Element, path: str) -> Iterator[Element]:
    """Those with a nullFlavor too: a section that has nothing coded says so, and why, in words."""
    return parent.iterfind("/".join(f"{{{HL7}}}{name}" for name in path.split("/")))


def _inside(element: Element, show: Show) -> str:
    parts = [escape(element.text or "")]
    for inner in element:
        parts += [_shown(inner, show), escape(inner.tail or "")]
    return "".join(parts)


def _shown(element: Element, show: Show) -> str:
    name = element.tag.removeprefix(f"{{{HL7}}}")
    words = _inside(element, show)
    if name == "renderMultiMedia":
        names = element.get("referencedObject", "").split()
        return "".join(map(show, names)) + words
    if name == "content":
        return _styled(element, words)
    tag = _TAGS.get(name)
    if name == "list":
        tag = "ol" if element.get("listType") == "ordered" else "ul"
    if tag is None:
        return words
    spans = "".join(
        f' {name}="{value}"' for name in _SPANS if (value := element.get(name, "")).isdecimal()
    )
    return f"<{tag}{spans}>" + ("" if tag == "br" else f"{words}</{tag}>")


def _styled(element: Element, words: str) -> str:
    """What was deleted is shown as such (CDA R2, 4.3.5.1.1)."""
    tags = [_STYLES[code] for code in element.get("styleCode", "").split() if code in _STYLES]
    if element.get("revised") == "delete":
        tags.append("del")
    for tag in tags:
        words = f"<{tag}>{words}</{tag}>"
    return words


def _files(document: Element, max_bytes: int) -> Mapping[str, str]:
    """Each that the document carries, by the ID of its ``observationMedia`` or its number."""
    ids = {
        id(value): media.get("ID", "")
        for media in document.iter(f"{{{HL7}}}observationMedia")
        for value in children(media, "value")
    }
    found = {}
    for number, (element, data) in enumerate(_readable(document, max_bytes), start=1):
        found[ids.get(id(element)) or f"#{number}"] = _file(data, number)
    return found


def _readable(document: Element, max_bytes: int) -> Iterator[tuple[Element, bytes]]:
    try:
        yield from carried(document, max_bytes=max_bytes)
    except Refusal:
        # Taken before files were looked at: the XML has the rest.
        return


def _file(data: bytes, number: int) -> str:
    media_type = taken_for(data)
    if media_type not in _NAMES or active_parts(data, media_type):
        return f"[Pièce jointe {number} : dans le fichier XML]"
    address = f"data:{media_type};base64,{base64.b64encode(data).decode()}"
    if media_type in _SHOWN:
        return f'<img src="{address}" alt="Image {number}">'
    name = f"piece-{number}.{_NAMES[media_type]}"
    return f'<a download="{name}" href="{address}">{name}</a>'
