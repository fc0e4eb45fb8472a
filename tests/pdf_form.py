"""What every PDF of a report must be, read back with a library that did not make it (D22-D25).

With ``KITART_KEEP_REPORTS=<folder>`` what is looked at is kept there, to be looked at by people.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pypdf

KEEP = "KITART_KEEP_REPORTS"
PERSON = re.compile(r"\b(AG|AM|ERT|CMT|IT|SV|SUP|VCC-ADM)-(\d|MGR|LEAD|DEP)")


def elements(content: bytes) -> list[Any]:
    """The tags of a PDF, in reading order."""
    root = pypdf.PdfReader(io.BytesIO(content)).trailer["/Root"]
    return list(_walk(root["/StructTreeRoot"]))


def _walk(node: Any) -> Iterator[Any]:
    node = node.get_object()
    if isinstance(node, list):
        for each in node:
            yield from _walk(each)
    elif isinstance(node, dict):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from _walk(node["/K"])


def text_of(content: bytes) -> str:
    """All its words, with single spaces."""
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def assert_form(
    content: bytes, *, title: str, language: str, classification: str, edition: str,
    foreign: Iterable[str] = (),
) -> None:  # fmt: skip
    """Tagged, titled, with its language and bookmarks; each page says which document, version and
    for whom; pictures have words, header cells a scope; no person and no other client is named."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    assert root["/Lang"] == language
    assert reader.metadata is not None
    assert reader.metadata.title == title
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert len(list(_titles(reader.outline))) >= 3
    for number, page in enumerate(reader.pages, start=1):
        said = " ".join(page.extract_text().split())
        assert f"{number} / {len(reader.pages)}" in said
        assert classification in said
        assert edition in said
        assert not re.search(r"undefined|\{\w*\}|%\(\w+\)s|: None[,.; ]", said), said
        assert not PERSON.search(said), PERSON.search(said)
        for name in foreign:
            assert not re.search(rf"\b{re.escape(name)}\b", said), f"{name} on page {number}"
    found = elements(content)
    assert all(cell["/A"]["/Scope"] in ("/Column", "/Row") for cell in found
               if cell["/S"] == "/TH")  # fmt: skip
    assert all(len(each["/Alt"]) > 40 for each in found if each["/S"] == "/Figure")


def _titles(outline: Any) -> Iterator[str]:
    for each in outline:
        if isinstance(each, list):
            yield from _titles(each)
        else:
            yield each.title


def keep(name: str, content: bytes) -> None:
    """Write it into the folder that people asked for; without one nothing is written."""
    folder = os.environ.get(KEEP)
    if folder:
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
